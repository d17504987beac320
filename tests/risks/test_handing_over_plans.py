from datetime import timedelta

import pytest

from portal.attention.models import Review
from portal.people import holdings, organisations
from risks import evidence, plan_dates, treatments
from risks.treatments import Step
from tests.factories.risks import make_control, make_evidence, make_levels, make_risk, make_treatment

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
