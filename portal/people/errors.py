"""What accounts, roles, seats and tokens refuse."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Refused


class EmailTaken(Refused):
    sentence = _("There is an account with this e-mail already; give that one another role instead.")
    code = "email-taken"


class OwnAccount(Refused):
    sentence = _("You cannot do this to your own account; ask another administrator.")
    code = "own-account"


class CircularLine(Refused):
    sentence = _("A line cannot come back to where it began; name somebody who does not report to this person.")
    code = "circular-line"


class NeverSeated(Refused):
    sentence = _("Administrators, auditors, preparers and integrations never fill a seat; end that role first.")
    code = "never-seated"


class HoldsASeat(Refused):
    sentence = _("Whoever fills a seat or stands in for one is no administrator, auditor or preparer; end the appointment first.")
    code = "holds-a-seat"


class SubstituteNeeded(Refused):
    sentence = _("One person never fills two seats; name a substitute for the second one.")
    code = "substitute-needed"


class SubstituteSeated(Refused):
    sentence = _("The substitute fills a seat already, and one person never fills two; name somebody else.")
    code = "substitute-seated"


class ArbiterApart(Refused):
    sentence = _("The arbiter settles what the seats leave open, so is never one of them; choose somebody else.")
    code = "arbiter-apart"


class ServiceAccountOnly(Refused):
    sentence = _("Tokens and the integration role are for service accounts; people sign in.")
    code = "service-account-only"


class PersonOnly(Refused):
    sentence = _("A service account has tokens, and neither a password nor a second factor.")
    code = "person-only"


class CurrencyFixed(Refused):
    sentence = _("The currency was set once and stays: every amount in the register is written in it.")
    code = "currency-fixed"


class StepsOpen(Refused):
    sentence = _("The set-up is not done yet: answer the steps that are open first.")
    code = "steps-open"


class AlreadySetUp(Refused):
    sentence = _("This organisation is set up already; change it in its settings.")
    code = "already-set-up"
