"""What accounts, roles and seats refuse."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Refused


class EmailTaken(Refused):
    sentence = _("There is an account with this e-mail already; give that one another role instead.")
    code = "email-taken"


class NeverSeated(Refused):
    sentence = _("Administrators, auditors, preparers and integrations never fill a seat; end that role first.")
    code = "never-seated"


class HoldsASeat(Refused):
    sentence = _("Whoever fills a seat is no administrator, auditor or preparer; end the appointment first.")
    code = "holds-a-seat"


class SubstituteNeeded(Refused):
    sentence = _("One person never fills two seats; name a substitute for the second one.")
    code = "substitute-needed"


class ServiceAccountOnly(Refused):
    sentence = _("Tokens and the integration role are for service accounts; people sign in.")
    code = "service-account-only"
