"""Situations of the archive."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Refused


class OwnProposal(Refused):
    """Nobody agrees to what they proposed."""

    sentence = _("You proposed this redaction, so someone else decides. Ask a leader or another administrator.")
    code = "own-proposal"


class Decided(Refused):
    """A second answer changes nothing."""

    sentence = _("This redaction was decided already. Look at the list for how.")
    code = "decided"


class Held(Refused):
    """A legal hold covers it."""

    sentence = _("A legal hold covers this. Whoever placed it can lift it.")
    code = "held"


class Lifted(Refused):
    """A hold is lifted once."""

    sentence = _("This hold was lifted already.")
    code = "lifted"


class StillHere(Refused):
    """A name stays while its owner signs in."""

    sentence = _("This account is still in use. Close it first, then take the name away.")
    code = "still-here"


class NotOverYet(Refused):
    """What lies ahead is not known."""

    sentence = _("That moment lies ahead. Ask for one that is over.")
    code = "not-over-yet"


class NothingKeptYet(Refused):
    """Nothing was written down that early."""

    sentence = _("Nothing was written down that early. Ask for a later day.")
    code = "nothing-kept-yet"
