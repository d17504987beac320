"""The six steps of the set-up, which later are the sections of the settings."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.people import organisations
from portal.people.models import Organisation

DONE, HERE, OPEN = "done", "here", "open"


@dataclass(frozen=True)
class Step:
    """One page: its word in the list, the question it asks, and what the question is for."""

    key: str
    label: str | Promise
    question: str | Promise
    why: str | Promise

    @property
    def url(self) -> str:
        return reverse(f"setup:{self.key}")

    @property
    def is_needed(self) -> bool:
        return self.key in organisations.NEEDED


STEPS = (
    Step(
        "organisation",
        _("Organisation"),
        _("What are we called, and how do we count money and days?"),
        _("Every amount, due date and reminder follows from this."),
    ),
    Step(
        "units",
        _("Units"),
        _("Which places make up the organisation?"),
        _("A risk and an asset belong to one place; who sees them follows from the tree."),
    ),
    Step(
        "leaders",
        _("Leaders"),
        _("Who leads, and who settles what they leave open?"),
        _("Two offices agree on one number; a third settles what stays open, and a substitute stands in."),
    ),
    Step(
        "levels",
        _("Levels"),
        _("What do levels 1 to 5 mean here?"),
        _("Two people who say 4 must mean the same; this stands beside the levels wherever somebody chooses one."),
    ),
    Step(
        "appetite",
        _("Appetite"),
        _("How much do we want to carry, and how much do we still accept?"),
        _("A score above tolerance alarms; one between appetite and tolerance is watched."),
    ),
    Step(
        "people",
        _("People"),
        _("Who else works here?"),
        _("Each gets a mail with a link; what they see follows from role and unit."),
    ),
)
BY_KEY = {step.key: step for step in STEPS}


@dataclass(frozen=True)
class Frame:
    """What stands around one step: which ones are done, and the way back and on."""

    step: Step
    states: dict[str, str]
    is_set_up: bool
    organisation: Organisation | None

    @property
    def number(self) -> int:
        return STEPS.index(self.step) + 1

    @property
    def steps(self) -> list[tuple[Step, str]]:
        return [(step, self.states[step.key]) for step in STEPS]

    @property
    def back_url(self) -> str:
        return STEPS[self.number - 2].url if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        return STEPS[self.number].url if self.number < len(STEPS) else reverse("setup:finish")


def frame(key: str) -> Frame:
    """The frame of the step `key`, as the database has it now."""
    organisation = Organisation.objects.first()
    done = set(organisation.steps_done) if organisation else set()
    states = {step.key: HERE if step.key == key else DONE if step.key in done else OPEN for step in STEPS}
    return Frame(BY_KEY[key], states, organisation is not None and organisation.set_up_at is not None, organisation)


def first_open() -> str:
    """Where to go on: the first step that was not answered, else the end."""
    organisation = Organisation.objects.first()
    done = set(organisation.steps_done) if organisation else set()
    return next((step.url for step in STEPS if step.key not in done), reverse("setup:finish"))
