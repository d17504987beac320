"""Situations of a conversation.

Refused
├── NotYours      only who wrote it says it otherwise
├── TooManyWatches
├── TooManyFiles  a subject holds so many
├── BelongsElsewhere  a file that another room keeps, such as evidence
├── NotYourFile   only who added it takes it away
├── ArchivedYet   it was taken away already
├── NotYoursToMerge, GoneAlready, IntoItself      what is gone is not merged, nor a thing into itself
├── MovedOn, TouchedSinceMerge, UndoneAlready  a merge that cannot be taken back
├── Settled       a resolved thread takes no answer
└── ResolvedYet   it is resolved, or open, already
Stale
├── VersionsMovedOn  one of two was changed while they were on the screen
└── SaidMeanwhile it was changed while it was on the screen
Invalid
├── NothingSaid
├── NoSuchThread
├── NotKept       a program, nothing at all, or something else than its name says
└── NotForThem    somebody mentioned may not open the subject
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Invalid, Refused, Stale


class NotYours(Refused):
    code = "not-yours"
    sentence = gettext_lazy("Only who wrote this says it otherwise. Answer it instead.")


class Settled(Refused):
    code = "settled"
    sentence = gettext_lazy("This thread is resolved. Reopen it, then answer.")


class ResolvedYet(Refused):
    code = "resolved-yet"
    sentence = gettext_lazy("Somebody was faster: this thread stands so already.")


class SaidMeanwhile(Stale):
    sentence = gettext_lazy("This comment was changed while you had it open. Read it as it stands now, then change it.")


class NothingSaid(Invalid):
    def __init__(self, longest: int):
        sentence = _("Write something, %(most)d letters at most.") % {"most": longest}
        super().__init__(sentence, {"text": [sentence]})


class NoSuchThread(Invalid):
    def __init__(self):
        sentence = _("There is no such thread here. Load the page again.")
        super().__init__(sentence, {"answers": [sentence]})


class NotForThem(Invalid):
    def __init__(self):
        sentence = _("Somebody you chose may not open this, so they cannot be told. Choose among the people offered.")
        super().__init__(sentence, {"mentions": [sentence]})


class TooManyWatches(Refused):
    code = "too-many-watches"

    def __init__(self, most: int):
        super().__init__(_("You watch %(most)d things already. Stop watching one first.") % {"most": most})


class TooManyFiles(Refused):
    code = "too-many-files"

    def __init__(self, most: int):
        super().__init__(_("There are %(most)d files here already. Archive one that nobody needs first.") % {"most": most})


class BelongsElsewhere(Refused):
    code = "belongs-elsewhere"
    sentence = gettext_lazy("This file is kept as part of something else, such as evidence. Take it back there.")


class NotYourFile(Refused):
    code = "not-your-file"
    sentence = gettext_lazy("Only who added this file, or who keeps the record, archives it. Ask them.")


class ArchivedYet(Refused):
    code = "archived-yet"
    sentence = gettext_lazy("Somebody was faster: this file is archived already.")


class NotKept(Invalid):
    def __init__(self, sentence):
        super().__init__(sentence, {"file": [sentence]})


class IntoItself(Refused):
    code = "into-itself"
    sentence = gettext_lazy("This is one and the same. Choose the other one of the two.")


class NotYoursToMerge(Refused):
    code = "not-yours-to-merge"
    sentence = gettext_lazy("Who keeps this kind merges what is there twice. Ask a leader or an analyst.")


class GoneAlready(Refused):
    code = "gone-already"

    def __init__(self, label):
        super().__init__(_("%(label)s is archived or merged already. Load the page again.") % {"label": label})


class MovedOn(Refused):
    code = "moved-on"
    sentence = gettext_lazy("Something of this was changed since.")


class TouchedSinceMerge(Refused):
    code = "touched-since-merge"
    sentence = gettext_lazy(
        "Somebody worked with one of the two since, so the merge stands. Log the other one anew if it is needed."
    )


class UndoneAlready(Refused):
    code = "undone-already"
    sentence = gettext_lazy("Somebody was faster: this merge is undone already.")


class VersionsMovedOn(Stale):
    sentence = gettext_lazy("One of the two was changed while you had them open. Look at both as they stand now, then merge.")
