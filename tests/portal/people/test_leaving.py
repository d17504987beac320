from datetime import timedelta

import pytest

from assets.models import Asset
from portal import clock
from portal.attention import news, reviews
from portal.attention.models import Reminder, Review
from portal.errors import Invalid
from portal.people import (
    accounts,
    appointments,
    delegations,
    holdings,
    invitations,
    leaving,
    organisations,
    proposals,
    role_assignments,
    tokens,
    units,
)
from portal.people.errors import (
    CircularLine,
    LastAdministrator,
    MovedOn,
    NotYoursToHandOver,
    OwnAccount,
    StillHolds,
    StillSeated,
)
from portal.people.leaving import Choices
from portal.people.models import Departure, User
from portal.record.models import AuditEntry
from risks import cadence
from risks.errors import NobodyMayRead
from risks.models import Risk
from tests.factories.assets import make_asset
from tests.factories.portal import make_user
from tests.factories.risks import make_risk


@pytest.fixture
def ada(person):
    return person("ADMIN", name="Ada")


@pytest.fixture
def priya(person, company):
    return person("OWNER", name="Priya", unit=company.northfield)


@pytest.fixture
def sade(person, company):
    return person("OWNER", name="Sade", unit=company.northfield)


def everything(user, *, but=()):
    """`user` takes every group that needs somebody."""
    ways = {group.key for group in holdings.groups() if group.way is holdings.Way.SUCCESSOR}
    return dict.fromkeys(ways - set(but), user)


def hand_over(person, by_group, *, actor, **more):
    return leaving.hand_over(person, Choices(by_group, **more), actor=actor, state=leaving.state_of(person))


def counted(person, actor):
    return {held.group.key: (held.count, len(held.rows), held.hidden) for held in holdings.of(person, actor)}


def furnish(priya, company, ada):
    """One of everything that `priya` may hold."""
    risk = make_risk(unit=company.northfield, it_owner=priya, accountable="IT")
    other = make_risk(unit=company.northfield, security_owner=priya, accountable="SECURITY")
    cadence.schedule(risk, actor=None)
    cadence.schedule(other, actor=None)
    asset = make_asset("Press line", unit=company.northfield, owner=priya)
    units.entrust(company.northfield, priya, actor=None)
    tomas = make_user("Tomas", reports_to=priya)
    named = reviews.schedule(make_risk(unit=company.northfield), cadence.REVIEW, organisations.today(), [priya], owner=tomas)
    today = organisations.today()
    delegation = delegations.name(priya, _answerer(company), actor=priya, from_on=today, to_on=today + timedelta(days=9))
    service = make_user("Sensor", is_service=True)
    token, _secret = tokens.issue(service, "Sensor", ["risks:read"], actor=priya)
    invitation = invitations.invite("new@verrow.example", "New", actor=priya)
    return {
        "risk": risk,
        "other": other,
        "asset": asset,
        "tomas": tomas,
        "named": named,
        "delegation": delegation,
        "token": token,
        "invitation": invitation,
    }


def _answerer(company):
    user = make_user("Answerer")
    role_assignments.give(user, "ANALYST", company.root, actor=None)
    return user


def test_everything_passes_on_in_one_step_and_the_account_closes(priya, sade, ada, company):
    held = furnish(priya, company, ada)

    departure = hand_over(priya, everything(sade), actor=ada)

    for name in ("risk", "other", "asset", "tomas", "delegation", "token", "invitation"):
        held[name].refresh_from_db()
    company.northfield.refresh_from_db()
    priya.refresh_from_db()
    assert (held["risk"].it_owner, held["other"].security_owner, held["asset"].owner) == (sade, sade, sade)
    assert (company.northfield.head, held["tomas"].reports_to) == (sade, sade)
    assert set(Review.objects.open().filter(subject_kind="risk").exclude(owner=held["tomas"]).values_list("owner", flat=True)) == {
        sade.pk
    }
    assert not held["named"].people.exists()
    assert held["delegation"].ended_at is not None
    assert not priya.role_assignments.filter(ended_at=None).exists()
    assert not priya.is_active
    assert (held["token"].revoked_at, held["invitation"].revoked_at) == (None, None)
    assert all(held == [] for key, held in holdings.ids(priya).items() if key not in ("tokens", "invitations"))
    assert departure.passed["assets"] == {str(sade.pk): 1}
    assert departure.successors == [sade.pk]
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"risk.handed_over", "asset.handed_over", "unit.entrusted", "user.reports_to", "delegation.ended"} <= verbs
    assert {"user.role_ended", "user.closed", "departure.made"} <= verbs


def test_tokens_and_invitations_end_where_one_says_so(priya, sade, ada, company):
    held = furnish(priya, company, ada)

    hand_over(priya, everything(sade), actor=ada, let_end=frozenset({"tokens", "invitations"}))

    held["token"].refresh_from_db()
    held["invitation"].refresh_from_db()
    assert held["token"].revoked_at is not None
    assert held["invitation"].revoked_at is not None


