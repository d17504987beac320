"""What signatures refuse."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Refused, Stale


class NotAsked(Refused):
    code = "not-asked"
    sentence = gettext_lazy("Nobody was asked to sign this.")


class NeverSigns(Refused):
    code = "never-signs"
    sentence = gettext_lazy(
        "Integrations, administrators, auditors, preparers, counsel and board members never sign. One of the offices named does."
    )


class NotYourSignature(Refused):
    """Somebody signed for an office they do not fill: delegates and strangers alike."""

    code = "not-your-signature"

    def __init__(self, offices):
        super().__init__(_("This waits for %(offices)s, and you fill none of these. Ask them.") % {"offices": offices})


class SignedAlready(Refused):
    code = "signed-already"
    sentence = gettext_lazy("Your office has signed this as it stands. Nothing more is asked of it.")


class TwoSeats(Refused):
    code = "two-seats"
    sentence = gettext_lazy("You signed this for another office already, and one person never fills two. Somebody else signs here.")


class OwnProposalAlone(Refused):
    code = "own-proposal"
    sentence = gettext_lazy("You proposed or changed this, so you do not sign it alone. Ask another office to sign it as well.")


class FactorTooOld(Refused):
    code = "second-factor-required"
    sentence = gettext_lazy("A signature needs a second factor of the last 15 minutes. Give it again, then sign.")


class MovedSinceRead(Stale):
    code = "content-moved"
    sentence = gettext_lazy("What you would sign has changed since you read it. Read what differs, then sign.")
