"""The first days of an organisation: what makes Today speak, and who does it. Gone as soon as there are risks and assets."""

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets.models import Asset
from governance.change.models import Initiative
from portal.people.models import Invitation
from risks.models import Risk

KEY = "beginning-is-over"
REMEMBERED_SECONDS = 86_400
OF_RISKS = frozenset({"safety", "exposure", "between", "movers", "exceptions", "reviews"})
OF_ASSETS = frozenset({"assets"})
OF_CHANGE = frozenset({"change"})


@dataclass(frozen=True)
class First:
    """One thing that is not there yet: the sentence, and the verb with its address for whoever may do it."""

    sentence: str
    note: str = ""
    verb: str = ""
    url: str = ""


@dataclass(frozen=True)
class Beginning:
    """What is missing as yet, for one reader, and the tiles that would stand empty."""

    steps: tuple[First, ...] = ()
    empty_tiles: frozenset[str] = frozenset()

    def without_empty(self, tiles: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(tile for tile in tiles if tile not in self.empty_tiles)


OVER = Beginning()


def of(user: Any) -> Beginning:
    """What is missing; OVER once there are a risk and an asset, which is remembered. At most four queries."""
    if cache.get(KEY):
        return OVER
    has_risk, has_asset = Risk.objects.exists(), Asset.objects.exists()
    if has_risk and has_asset:
        cache.set(KEY, True, REMEMBERED_SECONDS)
        return OVER
    steps = [*([] if has_risk else [_first_risk(user)]), *([] if has_asset else [_first_asset(user)]), *_invited(user)]
    empty = (frozenset() if has_risk else OF_RISKS) | (frozenset() if has_asset else OF_ASSETS)
    empty |= frozenset() if Initiative.objects.exists() else OF_CHANGE
    return Beginning(tuple(steps), empty)


def _first_risk(user: Any) -> First:
    sentence = _("No risk yet.")
    if user.has_perm("risks.log_risk"):
        return First(sentence, _("Two answers are enough to begin; the score follows."), _("Log the first"), reverse("risks:log"))
    if user.has_perm("risks.raise_concern"):
        return First(sentence, _("Tell the triage desk what could happen."), _("Raise a concern"), reverse("risks:concern-new"))
    return First(sentence, _("Leaders, analysts and owners log them."))


def _first_asset(user: Any) -> First:
    sentence = _("No asset yet.")
    if user.has_perm("assets.take_in_discovery"):
        note = _("A scan or an inventory sheet proposes them; you accept.")
        return First(sentence, note, _("Upload a discovery file"), reverse("assets:discovery"))
    if user.has_perm("assets.change_asset"):
        return First(sentence, _("Analysts and engineers upload scans."), _("Register the first"), reverse("assets:registration"))
    return First(sentence, _("Analysts and engineers upload a scan or an inventory sheet."))


def _invited(user: Any) -> list[First]:
    """For whoever invites: how many have not come in yet."""
    if not user.has_perm("people.change_user"):
        return []
    waiting = Invitation.objects.open().filter(accepted_at=None).count()
    if not waiting:
        return []
    told = ngettext("%(n)s person has not come in yet.", "%(n)s people have not come in yet.", waiting) % {"n": waiting}
    return [First(told, _("Their links are good for a week."), _("See who"), reverse("people:people"))]
