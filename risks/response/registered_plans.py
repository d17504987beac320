"""Plans, their versions, activations and exercises in the registry, and what signing, attention and leaving ask of them."""

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import changes
from portal.attention import news, reviews
from portal.people import holdings, wording
from portal.people.addresses import absolute
from portal.people.wording import Wording
from portal.record import redacting
from portal.signing import registry
from portal.web import shown
from portal.workbench import searchable
from risks.models import Activation, ClockWarning, Exercise, PlanClock, PlanVersion, ResponsePlan
from risks.response import activations, clocks, exercises, plan_content, plans, succession
from risks.response.words import EXERCISE_FIELDS, EXERCISE_VERBS, PLAN_FIELDS, PLAN_VERBS, VERSION_FIELDS

Stage = ClockWarning.Stage


def _clock_words(stage: str, duty: PlanClock, due_at: str) -> str:
    told = {"clock": str(duty), "at": shown.moment(parse_datetime(due_at))}
    if stage == Stage.OUT:
        return _t("%(clock)s: the time ran out at %(at)s. Tell them now, and note it.") % told
    if stage == Stage.SOON:
        return _t("%(clock)s: the time runs out at %(at)s. Tell them, and note it.") % told
    return _t("%(clock)s is running: due at %(at)s.") % told


def _clock_news(reminder):
    duty = PlanClock.objects.filter(pk=reminder.params["clock"]).first()
    return _clock_words(reminder.params["stage"], duty, reminder.params["due_at"]) if duty else ""


def _clock_letter(letter, recipient):
    """Overtaken once they were told or the plan is at work no longer; names no incident, for mail is read on locked screens."""
    told = letter.params
    found = Activation.objects.visible_to(recipient).live().filter(pk=told["activation"]).first()
    duty = PlanClock.objects.filter(pk=told["clock"]).first()
    if found is None or duty is None or found.marks.filter(clock=duty).exists():
        return None
    titles = {
        Stage.STARTED: _t("A notification clock is running"),
        Stage.SOON: _t("A notification clock is running out"),
        Stage.OUT: _t("A notification clock has run out"),
    }
    return Wording(
        title=titles[told["stage"]],
        sentences=(_clock_words(told["stage"], duty, told["due_at"]), _t("Check with counsel what applies.")),
        url=absolute(reverse("risks:activation", args=[found.pk])),
        verb=_t("Open the live plan"),
    )


def _activated(reminder):
    if reminder.params.get("exercise"):
        return _t("An exercise has begun, and this plan calls you. Open it and act.")
    return _t("This plan is activated, and it calls you. Open it and act.")


