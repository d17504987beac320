"""What packs and questions to them refuse.

Refused
├── PackReleased      it is out, and never changed again
├── PackNotADraft     its numbers are frozen: it waits for signatures
├── NotFrozen         nobody was asked to sign it
├── WordsMissing      some blocks have no words yet
├── NumbersUnfit      a stale or disputed number, and the dispute is not printed
├── NothingToShow     it has no block
├── NotYourDissent    only who dissented releases words of it
├── NotYourDispute    only the offices dispute, and only who did takes it back
├── OwnDissent        the other office answers it
├── NoDispute         there is none to print
├── NotReleased       questions come after the release
├── QuestionAnswered  both have signed an answer
├── NoAnswerYet       there is nothing to sign
└── FileDisposed      its time was over: the hash is left
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.errors import Refused, Stale
from portal.people import organisations
from portal.web import shown


class PackReleased(Refused):
    code = "pack-released"
    sentence = gettext_lazy("This pack is released and stays as both signed it. Open another one from the same numbers.")


class PackNotADraft(Refused):
    code = "pack-not-a-draft"
    sentence = gettext_lazy("This pack waits for signatures as it stands. Make it a draft again, then change it.")


class NotFrozen(Refused):
    code = "pack-not-frozen"
    sentence = gettext_lazy("Nobody was asked to sign this pack. Freeze it first.")


class PackSavedMeanwhile(Stale):
    sentence = gettext_lazy("Somebody changed this pack while you had it open. Look at it as it stands now, then go on.")


class NothingToShow(Refused):
    code = "pack-empty"
    sentence = gettext_lazy("This pack has no block. Add one, then freeze it.")


class NotYourDissent(Refused):
    code = "not-your-dissent"
    sentence = gettext_lazy("Whoever dissented says in which words it is printed. Ask them.")


class OwnDissent(Refused):
    code = "own-dissent"
    sentence = gettext_lazy("The other office answers a dissent. Yours has the words above.")


class NotYourDispute(Refused):
    code = "not-your-dispute"
    sentence = gettext_lazy("Only whoever disputes this number takes the dispute back. Talk to them, or print it.")


class NoDispute(Refused):
    code = "no-dispute"
    sentence = gettext_lazy("Nobody disputes what this block shows.")


class NotFromASeat(Refused):
    code = "not-from-a-seat"
    sentence = gettext_lazy("Only whoever fills the seat of the CIO or the CISO does this.")


class NotReleased(Refused):
    code = "pack-not-released"
    sentence = gettext_lazy("This pack is not released yet. Questions are asked once it is.")


class QuestionAnswered(Refused):
    code = "question-answered"
    sentence = gettext_lazy("Both offices have answered this. Ask another question if something is still open.")


class NoAnswerYet(Refused):
    code = "no-answer-yet"
    sentence = gettext_lazy("Nobody has written an answer yet. Write one, then both sign it.")


class FileDisposed(Refused):
    code = "file-disposed"

    def __init__(self, at: datetime):
        told = {"day": shown.date_long(organisations.day_of(at))}
        super().__init__(_("This file was disposed of on %(day)s. Its hash stays: compare a copy under “Verify a file”.") % told)


class WordsMissing(Refused):
    """Some blocks have no words yet: `headings`."""

    code = "words-missing"

    def __init__(self, headings: Sequence[str]):
        said = ngettext("This block has no words yet: %(names)s.", "These blocks have no words yet: %(names)s.", len(headings))
        names = get_text_list([f"“{one}”" for one in headings], _("and"))
        super().__init__(said % {"names": names}, headings=list(headings))


class NumbersUnfit(Refused):
    """Numbers that wait to be computed, or that an office disputes, without the dispute being printed: `headings`."""

    code = "numbers-unfit"

    def __init__(self, headings: Sequence[str]):
        said = ngettext(
            "%(names)s rests on a number that is stale or disputed. Wait, settle it, or print the dispute.",
            "%(names)s rest on numbers that are stale or disputed. Wait, settle them, or print the disputes.",
            len(headings),
        )
        names = get_text_list([f"“{one}”" for one in headings], _("and"))
        super().__init__(said % {"names": names}, headings=list(headings))
