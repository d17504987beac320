"""What a risk must be to stand in the register."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from assets.models import Asset
from portal.errors import Invalid
from portal.people.reach import grants
from risks.models import Risk

LONGEST_TITLE = Risk._meta.get_field("title").max_length
LONGEST_TEXT = 10_000
OWNERS = {Risk.Accountable.IT: "it_owner", Risk.Accountable.SECURITY: "security_owner"}


def check(risk: Risk, *, actor: Any, changed: set[str] | None = None, assets: Iterable[Asset] = ()) -> None:
    """Raises Invalid, by field, unless `risk` may stand so. `changed` None: everything is new.

    Where one owner is named and nobody is accountable, that one is; `risk.accountable` is set so.
    """
    wrong: dict[str, list[str]] = {}
    if not risk.title:
        wrong["title"] = [_("Say in one sentence what could happen.")]
    elif len(risk.title) > LONGEST_TITLE:
        wrong["title"] = [
            _("Say it in at most %(longest)s characters; the rest is cause and consequence.") % {"longest": LONGEST_TITLE}
        ]
    for name in ("cause", "consequence", "grounds"):
        if len(getattr(risk, name)) > LONGEST_TEXT:
            wrong[name] = [_("Keep it under %(longest)s characters.") % {"longest": f"{LONGEST_TEXT:,}"}]
    if risk.category not in Risk.Category.values:
        wrong["category"] = [_("Choose one of the categories.")]
    if not 1 <= risk.review_every_days <= 366:
        wrong["review_every_days"] = [_("Look again within a year: 1 to 366 days.")]
    if changed is None or "unit" in changed:
        wrong |= _wrong_unit(risk, actor)
    wrong |= _wrong_owners(risk, changed)
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)
    check_assets(assets, actor)


def check_assets(assets: Iterable[Asset], actor: Any) -> None:
    """Raises Invalid unless `actor` may see every one of `assets` and all are current."""
    ids = {asset.pk for asset in assets}
    if ids and Asset.objects.visible_to(actor).current().filter(pk__in=ids).count() != len(ids):
        raise Invalid(_("This asset is not in the inventory."), {"assets": [_("Choose an asset of the inventory.")]})


def _wrong_unit(risk: Risk, actor: Any) -> dict[str, list[str]]:
    """People may notice something anywhere; a service account writes only where it also reads."""
    if risk.unit_id is None or risk.unit.archived_at is not None:
        return {"unit": [_("Choose where it could happen.")]}
    seen = grants(actor)
    if seen.is_service and not seen.reaches(risk.unit.path):
        return {"unit": [_("This account writes only in its own units.")]}
    return {}


def _wrong_owners(risk: Risk, changed: set[str] | None) -> dict[str, list[str]]:
    named = {side: getattr(risk, field) for side, field in OWNERS.items()}
    present = [side for side, person in named.items() if person is not None]
    if not risk.accountable and len(present) == 1:
        risk.accountable = present[0]
    wrong: dict[str, list[str]] = {}
    for side, field in OWNERS.items():
        person = named[side]
        is_new = changed is None or field in changed
        if person is not None and is_new and (person.is_service or not person.is_active):
            wrong[field] = [_("Choose somebody who works here; a service account owns nothing.")]
    if risk.accountable and risk.accountable not in OWNERS:
        wrong["accountable"] = [_("Either the IT owner or the security owner is accountable.")]
    elif risk.accountable and named[risk.accountable] is None:
        wrong["accountable"] = [_("Name this owner first; nobody can be accountable unnamed.")]
    elif not risk.accountable and len(present) == 2:
        wrong["accountable"] = [_("Say which of the two owners answers for it.")]
    return wrong
