"""What the rules of the register refuse."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Refused, Stale


class RiskClosed(Refused):
    code = "risk-closed"

    def __init__(self, risk):
        super().__init__(_("%(number)s is closed. Log it anew if it can happen again.") % {"number": risk.number}, risk=risk.pk)


class ReadersAreNotYours(Refused):
    """Somebody who is neither an owner nor a leader wanted to say who may read a confidential risk."""

    code = "readers-are-not-yours"
    sentence = gettext_lazy("Only its owners and the leaders say who may read this risk. Ask one of them.")


class NotLinked(Refused):
    code = "not-linked"

    def __init__(self, risk, asset):
        sentence = _("%(asset)s is not linked to %(number)s any more.") % {"asset": asset.number, "number": risk.number}
        super().__init__(sentence, risk=risk.pk, asset=asset.pk)


class SavedMeanwhile(Stale):
    """Somebody saved first. `facts`: `theirs` by field as it stands now (rows by id), `version` now, `by` (name or "")."""

    def __init__(self, *, theirs, version, by):
        name = "" if by is None else str(by)
        sentence = _("%(name)s saved this while you were writing. Keep theirs or yours.") % {"name": name or _("Somebody")}
        super().__init__(sentence, theirs=theirs, version=version, by=name)


class Withdrawn(Refused):
    code = "risk-withdrawn"

    def __init__(self, risk):
        super().__init__(_("%(number)s was taken out of the register before.") % {"number": risk.number}, risk=risk.pk)
