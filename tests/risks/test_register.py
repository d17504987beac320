from datetime import date, timedelta

import pytest

from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import organisations
from portal.record.models import AuditEntry
from risks import register
from risks.errors import NotLinked, ReadersAreNotYours, RiskClosed, SavedMeanwhile
from risks.models import Levels, Risk, Score, StaleScore
from risks.signals import risk_changed


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


@pytest.fixture
def announced():
    heard = []

    def hear(sender, risk_ids, cause, **kwargs):
        heard.append((list(risk_ids), cause))

    risk_changed.connect(hear)
    yield heard
    risk_changed.disconnect(hear)


@pytest.fixture
def logged(company, analyst):
    return lambda **fields: register.log(
        **{"actor": analyst, "title": "Press line stops", "category": "OT", "unit": company.northfield} | fields
    )


def verbs(risk):
    return list(AuditEntry.objects.filter(kind="risk", subject_id=risk.pk).order_by("pk").values_list("verb", flat=True))


def test_the_first_look_is_due_when_said_even_where_that_is_past(company, analyst):
    said = {"title": "Press stops", "category": "OT", "unit": company.northfield}

    late = register.log(actor=analyst, **said, review_due_on=date(2020, 4, 3))
    later = register.log(actor=analyst, **said, review_every_days=30)

    assert late.review_due_on == date(2020, 4, 3)
    assert later.review_due_on == organisations.today() + timedelta(days=30)
    assert set(Review.objects.values_list("subject_id", "due_on")) == {(one.pk, one.review_due_on) for one in (late, later)}


def test_logging_draws_a_number_audits_announces_and_plans_the_review(logged, analyst, announced):
    risk = logged(title="  Press line  stops ", grounds="Two alarms in May")

    assert risk.number.startswith("R-")
    assert (risk.title, risk.logged_by, risk.state) == ("Press line stops", analyst, Risk.State.OPEN)
    assert verbs(risk) == ["risk.logged"]
    assert announced == [([risk.pk], "risk.logged")]
    review = Review.objects.get(subject_kind="risk", subject_id=risk.pk)
    assert (review.due_on, review.owner) == (organisations.today() + timedelta(days=90), analyst)
    assert review.due_on == risk.review_due_on


def test_a_risk_without_levels_is_logged_and_waits_for_them(logged):
    risk = logged()

    assert not Levels.objects.filter(risk=risk).exists()
    assert risk.score_state.current_value is None


def test_levels_given_while_logging_count_now(logged, analyst):
    risk = logged(likelihood_level=3, impact={"operational": 4, "safety": None}, grounds="Seen twice")

    levels = Levels.objects.get(risk=risk)
    assert (levels.stage, levels.likelihood_level, levels.operational_level, levels.safety_level) == ("CURRENT", 3, 4, None)
    assert (levels.set_by, levels.reason, levels.version) == (analyst, "Seen twice", 1)


def test_the_only_owner_named_is_accountable_and_answers_the_review(logged, person):
    owner = person("OWNER")

    risk = logged(security_owner=owner)

    assert risk.accountable_owner == owner
    assert Review.objects.get(subject_id=risk.pk, subject_kind="risk").owner == owner


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"category": "WEATHER"}, "category"),
        ({"accountable": "IT"}, "accountable"),
        ({"accountable": "BOTH"}, "accountable"),
        ({"review_every_days": 0}, "review_every_days"),
        ({"grounds": "x" * 10_001}, "grounds"),
        ({"likelihood_level": 6}, "likelihood_level"),
        ({"likelihood_level": 2, "impact": {"weather": 3}}, "weather"),
    ],
)
def test_what_does_not_fit_is_told_by_field_and_nothing_is_kept(logged, fields, wrong):
    with pytest.raises(Invalid) as caught:
        logged(**fields)

    assert list(caught.value.fields) == [wrong]
    assert not Risk.objects.exists()
    assert not AuditEntry.objects.filter(kind="risk").exists()


def test_two_owners_need_one_who_is_accountable(logged, person):
    with pytest.raises(Invalid) as caught:
        logged(it_owner=person("OWNER"), security_owner=person("OWNER"))

    assert list(caught.value.fields) == ["accountable"]


def test_a_service_account_owns_nothing(logged, person):
    with pytest.raises(Invalid) as caught:
        logged(it_owner=person("INTEGRATION"))

    assert list(caught.value.fields) == ["it_owner"]


def test_a_service_account_logs_only_in_its_own_units(logged, person, company):
    robot = person("INTEGRATION", unit=company.northfield)

    assert logged(actor=robot).unit == company.northfield
    with pytest.raises(Invalid) as caught:
        logged(actor=robot, unit=company.eastmere)
    assert list(caught.value.fields) == ["unit"]


def test_an_asset_one_may_not_see_cannot_be_linked(logged, asset, company):
    with pytest.raises(Invalid) as caught:
        logged(assets=[asset(unit=company.eastmere)])

    assert list(caught.value.fields) == ["assets"]


def test_whoever_hides_a_risk_can_still_read_it(logged, analyst):
    risk = logged(is_confidential=True)

    assert risk in Risk.objects.visible_to(analyst)


