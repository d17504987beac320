"""What exceptions of a gate refuse."""

from django.utils.translation import gettext as _

from portal.errors import Refused


class WaivedAtTheGate(Refused):
    """Somebody wanted to extend a gate waiver."""

    code = "waived-at-the-gate"

    def __init__(self, exception):
        sentence = _(
            "%(number)s waives a criterion of a gate. Ask for it anew there, where one sees what it would take to meet it."
        )
        super().__init__(sentence % {"number": exception.number}, exception=exception.pk)


class ExtendedAlready(Refused):
    """Somebody wanted to extend what another one extends."""

    code = "extended-already"

    def __init__(self, exception, following):
        sentence = _("%(following)s takes over when %(number)s ends. Extend that one.")
        super().__init__(sentence % {"number": exception.number, "following": following.number}, exception=following.pk)


class NotAccepted(Refused):
    """Somebody approved a plan that retains a risk which nobody accepts."""

    code = "not-accepted"

    def __init__(self, treatment):
        sentence = _("%(risk)s is retained once a risk acceptance of it is in force. Ask for that exception first.")
        super().__init__(sentence % {"risk": treatment.risk.number}, risk=treatment.risk_id)
