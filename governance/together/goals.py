"""The verbs over strategy themes and shared goals: add a theme, propose a goal with a measure of each office, read it, end it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.together.errors import (
    GoalEnded,
    GoalSavedMeanwhile,
    ThemeEnded,
    ThemeHasGoals,
    ThemesAreEnough,
    ThemesAreFew,
    ThemeTaken,
)
from governance.together.models import Goal, GoalLink, GoalMeasure, GoalReading, Theme
from portal import clock, subjects
from portal.errors import Invalid
from portal.people import announcements, organisations
from portal.record import audit, numbers
from portal.signing import signatures
from risks.models import Risk

FEWEST_THEMES, MOST_THEMES = 3, 7
OFFICES = ("CIO", "CISO")
NAMED = ("risk",)  # what a goal may be there for: the next step down in the line of sight
LONGEST_NAME, LONGEST_TITLE, LONGEST_TEXT, LONGEST_UNIT, LONGEST_NOTE, MOST_LINKS = 120, 200, 4000, 40, 300, 60
FIELDS = ("theme", "title", "about", "from_on", "due_on")
LARGEST = Decimal("99999999999999.9999")
SHARED = "goal.shared"


@dataclass(frozen=True, slots=True)
class Measure:
    """By what one office tells that the goal is near."""

    name: str
    start_value: Decimal | None
    target_value: Decimal | None
    counted_in: str = ""


@transaction.atomic
def add_theme(*, actor: Any, name: str, about: str = "") -> Theme:
    """Raises ThemesAreEnough at the eighth, ThemeTaken, Invalid."""
    _lock_themes()
    if Theme.objects.current().count() >= MOST_THEMES:
        raise ThemesAreEnough
    theme = Theme(added_by=actor, added_at=clock.now(), **_theme_words(name, about))
    _save_theme(theme)
    audit.record(actor, "theme.added", theme)
    return theme


@transaction.atomic
def change_theme(theme: Theme, *, actor: Any, version: int | None, name: str | None = None, about: str | None = None) -> Theme:
    """Say it otherwise. Raises ThemeEnded, GoalSavedMeanwhile, ThemeTaken, Invalid."""
    _lock_themes()
    theme = Theme.objects.select_for_update().get(pk=theme.pk)
    if theme.archived_at is not None:
        raise ThemeEnded
    if version is not None and version != theme.version:
        raise GoalSavedMeanwhile(theirs={"name": theme.name, "about": theme.about}, version=theme.version)
    words = _theme_words(theme.name if name is None else name, theme.about if about is None else about)
    theme.name, theme.about = words["name"], words["about"]
    theme.version += 1
    _save_theme(theme)
    audit.record(actor, "theme.changed", theme)
    return theme


@transaction.atomic
def end_theme(theme: Theme, *, actor: Any) -> Theme:
    """Take a theme out of the strategy. Raises ThemeEnded, ThemeHasGoals while goals stand under it, ThemesAreFew
    where three are left."""
    _lock_themes()
    theme = Theme.objects.select_for_update().get(pk=theme.pk)
    if theme.goals.filter(archived_at=None).exists():
        raise ThemeHasGoals
    if theme.archived_at is not None:
        raise ThemeEnded
    if Theme.objects.current().count() <= FEWEST_THEMES:
        raise ThemesAreFew
    theme.archived_at = clock.now()
    theme.version += 1
    theme.save(update_fields=["archived_at", "version"])
    audit.record(actor, "theme.ended", theme)
    return theme


@transaction.atomic
def propose(*, actor: Any, measures: Mapping[str, Measure], there_for: Iterable[Any] = (), **said: Any) -> Goal:
    """Ask CIO and CISO to share a goal. `said` holds FIELDS, `measures` one an office, `there_for` the risks it is there for.
    Raises Invalid by field."""
    things = list(there_for)
    goal = Goal(proposed_by=actor, proposed_at=clock.now(), **_worded(said))
    _check(goal, measures, things)
    goal.number = numbers.draw("G")[0]
    goal.save()
    _measure(goal, measures)
    _lay(goal, things)
    audit.record(actor, "goal.proposed", goal, {"theme": goal.theme_id, "due_on": goal.due_on.isoformat()})
    signatures.ask(goal, OFFICES, actor=actor)
    return goal


@transaction.atomic
def change(
    goal: Goal,
    *,
    actor: Any,
    version: int | None,
    measures: Mapping[str, Measure] | None = None,
    there_for: Iterable[Any] | None = None,
    **said: Any,
) -> Goal:
    """Say it otherwise. A goal whose words, days, measures or targets differ from what was signed waits for both again; what it is
    there for may change without. Raises GoalEnded, GoalSavedMeanwhile, Invalid by field."""
    goal = _locked(goal)
    if version is not None and version != goal.version:
        raise GoalSavedMeanwhile(theirs={name: getattr(goal, name) for name in FIELDS}, version=goal.version)
    before = signatures.standing(goal).digest
    for name, value in _worded(said).items():
        setattr(goal, name, value)
    wanted = measures_of(goal) if measures is None else measures
    things = None if there_for is None else list(there_for)
    _check(goal, wanted, things or ())
    goal.version += 1
    goal.save()
    if measures is not None:
        _measure(goal, measures)
    if things is not None:
        _lay(goal, things)
    goal = Goal.objects.get(pk=goal.pk)
    moved = signatures.standing(goal).digest != before
    audit.record(actor, "goal.changed", goal, {"fields": sorted(said), "material": moved})
    if moved:
        signatures.ask(goal, OFFICES, actor=actor)
    return goal


@transaction.atomic
def read_measure(
    goal: Goal, office: str, value: Decimal, *, actor: Any, happened_on: date | None = None, note: str = ""
) -> GoalReading:
    """Note what the measure of `office` said on a day; of several of one day the last one counts. Raises GoalEnded, Invalid."""
    goal = _locked(goal)
    today = organisations.today()
    day = happened_on or today
    note = note.strip()
    wrong: dict[str, list[str]] = {}
    measure = goal.measures.filter(office=office).first()
    if measure is None:
        wrong["office"] = [_("Say of which office: CIO or CISO.")]
    if not _is_value(value):
        wrong["value"] = [_("Give a number with at most four decimals.")]
    if not goal.from_on <= day <= today:
        wrong["happened_on"] = [_("A reading is of a day since the goal began, and not of a day to come.")]
    if len(note) > LONGEST_NOTE:
        wrong["note"] = [_("Keep it under %d characters.") % LONGEST_NOTE]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    told = {"measure": measure, "value": value, "happened_on": day, "note": note, "taken_by": actor, "known_at": clock.now()}
    reading = GoalReading.objects.create(**told)
    audit.record(actor, "goal.read", goal, {"office": office, "value": f"{value.normalize():f}", "on": day.isoformat()})
    return reading


@transaction.atomic
def end(goal: Goal, *, actor: Any, reason: str) -> Goal:
    """It is no goal any more; what was read of it stays. Raises GoalEnded, Invalid."""
    goal = _locked(goal)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_TEXT:
        raise Invalid(_("This is not complete."), {"reason": [_("Say why it is no goal any more.")]})
    goal.ended_because, goal.archived_at = reason, clock.now()
    goal.version += 1
    goal.save(update_fields=["ended_because", "archived_at", "version"])
    audit.record(actor, "goal.ended", goal, text=reason)
    return goal


def take_effect(goal: Goal, *, actor: Any) -> None:
    """Both have signed; called by signing, the goal is locked."""
    if goal.shared_at is None:
        goal.shared_at = clock.now()
        goal.version += 1
        goal.save(update_fields=["shared_at", "version"])
        announcements.tell(goal, SHARED, {goal.proposed_by_id} - {actor.pk})
    audit.record(None, SHARED, goal)


def check_open(goal: Goal) -> None:
    """Raises GoalEnded."""
    if goal.archived_at is not None:
        raise GoalEnded(goal)


def measures_of(goal: Goal) -> dict[str, Measure]:
    return {
        one.office: Measure(one.name, one.start_value, one.target_value, one.counted_in) for one in goal.measures.order_by("office")
    }


def material(goal: Goal) -> dict[str, Any]:
    """All that a signature covers: what is wanted, by when, and what each office measures."""
    rows = sorted(goal.measures.all(), key=lambda one: one.office)
    plain = ("office", "name", "counted_in", "start_value", "target_value")
    said = {name: getattr(goal, name) for name in ("theme_id", "title", "about", "from_on", "due_on")}
    return said | {"measures": [{name: getattr(one, name) for name in plain} for one in rows]}


def _locked(goal: Goal) -> Goal:
    found = Goal.objects.select_for_update(of=("self",), no_key=True).get(pk=goal.pk)
    check_open(found)
    return found


def _lock_themes() -> None:
    """One after the other, so that there is never an eighth."""
    list(Theme.objects.current().select_for_update().values_list("pk"))


def _save_theme(theme: Theme) -> None:
    try:
        with transaction.atomic():
            theme.save()
    except IntegrityError:  # one_theme_of_a_name
        raise ThemeTaken from None


def _theme_words(name: str, about: str) -> dict[str, str]:
    name, about = " ".join(name.split()), about.strip()
    wrong = {}
    if not name or len(name) > LONGEST_NAME:
        wrong["name"] = [_("Name it in at most %d characters.") % LONGEST_NAME]
    if len(about) > LONGEST_TEXT:
        wrong["about"] = [_("Keep it under %d characters.") % LONGEST_TEXT]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    return {"name": name, "about": about}


def _worded(said: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(said) - set(FIELDS):
        raise TypeError(f"a goal has no {', '.join(sorted(unknown))}")
    return {name: value.strip() if isinstance(value, str) else value for name, value in said.items()}


def _measure(goal: Goal, measures: Mapping[str, Measure]) -> None:
    for office in OFFICES:
        one = measures[office]
        told = {"start_value": one.start_value, "target_value": one.target_value, "counted_in": one.counted_in.strip()}
        GoalMeasure.objects.update_or_create(goal=goal, office=office, defaults={"name": one.name.strip(), **told})


def _lay(goal: Goal, things: Iterable[Any]) -> None:
    """Let `goal` be there for exactly `things`."""
    wanted = {(subjects.kind_of(thing), thing.pk) for thing in things}
    known = {(link.subject_kind, link.subject_id): link for link in goal.links.all()}
    now = clock.now()
    for key, link in known.items():
        gone = None if key in wanted else link.archived_at or now
        if link.archived_at != gone:
            link.archived_at = gone
            link.save(update_fields=["archived_at"])
    fresh = sorted(wanted - known.keys())
    GoalLink.objects.bulk_create(GoalLink(goal=goal, subject_kind=kind, subject_id=pk) for kind, pk in fresh)


def things_of(goal: Goal) -> list[Any]:
    """The risks it is there for, whoever asks."""
    ids = goal.links.filter(archived_at=None, subject_kind="risk").values("subject_id")
    return list(Risk.objects.filter(pk__in=ids).order_by("pk"))


def _check(goal: Goal, measures: Mapping[str, Measure], things: Iterable[Any]) -> None:
    wrong: dict[str, list[str]] = {}
    if not goal.title or len(goal.title) > LONGEST_TITLE:
        wrong["title"] = [_("Name it in at most %d characters.") % LONGEST_TITLE]
    if len(goal.about) > LONGEST_TEXT:
        wrong["about"] = [_("Keep it under %d characters.") % LONGEST_TEXT]
    if goal.theme_id is None or goal.theme.archived_at is not None:
        wrong["theme"] = [_("Choose the theme it stands under.")]
    if goal.from_on is None or goal.due_on is None or goal.due_on <= goal.from_on:
        wrong["due_on"] = [_("Say from when, and by which later day.")]
    for office in OFFICES:
        if sentence := _wrong_measure(measures.get(office)):
            wrong[f"measures.{office}"] = [sentence]
    if set(measures) - set(OFFICES):
        wrong["measures"] = [_("Give one measure from IT (CIO) and one from security (CISO).")]
    if len(list(things)) > MOST_LINKS:
        wrong["there_for"] = [_("Name at most %d risks.") % MOST_LINKS]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)


def _wrong_measure(one: Measure | None) -> str:
    if one is None or not one.name.strip() or len(one.name) > LONGEST_TITLE or len(one.counted_in) > LONGEST_UNIT:
        return _("Say in a few words what this office measures.")
    if not _is_value(one.start_value) or not _is_value(one.target_value):
        return _("Give where it starts and its target, with at most four decimals.")
    return _("The target is not where it starts.") if one.start_value == one.target_value else ""


def _is_value(value: Any) -> bool:
    try:
        return (
            isinstance(value, Decimal)
            and value.is_finite()
            and abs(value) <= LARGEST
            and value == value.quantize(Decimal("0.0001"))
        )
    except InvalidOperation:
        return False