subjects.register(
    subjects.Subject(
        kind="response-plan",
        model="risks.ResponsePlan",
        word=_("response plan"),
        plural=_("response plans"),
        resource="response-plans",
        page="risks:plan",
        url=lambda plan: reverse("risks:plan", args=[plan.pk]),
        label=str,
        related=("unit", "owner"),
    )
)
subjects.register(
    subjects.Subject(
        kind="response-plan-version",
        model="risks.PlanVersion",
        word=_("version of a response plan"),
        plural=_("versions of response plans"),
        resource="response-plan-versions",
        page="risks:plan-version",
        url=lambda version: reverse("risks:plan-version", args=[version.pk]),
        label=str,
        material=plan_content.material,
        related=("plan__unit", "plan__owner"),
        prefetch=("actions", "contacts", "clocks"),
    )
)
subjects.register(
    subjects.Subject(
        kind="activation",
        model="risks.Activation",
        word=_("activated plan"),
        plural=_("activated plans"),
        resource="activations",
        page="risks:activation",
        url=lambda found: reverse("risks:activation", args=[found.pk]),
        label=str,
        related=("plan_version__plan__unit",),
    )
)
subjects.register(
    subjects.Subject(
        kind="exercise",
        model="risks.Exercise",
        word=_("exercise"),
        plural=_("exercises"),
        resource="exercises",
        page="risks:exercise",
        url=lambda found: reverse("risks:exercise", args=[found.pk]),
        label=str,
        related=("plan__unit",),
    )
)
registry.register(
    registry.Signable(
        kind="response-plan-version",
        proposed_by=lambda version: version.asked_by_id,
        unsigned=lambda: PlanVersion.objects.filter(state=PlanVersion.State.ASKED),
        signed=plans.take_force,
        check=plans.check_signable,
        words=plan_content.WORDS,
        say=plan_content.say,
    )
)
changes.words("response-plan", fields=PLAN_FIELDS, verbs=PLAN_VERBS)
changes.words("response-plan-version", fields=VERSION_FIELDS)
changes.words("exercise", fields=EXERCISE_FIELDS, verbs=EXERCISE_VERBS)
news.word_with(
    succession.RENAMED,
    "response-plan",
    lambda reminder: _t("Somebody named in this plan left. A draft names who follows: read it, and ask both leaders to sign."),
)
news.word_with(activations.ACTIVATED, "activation", _activated)
news.word_with(clocks.WARNED, "activation", _clock_news)
wording.word_with(clocks.LETTER, _clock_letter)
reviews.on_answer(plans.REVIEW, plans.take_answer)
reviews.changed_at(plans.REVIEW, lambda review: reverse("risks:plan", args=[review.subject_id]))
reviews.on_answer(exercises.DUE, exercises.take_answer)
reviews.changed_at(exercises.DUE, lambda review: reverse("risks:exercise", args=[review.subject_id]))
holdings.register(
    holdings.Group(
        key="response-plans",
        label=_("Response plans they keep"),
        rows=lambda person: ResponsePlan.objects.current().filter(owner=person),
        way=holdings.Way.SUCCESSOR,
        pass_on=lambda row, *, person, successor, actor: plans.hand_over(
            row, succession.taker(row, successor, actor=actor), actor=actor
        ),
        kind="response-plan",
        word=_("What was signed stays signed; name others in a new version."),
        order=42,
    )
)
holdings.register(
    holdings.Group(
        key="named-in-plans",
        label=_("Response plans that count on them: actions, contacts, clocks"),
        rows=succession.naming,
        way=holdings.Way.SUCCESSOR,
        pass_on=lambda row, *, person, successor, actor: succession.name_instead(row, person, successor, actor=actor),
        kind="response-plan",
        word=_("What was signed stays; a draft names the successor, and both leaders sign it. Plans at work call them at once."),
        order=43,
    )
)
holdings.register(
    holdings.Group(
        key="exercises",
        label=_("Exercises they lead"),
        rows=lambda person: Exercise.objects.filter(lead=person).exclude(
            state__in=(Exercise.State.CALLED_OFF, Exercise.State.DONE), next_due_on=None
        ),
        way=holdings.Way.SUCCESSOR,
        pass_on=lambda row, *, person, successor, actor: exercises.hand_over(
            row, succession.taker(row, successor, actor=actor), actor=actor
        ),
        kind="exercise",
        order=43,
    )
)
redacting.add(
    redacting.Beside(
        "activation",
        "marks.text",
        _("Notes in its log"),
        "risks.ActivationMark",
        "text",
        rows=lambda _kind, pk: {"activation": pk},
    )
)
for name, label, model in (
    ("injects.text", _("Notes that came up"), "risks.Inject"),
    ("findings.text", _("What it showed"), "risks.Finding"),
):
    redacting.add(
        redacting.Beside(
            "exercise",
            name,
            label,
            model,
            "text",
            rows=lambda _kind, pk: {"exercise": pk},
            forget=lambda rows: rows.update(text=redacting.MARK),
        )
    )

searchable.register(
    searchable.Searchable("response-plan", label=["name"], number="number"),
    searchable.Searchable("exercise", label=["title"], words=["scene", "summary"], number="number"),
    searchable.Searchable("activation", label=["summary"]),
)