def test_single_rows_go_to_somebody_else(priya, sade, ada, company, person):
    first = make_risk(unit=company.northfield, it_owner=priya, accountable="IT")
    second = make_risk(unit=company.northfield, it_owner=priya, accountable="IT")
    tomas = person("OWNER", name="Tomas")

    hand_over(priya, everything(sade), actor=ada, by_row={("risks-it-owner", second.pk): tomas})

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.it_owner, second.it_owner) == (sade, tomas)


def test_nothing_happens_where_one_group_has_no_successor(priya, sade, ada, company):
    furnish(priya, company, ada)

    with pytest.raises(Invalid) as refused:
        hand_over(priya, everything(sade, but={"assets"}), actor=ada)

    priya.refresh_from_db()
    assert set(refused.value.fields) == {"assets"}
    assert priya.is_active
    assert Risk.objects.filter(it_owner=priya).exists()


def test_a_refusal_deep_inside_undoes_the_whole(priya, sade, ada, company, monkeypatch):
    furnish(priya, company, ada)

    def refuse(*args, **kwargs):
        raise CircularLine

    monkeypatch.setattr(accounts, "report_to", refuse)
    with pytest.raises(CircularLine):
        hand_over(priya, everything(sade), actor=ada)

    assert Asset.objects.filter(owner=priya).exists()
    assert not Departure.objects.exists()


@pytest.mark.parametrize("wrong", ["oneself", "closed", "service"])
def test_who_cannot_take_over_is_told_by_group(priya, ada, company, wrong):
    taker = {
        "oneself": priya,
        "closed": make_user("Closed", is_active=False),
        "service": make_user("Sensor", is_service=True),
    }[wrong]
    make_asset("Press line", unit=company.northfield, owner=priya)

    with pytest.raises(Invalid) as refused:
        hand_over(priya, everything(taker), actor=ada)

    assert "assets" in refused.value.fields


def test_what_came_meanwhile_is_looked_at_first(priya, sade, ada, company):
    state = leaving.state_of(priya)
    make_asset("Press line", unit=company.northfield, owner=priya)

    with pytest.raises(MovedOn):
        leaving.hand_over(priya, Choices(everything(sade)), actor=ada, state=state)


def test_a_report_who_takes_over_answers_to_the_leavers_line(priya, ada, company):
    boss = make_user("Boss")
    accounts.report_to(priya, boss, actor=None)
    tomas, lena = make_user("Tomas", reports_to=priya), make_user("Lena", reports_to=priya)

    hand_over(priya, everything(tomas), actor=ada)

    tomas.refresh_from_db()
    lena.refresh_from_db()
    assert (tomas.reports_to, lena.reports_to) == (boss, tomas)


def test_seats_are_never_handed_over_by_it(priya, sade, ada, company):
    appointments.appoint("CIO", priya, actor=None)

    with pytest.raises(StillSeated):
        hand_over(priya, everything(sade), actor=ada)

    assert counted(priya, ada)["seats"] == (1, 1, 0)
    assert "Two people change that first" in leaving.obstacles(priya)[0]
    assert appointments.seat_holder("CIO").person == priya


@pytest.mark.parametrize("named", ["substitute", "proposed"])
def test_substitutes_and_those_proposed_settle_that_first(priya, sade, ada, named):
    if named == "substitute":
        appointments.appoint("CIO", make_user("Marta"), actor=None, substitute=priya)
    else:
        proposals.propose("CIO", priya, actor=ada, from_on=organisations.today())

    with pytest.raises(StillSeated):
        hand_over(priya, everything(sade), actor=ada)


def test_a_confidential_risk_is_counted_and_not_named_to_an_administrator(priya, ada, company, person):
    make_risk(unit=company.northfield, title="Nightglass", it_owner=priya, accountable="IT", is_confidential=True)

    [held] = [held for held in holdings.of(priya, ada) if held.group.key == "risks-it-owner"]

    assert (held.count, list(held.rows), held.hidden) == (1, [], 1)
    assert "Nightglass" not in str(held)


def test_a_confidential_risk_goes_to_a_leader_where_the_administrator_may_not_open_it(priya, sade, ada, company, person):
    marta = person("CIO", name="Marta")
    hidden = make_risk(unit=company.northfield, it_owner=priya, accountable="IT", is_confidential=True)
    plain = make_risk(unit=company.northfield, it_owner=priya, accountable="IT")

    departure = hand_over(priya, everything(sade), actor=ada)

    hidden.refresh_from_db()
    plain.refresh_from_db()
    assert (hidden.it_owner, plain.it_owner) == (marta, sade)
    assert departure.passed["risks-it-owner"] == {str(marta.pk): 1, str(sade.pk): 1}
    assert not Risk.objects.visible_to(User.objects.get(pk=sade.pk)).filter(pk=hidden.pk).exists()


