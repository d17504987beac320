"""What this room refuses."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Refused


class ProviderEnded(Refused):
    code = "identity-provider-ended"
    sentence = _("This identity provider has ended. Make another one.")


class NeverUsed(Refused):
    code = "identity-provider-never-used"
    sentence = _("Nobody came in by this provider yet. Sign in by it once yourself; then passwords can be closed.")


class RuleThere(Refused):
    code = "role-rule-there"
    sentence = _("This group gives this role there already.")


class KnownToTheDirectory(Refused):
    code = "known-to-the-directory"
    sentence = _("The directory keeps a person or a group of this name already.")


class NotForTheDirectory(Refused):
    code = "not-for-the-directory"
    sentence = _(
        "This person fills a seat or administers accounts: an administrator closes the account, or gives it another address."
    )