def test_rewording_counts_the_version_and_audits_fields_without_their_words(logged, analyst, announced):
    risk = logged()
    announced.clear()

    changed = register.change(risk, actor=analyst, version=1, title="Press line 2 stops", category="IT")

    assert (changed.title, changed.version) == ("Press line 2 stops", 2)
    entry = AuditEntry.objects.get(verb="risk.changed")
    assert entry.params == {"fields": ["title", "category"], "values": {"category": ["OT", "IT"]}}
    assert announced == [([risk.pk], "risk.changed")]


def test_saving_what_is_there_already_changes_nothing(logged, analyst):
    risk = logged()

    assert register.change(risk, actor=analyst, version=1, title=risk.title).version == 1
    assert verbs(risk) == ["risk.logged"]


def test_a_stale_save_tells_both_values_and_changes_nothing(logged, analyst, person):
    risk = logged()
    register.change(risk, actor=analyst, version=1, title="Hers")

    with pytest.raises(SavedMeanwhile) as caught:
        register.change(risk, actor=person("CIO"), version=1, title="His")

    assert caught.value.facts == {"theirs": {"title": "Hers"}, "version": 2, "by": str(analyst)}
    risk.refresh_from_db()
    assert risk.title == "Hers"


def test_a_new_accountable_owner_gets_the_open_review(logged, analyst, person):
    risk, owner = logged(), person("OWNER")

    register.change(risk, actor=analyst, version=1, it_owner=owner, accountable="IT")

    review = Review.objects.get(subject_kind="risk", subject_id=risk.pk)
    assert (review.owner, review.state) == (owner, "OPEN")


def test_only_owners_and_leaders_open_a_confidential_risk_to_others(logged, analyst, person):
    risk = logged(is_confidential=True)

    with pytest.raises(ReadersAreNotYours):
        register.change(risk, actor=analyst, version=1, is_confidential=False)

    assert register.change(risk, actor=person("CISO"), version=1, is_confidential=False).is_confidential is False


def test_a_reader_of_a_confidential_risk_does_not_hand_it_over(logged, analyst, person):
    risk = logged(is_confidential=True)

    for field in ("it_owner", "security_owner"):
        with pytest.raises(ReadersAreNotYours):
            register.change(risk, actor=analyst, version=1, **{field: analyst})

    owner = person("OWNER")
    assert register.change(risk, actor=person("CISO"), version=1, it_owner=owner).it_owner == owner


def test_naming_a_person_opens_a_confidential_risk_to_them(logged, person, company):
    colleague = person("COLLEAGUE")
    risk = logged(is_confidential=True)

    register.change(risk, actor=person("CIO"), version=1, named_people=[colleague])

    assert risk in Risk.objects.visible_to(colleague)
    assert AuditEntry.objects.get(verb="risk.changed").params["values"] == {"named_people": [colleague.pk]}


def test_linking_twice_is_linking_once(logged, analyst, asset, announced):
    risk, plc = logged(), asset()
    announced.clear()

    register.link_asset(risk, plc, actor=analyst)
    register.link_asset(risk, plc, actor=analyst)

    assert verbs(risk) == ["risk.logged", "risk.asset_linked"]
    assert announced == [([risk.pk], "risk.asset_linked")]


def test_an_archived_asset_is_not_linked(logged, analyst, asset):
    gone = asset(archived_at="2026-01-01T00:00:00Z")

    with pytest.raises(Invalid):
        register.link_asset(logged(), gone, actor=analyst)


def test_unlinking_is_audited_and_refused_the_second_time(logged, analyst, asset):
    plc = asset()
    risk = logged(assets=[plc])

    register.unlink_asset(risk, plc, actor=analyst)

    assert verbs(risk) == ["risk.logged", "risk.asset_unlinked"]
    with pytest.raises(NotLinked):
        register.unlink_asset(risk, plc, actor=analyst)


def test_closing_keeps_the_reason_and_ends_the_review(logged, analyst, announced):
    risk = logged()
    announced.clear()

    closed = register.close(risk, actor=analyst, reason=" The line was sold ")

    assert (closed.state, closed.closing_reason, closed.version) == ("CLOSED", "The line was sold", 2)
    assert Review.objects.get(subject_kind="risk", subject_id=risk.pk).state == "CANCELLED"
    assert announced == [([risk.pk], "risk.closed")]
    assert verbs(risk) == ["risk.logged", "risk.closed"]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_a_risk_closes_for_a_reason(logged, analyst, reason):
    with pytest.raises(Invalid) as caught:
        register.close(logged(), actor=analyst, reason=reason)

    assert list(caught.value.fields) == ["reason"]


def test_nothing_happens_to_a_closed_risk(logged, analyst, asset):
    risk = logged()
    register.close(risk, actor=analyst, reason="Sold")

    for verb in (
        lambda: register.change(risk, actor=analyst, version=2, title="Anew"),
        lambda: register.close(risk, actor=analyst, reason="Again"),
        lambda: register.link_asset(risk, asset(), actor=analyst),
        lambda: register.unlink_asset(risk, asset(), actor=analyst),
        lambda: register.set_levels(risk, "CURRENT", actor=analyst, likelihood_level=1, levels={}, reason=""),
    ):
        with pytest.raises(RiskClosed):
            verb()
    assert verbs(risk) == ["risk.logged", "risk.closed"]


def test_the_score_follows_within_the_worker(logged, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        risk = logged(likelihood_level=4, impact={"operational": 4})

    assert Score.objects.get(risk=risk, state="CURRENT").value == 48
    assert not StaleScore.objects.filter(risk=risk).exists()
