"""Situations of the record."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Refused


class NotSealedYet(Refused):
    """What was known at that moment may still grow."""

    sentence = _("This moment is not sealed yet. Ask again in a few seconds, or for an earlier one.")
    code = "not-sealed-yet"


class CannotRestore(Refused):
    """A backup and a database that do not fit; the sentence says what to do."""

    code = "cannot-restore"
