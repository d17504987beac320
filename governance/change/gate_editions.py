"""Editions of what gates ask: drafted from the one in force, changed, proposed, taken back; asked by every gate that is set up
once CIO and CISO have signed. Gates that stand keep theirs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from governance.change import editions_compared, gate_templates
from governance.change.editions_compared import Difference
from governance.change.errors import EditionAsBefore, EditionNotOpen, EditionOvertaken, EditionWaits
from governance.change.models import GateEdition, GateTemplate, Size, Stage, TemplateCriterion
from governance.change.models.gate import LONGEST_QUESTION
from portal import clock
from portal.errors import Invalid
from portal.record import audit
from portal.signing import signatures
from risks.errors import SavedMeanwhile
from risks.models import Office

BOTH = ("CIO", "CISO")
FIELDS = ("key", "opens", "office", "from_size", "is_mandatory", "question", "evidence")
TEXTS = ("question", "evidence")
LONGEST_REASON, LONGEST_KEY, MOST_CRITERIA = 2000, 40, 60
GATED = [stage for stage in Stage if list(Stage).index(stage) >= list(Stage).index(gate_templates.FIRST_GATED)]
IN_FORCE = "gate-edition.in_force"


@transaction.atomic
def draft(base: GateTemplate, criteria: Sequence[Mapping[str, Any]], reason: str, *, actor: Any) -> GateEdition:
    """Write down what the set of `base` is to ask next: `criteria` are all of it, and a new one needs no key. Raises Invalid by
    field (`criteria.2.question` is of the third), EditionWaits while another one of the set is open, EditionAsBefore,
    EditionOvertaken."""
    _check_newest(base)
    asked, reason = _checked(base, criteria), _reason(reason)
    _check_differs(base, asked)
    try:
        with transaction.atomic():
            row = GateEdition.objects.create(
                base=base, edition=_next(base), criteria=asked, reason=reason, drafted_by=actor, drafted_at=clock.now()
            )
    except IntegrityError:
        raise EditionWaits(base) from None
    audit.record(actor, "gate-edition.drafted", row, _counts(row), text=reason)
    return row


@transaction.atomic
def change(
    row: GateEdition, criteria: Sequence[Mapping[str, Any]], reason: str, *, actor: Any, version: int | None = None
) -> GateEdition:
    """Say it otherwise; signatures of what it said hold no longer. Raises EditionNotOpen, EditionOvertaken, SavedMeanwhile,
    EditionAsBefore, Invalid by field."""
    row = _locked(row)
    _check_newest(row.base)
    if version is not None and version != row.version:
        raise SavedMeanwhile(theirs={"reason": row.reason}, version=row.version, by=None)
    asked, reason = _checked(row.base, criteria, own=row.criteria), _reason(reason)
    fields = [name for name, value in (("criteria", asked), ("reason", reason)) if getattr(row, name) != value]
    if not fields:
        return row
    _check_differs(row.base, asked)
    row.criteria, row.reason = asked, reason
    row.version += 1
    row.save(update_fields=["criteria", "reason", "version"])
    audit.record(actor, "gate-edition.changed", row, {"fields": fields, **_counts(row)}, text=reason)
    return row


@transaction.atomic
def propose(row: GateEdition, *, actor: Any) -> GateEdition:
    """Ask CIO and CISO to sign it as it stands. Raises EditionNotOpen, EditionOvertaken."""
    row = _locked(row)
    _check_newest(row.base)
    if row.proposed_at is not None:
        return row
    row.proposed_at = clock.now()
    row.version += 1
    row.save(update_fields=["proposed_at", "version"])
    signatures.ask(row, BOTH, actor=actor)
    audit.record(actor, "gate-edition.proposed", row)
    return row


@transaction.atomic
def withdraw(row: GateEdition, *, actor: Any) -> GateEdition:
    """Take it back before both have signed. Raises EditionNotOpen."""
    row = _locked(row)
    row.archived_at = clock.now()
    row.version += 1
    row.save(update_fields=["archived_at", "version"])
    audit.record(actor, "gate-edition.withdrawn", row)
    return row


def take_force(row: GateEdition, *, actor: Any) -> None:
    """Both have signed: gates that are set up from now on ask by it. Called by signing, the row is locked and checked."""
    base = row.base
    told = {"key": base.key, "title": base.title, "kinds": base.kinds, "only_purchases": base.only_purchases}
    row.template = gate_templates.take_in(told | {"edition": row.edition, "criteria": row.criteria})
    row.in_force_at = clock.now()
    row.version += 1
    row.save(update_fields=["template", "in_force_at", "version"])
    audit.record(actor, IN_FORCE, row, _counts(row))


def check_open(row: GateEdition) -> None:
    """Raises EditionNotOpen or EditionOvertaken where nothing is left to sign."""
    if not row.is_open:
        raise EditionNotOpen(row)
    _check_newest(row.base)


def in_force(key: str = "") -> GateTemplate | None:
    """The newest edition of a set, of the first where none is named; None where there is no such set."""
    return next((one for one in gate_templates.newest() if key in (one.key, "")), None)


def asked_by(template: GateTemplate) -> list[dict[str, Any]]:
    """What an edition asks, as the next one is drafted from it."""
    return [{name: getattr(one, name) for name in FIELDS} for one in template.criteria.all()]


def to_change(row: GateEdition) -> list[dict[str, Any]]:
    """What a draft asks, and below what it lets go: that may be asked again."""
    kept = {one["key"] for one in row.criteria}
    gone = [one | {"is_withdrawn": True} for one in asked_by(row.base) if one["key"] not in kept]
    return [*row.criteria, *gone]


def differences(row: GateEdition) -> list[Difference]:
    """What it asks otherwise than the edition it was drafted from."""
    return editions_compared.differences(asked_by(row.base), row.criteria)


def _counts(row: GateEdition) -> dict[str, int]:
    """How many criteria differ, and how many of them ask less: that is charged to security, as waivers are to IT."""
    found = differences(row)
    return {"differ": len(found), "less": sum(one.asks_less for one in found)}


def _locked(row: GateEdition) -> GateEdition:
    found = GateEdition.objects.select_for_update(of=("self",)).select_related("base").get(pk=row.pk)
    if not found.is_open:
        raise EditionNotOpen(found)
    return found


def _next(base: GateTemplate) -> int:
    return (GateTemplate.objects.filter(key=base.key).aggregate(last=Max("edition"))["last"] or 0) + 1


def _check_newest(base: GateTemplate) -> None:
    if _next(base) != base.edition + 1:
        raise EditionOvertaken(base)


def _check_differs(base: GateTemplate, asked: Sequence[Mapping[str, Any]]) -> None:
    if not editions_compared.differences(asked_by(base), asked):
        raise EditionAsBefore


def _reason(told: str) -> str:
    told = told.strip()
    if not told or len(told) > LONGEST_REASON:
        sentence = _("Say what it asks otherwise and why, in at most %d characters.") % LONGEST_REASON
        raise Invalid(sentence, {"reason": [sentence]})
    return told


def _checked(
    base: GateTemplate, criteria: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]] = ()
) -> list[dict[str, Any]]:
    """All that it asks, tidied, each with a key: that of an edition before, of the draft as it stood (`own`), or a new one."""
    wrong: dict[str, list[str]] = {}
    tidied = [_tidied(one) for one in criteria]
    if not tidied:
        wrong["criteria"] = [_("An edition asks at least one thing.")]
    elif len(tidied) > MOST_CRITERIA:
        wrong["criteria"] = [_("At most %d criteria: take together what is alike.") % MOST_CRITERIA]
    told = [one["key"] for one in tidied if one["key"]]
    if len(set(told)) < len(told):
        wrong["criteria"] = [_("Name each criterion once.")]
    mine = set(TemplateCriterion.objects.filter(template__key=base.key).values_list("key", flat=True))
    mine |= {one["key"] for one in own}
    for place, one in enumerate(tidied):
        if one["key"] and one["key"] not in mine:
            wrong[f"criteria.{place}.key"] = [_("This set has no such criterion. Leave the key out for a new one.")]
        for name, sentence in _wrong(one).items():
            wrong[f"criteria.{place}.{name}"] = [sentence]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    return _with_keys(base, tidied, mine)


def _with_keys(base: GateTemplate, tidied: Iterable[dict[str, Any]], taken: set[str]) -> list[dict[str, Any]]:
    """A new criterion goes by the name of its set and a number that none of it has had."""
    found, number, taken = [], 1, set(taken)
    for one in tidied:
        while not one["key"]:
            key = f"{base.key[: LONGEST_KEY - 5]}-{number}"
            number += 1
            if key not in taken and not TemplateCriterion.objects.filter(key=key).exists():
                one = one | {"key": key}
                taken.add(key)
        found.append(one)
    return found


def _tidied(one: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: one.get(name, "") for name in FIELDS} | {"is_mandatory": bool(one.get("is_mandatory"))}
    return told | {name: " ".join(str(told[name]).split()) for name in TEXTS} | {"key": str(told["key"] or "").strip()}


def _wrong(one: Mapping[str, Any]) -> dict[str, str]:
    wrong = {name: _("Write between 1 and %d characters.") % LONGEST_QUESTION for name in TEXTS if _is_no_text(one[name])}
    if one["opens"] not in GATED:
        wrong["opens"] = _("Choose the stage before which it is asked.")
    if one["office"] not in Office.values:
        wrong["office"] = _("Choose IT or security.")
    if one["from_size"] not in Size.values:
        wrong["from_size"] = _("Choose from which size on it is asked.")
    return wrong


def _is_no_text(told: str) -> bool:
    return not 0 < len(told) <= LONGEST_QUESTION
