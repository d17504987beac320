from datetime import timedelta

import pytest
from django.urls import reverse

from portal import clock
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import organisations
from risks.models import Activation, Exercise, Treatment
from risks.response import activations, clocks, exercises
from risks.response.errors import EndsWithExercise, GapTreated, NoGap, NothingInForce, NotThisStage
from risks.response.exercises import Fed
from tests.factories.response import make_exercise, make_plan


@pytest.fixture
def exercise(plan, owner):
    return make_exercise(plan, actor=owner)


def due(found):
    return Review.objects.open().filter(kind=exercises.DUE, subject_id=found.pk).values_list("due_on", flat=True).first()


def treatment(owner, **said):
    believable = {
        "title": "Name a deputy",
        "kind": "REDUCE",
        "owner": owner,
        "due_on": organisations.today(),
        "likelihood_level": 2,
    }
    return believable | said


def test_an_exercise_is_planned_reminded_of_run_and_due_again(exercise, owner):
    assert (exercise.number[:3], due(exercise)) == ("EX-", exercise.planned_on)

    live = exercises.start(exercise, actor=owner)
    assert due(exercise) is None
    assert clocks.warn() == 0  # nobody is to be told of anything
    with pytest.raises(EndsWithExercise):
        activations.end(live, actor=owner, summary="x")
    inject = exercises.tell(exercise.injects.get(), actor=owner)
    assert exercises.tell(inject, actor=owner).told_at == inject.told_at
    again = organisations.today() + timedelta(days=180)
    with pytest.raises(Invalid) as wrong:
        exercises.end(exercise, actor=owner, summary=" ", next_due_on=organisations.today())
    assert set(wrong.value.fields) == {"summary", "next_due_on"}
    done = exercises.end(exercise, actor=owner, summary="Two hours, two gaps", next_due_on=again)

    assert (done.state, due(done), Activation.objects.live().exists()) == ("DONE", again, False)
    for act in (
        lambda: exercises.start(done, actor=owner),
        lambda: exercises.change(done, actor=owner, version=None, title="x"),
        lambda: exercises.call_off(done, actor=owner, reason="x"),
        lambda: exercises.tell(inject, actor=owner),
    ):
        with pytest.raises(NotThisStage):
            act()
    reviews.answer(Review.objects.open().get(kind=exercises.DUE), "UNCHANGED", actor=owner, version=None)
    assert due(done) == organisations.today() + timedelta(days=30)


def test_what_cannot_be_planned_is_refused(company, owner, plan):
    with pytest.raises(NothingInForce):
        make_exercise(make_plan(unit=company.northfield, actor=owner), actor=owner)
    with pytest.raises(Invalid) as wrong:
        make_exercise(plan, actor=owner, title=" ", planned_on=organisations.today() - timedelta(1), injects=[Fed(-1, "x")])
    assert set(wrong.value.fields) == {"title", "planned_on", "injects"}


def test_a_gap_becomes_a_treatment_in_one_step_and_each_knows_the_other(exercise, owner, risk):
    with pytest.raises(NotThisStage):
        exercises.find(exercise, "Too early", actor=owner)
    exercises.start(exercise, actor=owner)
    gap = exercises.find(exercise, "Nobody could reach the shift leader", actor=owner)
    good = exercises.find(exercise, "The bridge was cut in ten minutes", actor=owner, is_gap=False)
    with pytest.raises(Invalid):
        exercises.treat(gap, risk, actor=owner, **treatment(owner, likelihood_level=None))
    gap.refresh_from_db()
    assert gap.treatment is None

    made = exercises.treat(gap, risk, actor=owner, **treatment(owner))

    gap.refresh_from_db()
    assert (made.state, made.finding, gap.treatment, gap.risk) == ("PROPOSED", gap, made, risk)
    with pytest.raises(GapTreated):
        exercises.treat(gap, risk, actor=owner, **treatment(owner))
    with pytest.raises(NoGap):
        exercises.treat(good, risk, actor=owner, **treatment(owner))


def test_the_pages_plan_start_feed_end_and_follow_up(plan, owner, risk, signed_in):
    client = signed_in(owner)
    rows = {"form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 0, "form-0-at_minute": 5, "form-0-text": "A call from the press"}
    said = {"version": 0, "title": "A note on a screen", "planned_on": organisations.today(), "lead": owner.pk} | rows
    new = reverse("risks:exercise-new", args=[plan.pk])

    assert client.post(new, said | {"title": "", "form-1-text": "No minute"}).status_code == 422
    client.post(new, said)
    found = Exercise.objects.get()

    def act(name, told=None, *more):
        return client.post(reverse(f"risks:exercise-{name}", args=[found.pk, *more]), told or {}, follow=True)

    assert client.get(reverse("risks:exercise-change", args=[found.pk])).status_code == 200
    act("change", said | {"version": found.version, "title": "A note on two screens"})
    found.refresh_from_db()
    assert "0:00 since the start" in act("starting").content.decode()
    with clock.stopped(clock.now() + timedelta(minutes=65)):
        page = client.get(reverse("risks:exercise", args=[found.pk])).content.decode()
        assert "1:05 since the start" in page and "due now" in page
    assert "Fed in by" in act("telling", {}, found.injects.get().pk).content.decode()
    assert act("finding", {"text": ""}).status_code == 422
    act("finding", {"text": "The deputy was not told", "is_gap": "on"})
    act("ending", {"summary": "One gap", "next_due_on": organisations.today() + timedelta(days=90)})
    gap = found.findings.get()
    address = reverse("risks:exercise-gap", args=[found.pk, gap.pk])
    assert gap.text in client.get(address).content.decode()
    assert client.post(address, treatment(owner.pk, risk=risk.pk, likelihood_level="")).status_code == 422
    made = client.post(address, treatment(owner.pk, risk=risk.pk), follow=True).content.decode()
    assert f"A gap of exercise {found.number}" in made
    assert Treatment.objects.get().number in client.get(reverse("risks:exercise", args=[found.pk])).content.decode()
    for view in ("planned", "done", "all"):
        assert client.get(f"{reverse('risks:exercises')}?view={view}").status_code == 200


def test_its_date_stands_among_the_reviews_of_whoever_sees_the_plan(exercise, owner, person, company, signed_in):
    engineer = person("ENGINEER", unit=company.northfield)

    assert exercise.title in signed_in(engineer).get(f"{reverse('attention:reviews')}?view=all").content.decode()
    assert signed_in(person("BOARD")).get(reverse("risks:exercise", args=[exercise.pk])).status_code == 403
