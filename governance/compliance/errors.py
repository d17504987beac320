"""What can go wrong with frameworks; each error is one sentence that says what to do next."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portal.errors import Invalid, Refused


class UnreadableCatalog(Invalid):
    """A file was refused; nothing of it is stored."""

    code = "unreadable-catalog"
    sentence = _("This is no catalog that can be read. Bring an OSCAL catalog or profile as JSON, or a CSV list of requirements.")

    def __init__(self, sentence: Any = "", **facts: Any):
        super().__init__(sentence, {"file": [sentence or self.sentence]}, **facts)


BROKEN = {
    "empty": _("The file names no requirement that can be assessed. Check that it holds a catalog."),
    "too-many": _("The file names more than %(about)s requirements. Part it into several frameworks."),
    "too-deep": _("The tree in this file goes too deep at %(about)s. Keep it to 24 levels."),
    "twice": _("The file names %(about)s twice. Give every requirement an identifier of its own."),
    "orphan": _("%(about)s stands below something that is not in this file. Add its parent, or leave it away."),
    "cycle": _("%(about)s stands below itself. Mend its parent."),
    "unnamed": _("Something in this file has no name or identifier %(about)s. Name it, and bring the file again."),
    "too-long": _("%(about)s is longer than a requirement may be. Shorten it."),
    "unspeakable": _("%(about)s holds characters that no text has. Save the file as UTF-8, and bring it again."),
}


def broken(reason: str, about: str = "") -> UnreadableCatalog:
    """The sentence for a BrokenCatalog."""
    return UnreadableCatalog(" ".join((_t(BROKEN[reason]) % {"about": about}).replace(" .", ".").split()))


class EditionTaken(Refused):
    code = "edition-taken"

    def __init__(self, framework: Any):
        super().__init__(
            _t("%(name)s is there already, with other requirements. Give this file another version.") % {"name": framework},
            framework=framework,
        )


class NoSuchCatalog(Invalid):
    """A profile selects from a catalog that is not here."""

    code = "no-such-catalog"

    def __init__(self, missing: str = ""):
        sentence = (
            _t("No catalog here holds %(missing)s, which this profile selects. Import the catalog first.") % {"missing": missing}
            if missing
            else _t("The catalog that this profile selects from is not here. Import it first, or say which one it is.")
        )
        super().__init__(sentence, {"file": [sentence]})
