"""What a version of a plan says: as rows to write, as the content that is signed, and in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.people.models import Appointment, User
from risks.models import Activation, Office, Phase, PlanAction, PlanClock, PlanContact, PlanVersion, PrivateReach, ResponsePlan

MOST_ACTIONS, MOST_CONTACTS, MOST_CLOCKS = 80, 60, 20
LONGEST_TITLE, LONGEST_WORDS, LONGEST_REACH, LONGEST_NAME = 200, 300, 200, 120
MOST_MINUTES, MOST_AMOUNT = 60 * 24 * 90, 1000
SEAT_OF = {Office.IT: "CIO", Office.SECURITY: "CISO"}
KEEP = object()  # leave the private number as it is
Measure, Starts = PlanClock.Measure, PlanClock.Starts


@dataclass(frozen=True)
class Action:
    """What one office does in a phase; a person or a seat does it, the office's leader where neither is named."""

    phase: str
    office: str
    title: str
    person: Any = None
    seat: str = ""
    minutes_allowed: int | None = None
    done_when: str = ""


@dataclass(frozen=True)
class Contact:
    """Somebody to be reached. `called_by` is the place (from 1) of whoever calls them, None at the top of the tree; `private`
    is how to reach them at home, "" for nothing, KEEP for what the row `keeps` says already."""

    name: str
    role: str
    reach: str = ""
    person: Any = None
    called_by: int | None = None
    private: Any = ""
    keeps: int | None = None  # the contact whose private number stays


@dataclass(frozen=True)
class Duty:
    """By when whom an outside body is to be told."""

    law: str
    name: str
    amount: int
    measure: str = Measure.HOURS
    starts: str = Starts.AWARENESS
    person: Any = None
    seat: str = ""


# To start from; each organisation asks its counsel which of them apply, and in which words.
OFFERED_CLOCKS = (
    Duty("NIS2", gettext_lazy("Early warning to the authority"), 24, seat="CISO"),
    Duty("NIS2", gettext_lazy("Incident notification to the authority"), 72, seat="CISO"),
    Duty("NIS2", gettext_lazy("Final report to the authority"), 1, Measure.MONTHS, seat="CISO"),
    Duty("DORA", gettext_lazy("First notification, once it is found major"), 4, starts=Starts.MATERIALITY, seat="CIO"),
    Duty("DORA", gettext_lazy("First notification, at the latest"), 24, seat="CIO"),
    Duty("GDPR", gettext_lazy("Personal data: the supervisory authority"), 72, seat="CISO"),
    Duty("SEC", gettext_lazy("Disclosure of a material incident"), 4, Measure.WORKING_DAYS, Starts.MATERIALITY, seat="CIO"),
)


def wrong_actions(rows: Sequence[Action]) -> list[str]:
    """What keeps these from standing, a sentence each."""
    if len(rows) > MOST_ACTIONS:
        return [_("A plan has at most %d actions.") % MOST_ACTIONS]
    found = []
    for place, row in enumerate(rows, start=1):
        where = {"place": place}
        if row.phase not in Phase.values or row.office not in Office.values:
            found.append(_("Action %(place)s: choose its phase and its office.") % where)
        if not row.title.strip() or len(row.title) > LONGEST_TITLE or len(row.done_when) > LONGEST_WORDS:
            found.append(_("Action %(place)s: say in at most 200 characters what is done.") % where)
        if row.minutes_allowed is not None and not 1 <= row.minutes_allowed <= MOST_MINUTES:
            found.append(_("Action %(place)s: allow 1 minute to 90 days, or leave it open.") % where)
        found += _wrong_doer(row, _("Action %(place)s") % where)
    return found