def test_without_a_leader_a_confidential_risk_holds_the_hand_over_up(priya, sade, ada, company):
    make_risk(unit=company.northfield, it_owner=priya, accountable="IT", is_confidential=True)

    with pytest.raises(NobodyMayRead):
        hand_over(priya, everything(sade), actor=ada)

    priya.refresh_from_db()
    assert priya.is_active


def test_a_leader_in_the_line_chooses_who_takes_a_confidential_risk(priya, sade, company, person):
    marta = person("CIO", name="Marta")
    accounts.report_to(priya, marta, actor=None)
    hidden = make_risk(unit=company.northfield, it_owner=priya, accountable="IT", is_confidential=True)

    hand_over(priya, everything(sade), actor=marta)

    hidden.refresh_from_db()
    assert hidden.it_owner == sade


def test_the_line_hands_over_and_nobody_else(priya, sade, person):
    boss, above, stranger = make_user("Boss"), make_user("Above"), person("CISO")
    accounts.report_to(priya, boss, actor=None)
    accounts.report_to(boss, above, actor=None)

    with pytest.raises(NotYoursToHandOver):
        hand_over(priya, everything(sade), actor=stranger)

    assert list(leaving.people_for(boss)) == [priya]
    assert hand_over(priya, everything(sade), actor=above).handed_over_by == above


def test_nobody_hands_over_themselves(ada, sade):
    with pytest.raises(OwnAccount):
        hand_over(ada, everything(sade), actor=ada)


def test_the_only_administrator_stays(ada, sade):
    boss = make_user("Boss")
    accounts.report_to(ada, boss, actor=None)

    with pytest.raises(LastAdministrator):
        hand_over(ada, everything(sade), actor=boss)

    assert "only administrator" in " ".join(leaving.obstacles(ada))


def test_a_role_is_given_to_somebody_else_where_one_asks_for_it(priya, ada, company):
    noor = make_user("Noor")

    hand_over(priya, {"roles": noor}, actor=ada)

    assert noor.role_assignments.get(ended_at=None).role == "OWNER"


def test_whoever_took_something_over_hears_of_it(priya, sade, ada, company):
    make_asset("Press line", unit=company.northfield, owner=priya)
    boss = make_user("Boss")
    accounts.report_to(priya, boss, actor=None)

    departure = hand_over(priya, everything(sade), actor=ada)

    told = Reminder.objects.filter(kind="departure.made.news", subject_id=departure.pk)
    assert set(told.values_list("recipient", flat=True)) == {sade.pk, boss.pk}
    assert departure.at <= clock.now()


def test_an_account_that_holds_something_closes_only_where_that_is_meant(priya, sade, ada, company, person):
    other, held = person("ADMIN", name="Bo"), furnish(priya, company, ada)

    with pytest.raises(StillHolds, match=r"Assets they own \(1\).*Reviews they answer \(2\)"):
        leaving.close(priya, actor=ada)
    priya.refresh_from_db()
    assert priya.is_active

    leaving.close(priya, actor=ada, leave_behind=True)

    told = Reminder.objects.get(kind="user.left_behind.news")
    held["asset"].refresh_from_db()
    assert (told.recipient, told.subject_id, told.params) == (other, priya.pk, {"count": 7})
    assert news.sentence(told).startswith("The account is closed, and 7 things wait")
    assert (held["asset"].owner, priya.is_active) == (priya, False)


def test_what_a_closed_account_left_behind_is_handed_over_later(priya, sade, ada, company):
    held = furnish(priya, company, ada)
    leaving.close(priya, actor=ada, leave_behind=True)

    departure = hand_over(priya, everything(sade), actor=ada)

    held["asset"].refresh_from_db()
    assert (held["asset"].owner, departure.successors) == (sade, [sade.pk])
    assert AuditEntry.objects.filter(verb="user.closed", subject_id=priya.pk).count() == 1


def test_who_holds_nothing_is_closed_at_once_and_a_seat_not_at_all(priya, ada, person):
    leaving.close(priya, actor=ada)
    with pytest.raises(StillSeated):
        leaving.close(person("CIO"), actor=ada, leave_behind=True)

    assert not User.objects.get(pk=priya.pk).is_active
    assert not Reminder.objects.exists()


def test_every_group_says_what_becomes_of_it():
    for group in holdings.groups():
        assert group.pass_on is not None or group.way is holdings.Way.TWO_PEOPLE
        assert str(group.label)


def test_a_group_is_named_once():
    with pytest.raises(ValueError, match="assets"):
        holdings.register(next(group for group in holdings.groups() if group.key == "assets"))
