"""When security joined an initiative: by the sealed time of the first thing its office did for it. A comment does not count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from governance.change import offices
from governance.change.models import Criterion, DeclaredLine, Initiative, SeenAsset
from portal.people import organisations, working_days
from portal.record.models import AuditEntry, Seal

SILENT_DAYS = 5  # working days after which having asked is enough, for the initiative
ANSWERED = "gate.answered"
CLASSIFYING = ("data_classification", "own_confidentiality", "own_integrity", "own_availability", "own_safety")


@dataclass(frozen=True, slots=True)
class Joined:
    """`at` None: not yet, or its entry is not sealed yet (`is_sealing`). `answer_days`: working days until security's first
    answer, once asked."""

    at: datetime | None
    is_sealing: bool
    asked_at: datetime | None
    counts_as_asked: bool  # asked, and silent for so long
    answer_days: int | None
    waits_days: int | None  # working days since it was asked, where it has not answered
    is_answered_ahead: bool  # by a pattern that it had signed: no joining, but nothing it was not asked about either

    @property
    def never_asked(self) -> bool:
        return self.at is None and not self.is_sealing and self.asked_at is None and not self.is_answered_ahead


def answered_ahead() -> QuerySet:
    """The keys of initiatives of which an approved pattern answers a criterion."""
    return Criterion.objects.exclude(pattern=None).values("gate__initiative")


def note(initiative: Initiative, entry: AuditEntry) -> None:
    """The security office did something for it; the first one counts. The caller has locked the initiative."""
    if initiative.joined_entry_id is None or entry.pk < initiative.joined_entry_id:
        initiative.joined_entry = entry
        initiative.save(update_fields=["joined_entry"])


def follow() -> int:
    """Find initiatives under way for which the security office has classified an asset since; returns how many joined."""
    office, count = offices.security_office(), 0
    if not office:
        return 0
    for initiative in Initiative.objects.under_way().filter(joined_entry=None).exclude(declared_at=None).order_by("pk"):
        entry = _classified(initiative, office)
        if entry is not None:
            Initiative.objects.filter(pk=initiative.pk, joined_entry=None).update(joined_entry=entry)
            count += 1
    return count


def with_moments(rows: QuerySet[Initiative]) -> QuerySet[Initiative]:
    """With when security joined and when it first answered, read in the same query."""
    sealed = Seal.objects.filter(entry=OuterRef("joined_entry")).values("sealed_at")[:1]
    answers = Criterion.objects.filter(gate__initiative=OuterRef("pk"), pattern=None)
    first = answers.filter(security_at__gte=OuterRef("security_asked_at")).order_by("security_at").values("security_at")[:1]
    ahead = Exists(answered_ahead().filter(gate__initiative=OuterRef("pk")))
    return rows.annotate(joined_sealed_at=Subquery(sealed), security_answered_at=Subquery(first), is_answered_ahead=ahead)


def of(initiative: Initiative) -> Joined:
    """No query for a row of `with_moments`, one else."""
    if not hasattr(initiative, "joined_sealed_at"):
        initiative = with_moments(Initiative.objects.all()).get(pk=initiative.pk)
    asked, answered = initiative.security_asked_at, initiative.security_answered_at
    since = working_days.between(organisations.day_of(asked), organisations.day_of(answered)) if answered else None
    waits = None
    if asked is not None and answered is None:
        waits = working_days.between(organisations.day_of(asked), organisations.today())
    joined = initiative.joined_entry_id is not None
    return Joined(
        at=initiative.joined_sealed_at,
        is_sealing=joined and initiative.joined_sealed_at is None,
        asked_at=asked,
        counts_as_asked=not joined and waits is not None and waits >= SILENT_DAYS,
        answer_days=since,
        waits_days=waits,
        is_answered_ahead=initiative.is_answered_ahead,
    )


def _classified(initiative: Initiative, office: Iterable[int]) -> AuditEntry | None:
    """The first time that somebody of `office` classified one of its assets, since it was proposed."""
    named = DeclaredLine.objects.filter(initiative=initiative, archived_at=None).exclude(asset=None).values_list("asset", flat=True)
    seen = SeenAsset.objects.filter(initiative=initiative).values_list("asset", flat=True)
    ids = {*named, *seen}
    if not ids:
        return None
    says = Q()
    for field in CLASSIFYING:
        says |= Q(params__fields__contains=[field])
    rows = AuditEntry.objects.filter(kind="asset", subject_id__in=ids, verb="asset.changed", actor__in=list(office))
    return rows.filter(says, at__gte=initiative.proposed_at).order_by("pk").first()