def wrong_contacts(rows: Sequence[Contact]) -> list[str]:
    if len(rows) > MOST_CONTACTS:
        return [_("A contact tree has at most %d entries.") % MOST_CONTACTS]
    found = []
    for place, row in enumerate(rows, start=1):
        where = {"place": place}
        if not row.name.strip() or not row.role.strip() or max(len(row.name), len(row.role)) > LONGEST_NAME:
            found.append(_("Contact %(place)s: give a name and a role, at most 120 characters each.") % where)
        private = row.private if isinstance(row.private, str) else ""
        if max(len(row.reach), len(private)) > LONGEST_REACH:
            found.append(_("Contact %(place)s: say in at most 200 characters how to reach them.") % where)
        if row.called_by is not None and not 1 <= row.called_by < place:
            found.append(_("Contact %(place)s: whoever calls them stands above them.") % where)
        if row.person is not None and row.person.is_service:
            found.append(_("Contact %(place)s: choose somebody who works here.") % where)
    return found


def wrong_clocks(rows: Sequence[Duty]) -> list[str]:
    if len(rows) > MOST_CLOCKS:
        return [_("A plan has at most %d clocks.") % MOST_CLOCKS]
    found = []
    for place, row in enumerate(rows, start=1):
        where = {"place": place}
        if not str(row.law).strip() or len(row.law) > 60 or not str(row.name).strip() or len(row.name) > LONGEST_NAME:
            found.append(_("Clock %(place)s: name the law and what is to be told.") % where)
        if row.measure not in Measure.values or row.starts not in Starts.values or not 1 <= row.amount <= MOST_AMOUNT:
            found.append(_("Clock %(place)s: say how many hours, working days or months, and what starts it.") % where)
        found += _wrong_doer(row, _("Clock %(place)s") % where)
    return found


def _wrong_doer(row: Any, where: str) -> Iterable[str]:
    if row.seat and row.seat not in Appointment.Seat.values:
        yield _("%(where)s: there is no such seat.") % {"where": where}
    if row.person is not None and (row.person.is_service or not row.person.is_active):
        yield _("%(where)s: choose somebody who works here.") % {"where": where}
    if row.person is not None and row.seat:
        yield _("%(where)s: name a person or a seat, not both.") % {"where": where}


def write_actions(version: PlanVersion, rows: Sequence[Action]) -> None:
    version.actions.all().delete()
    PlanAction.objects.bulk_create(
        PlanAction(
            plan_version=version,
            place=place,
            phase=row.phase,
            office=row.office,
            title=" ".join(row.title.split()),
            person=row.person,
            seat=row.seat,
            minutes_allowed=row.minutes_allowed,
            done_when=row.done_when.strip(),
        )
        for place, row in enumerate(rows, start=1)
    )


def write_contacts(version: PlanVersion, rows: Sequence[Contact]) -> None:
    """The whole tree anew; private numbers that stay are carried over."""
    known = dict(PrivateReach.objects.filter(contact__plan_version=version).values_list("contact", "reach"))
    PrivateReach.objects.filter(contact__plan_version=version).delete()
    version.contacts.order_by("-place").update(below=None)
    version.contacts.all().delete()
    made: list[PlanContact] = []
    for place, row in enumerate(rows, start=1):
        above = made[row.called_by - 1] if row.called_by else None
        said = {"name": row.name.strip(), "role": row.role.strip(), "reach": row.reach.strip(), "person": row.person}
        contact = PlanContact.objects.create(plan_version=version, place=place, below=above, **said)
        made.append(contact)
        private = known.get(row.keeps, "") if row.private is KEEP else row.private.strip()
        if private:
            PrivateReach.objects.create(contact=contact, reach=private)


def write_clocks(version: PlanVersion, rows: Sequence[Duty]) -> None:
    version.clocks.all().delete()
    PlanClock.objects.bulk_create(
        PlanClock(
            plan_version=version,
            place=place,
            law=str(row.law).strip(),
            name=str(row.name).strip(),
            starts=row.starts,
            amount=row.amount,
            measure=row.measure,
            person=row.person,
            seat=row.seat,
        )
        for place, row in enumerate(rows, start=1)
    )


