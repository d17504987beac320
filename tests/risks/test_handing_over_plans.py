from datetime import timedelta
from types import SimpleNamespace

import pytest

from portal.attention.models import Review
from portal.people import holdings, organisations
from risks import evidence, plan_dates, treatments
from risks.errors import MayNotOpen
from risks.treatments import Step
from tests.factories.risks import make_control, make_evidence, make_exception, make_levels, make_risk, make_treatment

pytestmark = pytest.mark.django_db


def test_controls_plans_and_steps_of_a_leaver_pass_on_with_their_reviews(company, person):
    leaver, successor, cio = person("OWNER"), person("OWNER"), person("CIO")
    control = make_control(unit=company.northfield, actor=cio, owner=leaver)
    make_evidence(control, actor=cio)
    risk = make_risk(unit=company.northfield)
    make_levels(risk, 4)
    step = Step("IT", "Buy it", leaver, organisations.today() + timedelta(days=9))
    treatment = make_treatment(risk, actor=leaver, steps=[step])
    treatments.approve(treatment, actor=cio)
    groups = {group.key: group for group in holdings.groups()}

    for key in ("controls", "treatments", "treatment-steps"):
        (row,) = groups[key].rows(leaver)
        groups[key].pass_on(row, person=leaver, successor=successor, actor=cio)

    for key in ("controls", "treatments", "treatment-steps"):
        assert not groups[key].rows(leaver).exists()
        assert groups[key].rows(successor).count() == 1
    kinds = (evidence.REVIEW, plan_dates.WHOLE, plan_dates.STEP)
    assert set(Review.objects.open().filter(kind__in=kinds).values_list("kind", "owner")) == {
        (kind, successor.pk) for kind in kinds
    }


@pytest.fixture
def confidential(company, person):
    """A plan with a step, and an exception, of a leaver on a confidential risk that the leaver owns."""
    leaver = person("OWNER", unit=company.northfield)
    risk = make_risk(unit=company.northfield, is_confidential=True, it_owner=leaver, accountable="IT")
    make_levels(risk, 4)
    step = Step("SECURITY", "Buy it", leaver, organisations.today() + timedelta(days=9))
    made = {"treatments": make_treatment(risk, actor=leaver, steps=[step]), "exceptions": make_exception(risk, by=leaver)}
    return SimpleNamespace(risk=risk, leaver=leaver, rows=made | {"treatment-steps": made["treatments"].steps.get()})


def pass_on(confidential, key, successor, actor):
    group = next(group for group in holdings.groups() if group.key == key)
    return group, group.pass_on(confidential.rows[key], person=confidential.leaver, successor=successor, actor=actor)


@pytest.mark.parametrize("key", ["treatments", "treatment-steps", "exceptions"])
def test_what_hangs_on_a_confidential_risk_passes_only_to_who_may_open_it(confidential, person, company, key):
    successor, cio = person("OWNER", unit=company.northfield), person("CIO")

    with pytest.raises(MayNotOpen, match=f"Name {successor.name} on the risk first, or choose somebody else"):
        pass_on(confidential, key, successor, cio)
    confidential.rows[key].refresh_from_db()
    assert confidential.rows[key].owner == confidential.leaver

    confidential.risk.named_people.add(successor)
    assert pass_on(confidential, key, successor, cio)[1] == successor
    confidential.rows[key].refresh_from_db()
    assert confidential.rows[key].owner == successor


@pytest.mark.parametrize(("key", "seat"), [("treatments", "CIO"), ("treatment-steps", "CISO"), ("exceptions", "CIO")])
def test_what_an_administrator_may_not_open_goes_to_the_leader_of_its_side(confidential, person, company, key, seat):
    leaders = {"CIO": person("CIO"), "CISO": person("CISO")}
    admin, successor = person("ADMIN"), person("OWNER", unit=company.northfield)

    group, took = pass_on(confidential, key, successor, admin)

    confidential.rows[key].refresh_from_db()
    assert took == confidential.rows[key].owner == leaders[seat]
    assert group.keeps_back(leaders[seat], admin).startswith("1 that you may not open goes to the leader of its side")
    assert group.keeps_back(leaders[seat], leaders[seat]) == ""
