"""Situations of the workbench."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Invalid, Refused, Sentence, Stale


class UnreadableSheet(Invalid):
    """The file as a whole cannot be taken; every sentence says what to do next."""

    code = "unreadable-sheet"

    def __init__(self, *sentences: Sentence):
        super().__init__(sentences[0], {"file": sentences})


class Unfit(Exception):
    """One cell does not say what its field needs. Never leaves the import: it becomes a problem of row and column."""

    def __init__(self, sentence: Sentence, name: str = "", person_id: int | None = None):
        super().__init__(sentence)
        self.sentence = sentence
        self.name, self.person_id = name, person_id  # somebody known by name alone, whom a person may confirm


class NotNow(Refused):
    """The import stands elsewhere than the caller thought."""

    code = "import-stands-elsewhere"

    def __init__(self, state: Sentence):
        super().__init__(_("This stands at “%(state)s”. Load the page again to see what it waits for.") % {"state": state})


class RowsDoNotFit(Refused):
    code = "rows-do-not-fit"

    def __init__(self, count: int):
        super().__init__(
            _("%(count)s rows do not fit. Mend them in the sheet and upload it again, or leave the bad rows out.")
            % {"count": f"{count:,}"}
        )


class NothingToImport(Refused):
    code = "nothing-to-import"
    sentence = gettext_lazy("This sheet would change nothing. There is nothing to import.")


class NothingToChange(Refused):
    code = "nothing-to-change"
    sentence = gettext_lazy("No row would change. Choose other fields or other rows.")


class FileGone(Refused):
    code = "file-gone"
    sentence = gettext_lazy("The file was cleared away after 30 days. Upload it again.")


class NothingToTry(Refused):
    code = "nothing-to-try"
    sentence = gettext_lazy("This work is not there any more, or cannot be tried again. Load the page of jobs again.")


class TooLateToUndo(Refused):
    code = "too-late-to-undo"
    sentence = gettext_lazy("An import can be undone for 24 hours. Change the rows one by one now.")


class TouchedSince(Refused):
    """Somebody worked with what the import wrote."""

    code = "touched-since"

    def __init__(self, labels: Sequence[str]):
        sentence = _("Something was done since with %(labels)s. Undoing the import would lose that; change the rows one by one.")
        super().__init__(sentence % {"labels": ", ".join(labels)}, labels=list(labels))


class NotYourView(Refused):
    """Somebody wanted to change a view of somebody else, or to share one without the right to."""

    code = "not-your-view"
    sentence = gettext_lazy("Whoever keeps a view changes it, and shared ones whoever may share. Keep it under a new name.")


class ViewSavedMeanwhile(Stale):
    def __init__(self, view):
        sentence = _("Somebody changed the view “%(view)s” while you were writing. Look at it, then save again.")
        super().__init__(sentence % {"view": view}, version=view.version)


class FieldSavedMeanwhile(Stale):
    def __init__(self, field):
        sentence = _("Somebody changed the field “%(field)s” while you were writing. Look at it, then save again.")
        super().__init__(sentence % {"field": field}, version=field.version)


class FieldRetired(Refused):
    code = "field-retired"

    def __init__(self, field):
        super().__init__(_("The field “%(field)s” is retired. Define a new one in its place.") % {"field": field})


class RowSavedMeanwhile(Stale):
    def __init__(self, label: str, version: int):
        super().__init__(
            _("Somebody saved %(label)s while you were writing. Look at it, then save again.") % {"label": label}, version=version
        )


class TagMerged(Refused):
    code = "tag-merged"

    def __init__(self, tag):
        super().__init__(_("The tag “%(tag)s” was merged into another one. Load the page of tags again.") % {"tag": tag})


class TagTouched(Refused):
    code = "tag-touched"
    sentence = gettext_lazy(
        "Something that bore the tag was changed since, so the merge stays. Set the tag anew where it is missing."
    )
