"""Somebody leaves who is named in every room: audits, statements, permits, views, champions, risks."""

import pytest

from governance.compliance import statements
from governance.together.models import CultureChampion
from portal import clock
from portal.errors import Invalid
from portal.people import leaving
from portal.people.leaving import Choices
from portal.signing import signatures
from portal.workbench import saved_views
from risks.models import Risk
from tests.factories.assets import make_permit, make_zone
from tests.factories.compliance import make_audit, make_framework
from tests.factories.risks import make_risk, sign

KEYS = ("internal-audits", "statement-lines", "scan-permits", "saved-views")


@pytest.fixture
def priya(person, company):
    return person("ANALYST", unit=company.northfield, name="Priya")


@pytest.fixture
def sade(person, company):
    return person("ANALYST", unit=company.northfield, name="Sade")


@pytest.fixture
def ada(person):
    return person("ADMIN", name="Ada")


def view_of(user, name="Late", audience="ALL"):
    return saved_views.keep(actor=user, kind="risk", name=name, params={"review": "overdue"}, audience=audience)


def signed_statement(company, priya, cio, ciso):
    made = statements.open_one(make_framework(1, title="Annex", kind="control"), company.root, actor=cio)
    statements.set_scope(made, "Both plants", actor=cio)
    line = made.lines.get()
    statements.decide(line, actor=cio, version=None, is_applicable=True, reason="Doors", status="DONE", owner=priya)
    sign(statements.ask(made, actor=cio), cio, ciso)
    return made


def hand_over(priya, by_group, ada):
    return leaving.hand_over(priya, Choices(by_group), actor=ada, state=leaving.state_of(priya))


def test_what_every_room_keeps_for_a_leaver_passes_on(priya, sade, ada, company, person):
    cio, ciso = person("CIO"), person("CISO")
    audit = make_audit(unit=company.northfield, actor=cio, lead=priya)
    over = make_audit(unit=company.northfield, actor=cio, lead=priya, framework=audit.framework)
    type(over).objects.filter(pk=over.pk).update(concluded_at=clock.now(), held_on=over.planned_on)
    permit = make_permit(make_zone(unit=company.northfield), contact=priya, actor=None)
    statement = signed_statement(company, priya, cio, ciso)
    shared, own, theirs = view_of(priya), view_of(priya, "Mine", "PRIVATE"), view_of(sade, "late", "PRIVATE")
    secret = make_risk(unit=company.northfield, is_confidential=True)
    secret.named_people.add(priya)
    CultureChampion.objects.create(unit=company.northfield, person=priya, named_by=cio, since=clock.now())

    departure = hand_over(priya, dict.fromkeys((*KEYS, "champions"), sade), ada)

    for row in (audit, over, permit, statement, shared, own, theirs):
        row.refresh_from_db()
    assert (audit.lead, over.lead, permit.contact) == (sade, priya, sade)
    assert (statement.lines.get().owner, statement.proposed_at) == (sade, None)
    assert signatures.standing(statement).signed_off_at is None
    assert (shared.owner, shared.name, own.owner, theirs.name) == (sade, "Late (Priya)", priya, "late")
    assert list(CultureChampion.objects.filter(ended_at=None).values_list("person", flat=True)) == [sade.pk]
    assert not Risk.objects.get(pk=secret.pk).named_people.exists()
    assert departure.passed == {key: {str(sade.pk): 1} for key in (*KEYS, "champions")} | {
        "named-on-risks": {"": 1},
        "roles": {"": 1},
    }


def test_whoever_granted_a_permit_does_not_stand_by_for_it(priya, sade, ada, company, person):
    engineer = person("ENGINEER", unit=company.northfield)
    permit = make_permit(make_zone(unit=company.northfield), contact=priya, actor=engineer)

    with pytest.raises(Invalid) as refused:
        hand_over(priya, {"scan-permits": engineer}, ada)

    permit.refresh_from_db()
    priya.refresh_from_db()
    assert "somebody else stands by" in refused.value.fields["scan-permits"][0]
    assert (permit.contact, priya.is_active) == (priya, True)


def test_a_champion_is_followed_by_somebody_of_the_department_or_by_nobody(priya, ada, company, person):
    CultureChampion.objects.create(unit=company.northfield, person=priya, named_by=ada, since=clock.now())
    stranger = person("ANALYST", unit=company.finance)

    with pytest.raises(Invalid, match="works there"):
        hand_over(priya, {"champions": stranger}, ada)

    hand_over(priya, {}, ada)
    assert not CultureChampion.objects.filter(ended_at=None).exists()