def copy(old: PlanVersion, new: PlanVersion) -> None:
    """Let `new` say what `old` says, private numbers too."""
    write_actions(
        new,
        [
            Action(one.phase, one.office, one.title, one.person, one.seat, one.minutes_allowed, one.done_when)
            for one in old.actions.select_related("person")
        ],
    )
    write_clocks(
        new,
        [
            Duty(one.law, one.name, one.amount, one.measure, one.starts, one.person, one.seat)
            for one in old.clocks.select_related("person")
        ],
    )
    private = dict(PrivateReach.objects.filter(contact__plan_version=old).values_list("contact", "reach"))
    contacts = list(old.contacts.select_related("person"))
    places = {one.pk: place for place, one in enumerate(contacts, start=1)}
    write_contacts(
        new,
        [Contact(one.name, one.role, one.reach, one.person, places.get(one.below_id), private.get(one.pk, "")) for one in contacts],
    )


def forget_private(plan: ResponsePlan) -> None:
    """Private numbers go with what nobody can act by any more: replaced versions that are at work no longer, and retired plans."""
    at_work = Activation.objects.live().filter(plan_version=OuterRef("pk"))
    over = PlanVersion.objects.filter(~Exists(at_work), plan=plan)
    if plan.archived_at is None:
        over = over.filter(state=PlanVersion.State.SUPERSEDED)
    PrivateReach.objects.filter(contact__plan_version__in=over.order_by().values("pk")).delete()


def material(version: PlanVersion) -> Mapping[str, Any]:
    """What the leaders sign. Private numbers are no part of it: a new one takes nothing away."""
    fields = {
        "actions": ("place", "phase", "office", "title", "person_id", "seat", "minutes_allowed", "done_when"),
        "contacts": ("place", "name", "role", "person_id", "reach"),
        "clocks": ("place", "law", "name", "starts", "amount", "measure", "person_id", "seat"),
    }
    rows = {name: list(getattr(version, name).all()) for name in fields}
    said = {name: [{one: getattr(row, one) for one in fields[name]} for row in rows[name]] for name in fields}
    places = {contact.pk: contact.place for contact in rows["contacts"]}
    for told, contact in zip(said["contacts"], rows["contacts"], strict=True):
        told["below__place"] = places.get(contact.below_id)
    return said


WORDS = {
    "actions": gettext_lazy("Actions"),
    "contacts": gettext_lazy("Contact tree"),
    "clocks": gettext_lazy("Notification clocks"),
}


def say(name: str, value: Any) -> str:
    """One part of the signed content, a line a row."""
    rows = value or []
    names = dict(User.objects.filter(pk__in={row["person_id"] for row in rows} - {None}).values_list("pk", "name"))
    return "\n".join(_LINES[name](row, names) for row in rows)


def _action_line(row: Mapping[str, Any], names: Mapping[int, str]) -> str:
    who = _who(row, names) or SEAT_OF[row["office"]]
    words = [f"{Phase(row['phase']).label}: {row['title']}", who]
    words += [_("%(minutes)s minutes") % {"minutes": row["minutes_allowed"]}] if row["minutes_allowed"] else []
    return " · ".join([*words, *([row["done_when"]] if row["done_when"] else [])])


def _contact_line(row: Mapping[str, Any], names: Mapping[int, str]) -> str:
    return " · ".join(word for word in (row["name"], row["role"], row["reach"]) if word)


def _clock_line(row: Mapping[str, Any], names: Mapping[int, str]) -> str:
    limit = f"{row['amount']} {Measure(row['measure']).label}, {Starts(row['starts']).label}"
    return " · ".join(word for word in (f"{row['law']}: {row['name']}", limit, _who(row, names)) if word)


def _who(row: Mapping[str, Any], names: Mapping[int, str]) -> str:
    return names.get(row["person_id"], "") or (str(Appointment.Seat(row["seat"]).label) if row["seat"] else "")


_LINES = {"actions": _action_line, "contacts": _contact_line, "clocks": _clock_line}
