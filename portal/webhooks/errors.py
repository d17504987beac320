"""What subscriptions refuse."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Refused


class SubscriptionEnded(Refused):
    code = "webhook-ended"
    sentence = _("This webhook has ended. Make another one.")


class NotAllowed(Exception):
    """An address that is never called; `str()` says why. It becomes a line of the delivery log, or a field of a form."""
