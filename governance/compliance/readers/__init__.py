"""Files of catalogs: bytes → a catalog or a profile, nothing else. Nothing is stored here."""

from typing import BinaryIO

from django.utils.translation import gettext as _

from governance.compliance.catalog import Catalog
from governance.compliance.errors import UnreadableCatalog
from governance.compliance.readers import csv_catalog, oscal_catalog, oscal_profile
from governance.compliance.readers.json_file import parse
from governance.compliance.readers.oscal_profile import Profile
from portal.errors import Sentence

LARGEST = 40 * 1024 * 1024  # bytes; the whole of SP 800-53 takes ten


def read(stream: BinaryIO) -> Catalog | Profile:
    """Raises UnreadableCatalog with one sentence."""
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UnreadableCatalog(_("This file is larger than 40 MB. Part it into several catalogs."))
    if not content.strip():
        raise UnreadableCatalog(_("The file is empty. Choose the file that holds the catalog."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableCatalog(_("This file is no UTF-8 text. Save it as UTF-8, and bring it again.")) from None
    if not text.lstrip().startswith(("{", "[")):
        return csv_catalog.read(text)
    document = parse(text)
    if "catalog" in document:
        return oscal_catalog.read(document["catalog"])
    if "profile" in document:
        return oscal_profile.read(document["profile"])
    raise UnreadableCatalog(not_of_oscal(document))


def not_of_oscal(document: dict) -> Sentence:
    """What to say of another OSCAL document, or of JSON that is none."""
    others = {
        "component-definition",
        "system-security-plan",
        "assessment-plan",
        "assessment-results",
        "plan-of-action-and-milestones",
    }
    if others & document.keys():
        return _("This OSCAL file holds no catalog and no profile. Bring one of those.")
    return UnreadableCatalog.sentence
