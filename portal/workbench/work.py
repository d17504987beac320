"""What a worker does with imports: one worker each, whose claim dies with it; the rows say what is to be done."""

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from portal import clock, turns
from portal.record import audit
from portal.workbench import applying, checking, importable, undoing
from portal.workbench.errors import UnreadableSheet
from portal.workbench.models import SheetImport

MOST_ATTEMPTS = 5
State = SheetImport.State
STEPS = {State.CHECKING: checking.check, State.APPLYING: applying.apply, State.UNDOING: undoing.undo}


def work_waiting() -> int:
    """Do what waits, or what a worker left behind when it died; how many imports came to the end of a step."""
    return sum(work(pk) for pk in SheetImport.objects.at_work().order_by("pk").values_list("pk", flat=True))


def work(pk: int) -> bool:
    """One step of one import; False where another worker has it, or nothing waits any more."""
    with turns.alone("sheet import", pk) as alone:
        one = _begun(pk) if alone else None
        if one is None:
            return False
        with translation.override(one.started_by.language):
            try:
                STEPS[one.state](one, importable.as_defined(one.kind))
            except UnreadableSheet as refusal:
                _refuse(one, str(refusal))
        return True


@transaction.atomic
def _begun(pk: int) -> SheetImport | None:
    """Under the claim: what is to be done. A step that failed too often, or lost its file or its right, is given up."""
    rows = SheetImport.objects.select_for_update(of=["self"]).select_related("file", "unit", "started_by")
    one = rows.get(pk=pk)
    if not one.is_at_work:
        return None
    one.attempts += 1
    one.save(update_fields=["attempts"])
    if one.attempts > MOST_ATTEMPTS:
        _refuse(one, _("This step failed again and again. Tell an administrator the number of this import."))
        return None
    if not one.started_by.has_perm("workbench.import"):
        _refuse(one, _("Whoever began this import may not import any more."))
        return None
    if one.file is None and one.state != State.UNDOING:
        _refuse(one, _("The file was cleared away after 30 days. Upload it again."))
        return None
    return one


@transaction.atomic
def _refuse(one: SheetImport, sentence: str) -> None:
    """What was imported stays imported; anything else ends here."""
    one.refresh_from_db()
    one.state = State.APPLIED if one.state == State.UNDOING else State.REFUSED
    one.refusal, one.finished_at, one.version = sentence[:500], clock.now(), one.version + 1
    one.save()
    audit.record(None, "import.refused", one)
