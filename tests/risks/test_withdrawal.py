from datetime import date

import pytest

from portal.attention.models import Review
from portal.record import totals
from portal.record.models import AuditEntry
from risks import cadence, recompute, register, withdrawal
from risks.errors import RiskClosed, Withdrawn
from risks.models import Risk


@pytest.fixture
def risk(person, company):
    return register.log(
        actor=person("ANALYST"),
        title="Ransomware",
        category="OT",
        unit=company.northfield,
        likelihood_level=4,
        impact={"operational": 4},
    )


def verbs(risk):
    return list(AuditEntry.objects.filter(kind="risk", subject_id=risk.pk).order_by("pk").values_list("verb", flat=True))


def counted(company):
    while recompute.refresh_batch():
        pass
    return totals.read(company.root.pk).get("risks.open", 0)


def test_a_withdrawn_risk_stands_in_no_list_or_total_and_waits_for_nobody(risk, company):
    assert counted(company) == 1

    withdrawal.withdraw(risk, actor=risk.logged_by)

    assert not Risk.objects.current().exists()
    assert counted(company) == 0
    assert not Review.objects.open().exists()
    assert "risk.withdrawn" in verbs(risk)


def test_a_risk_is_withdrawn_once(risk):
    withdrawal.withdraw(risk, actor=risk.logged_by)

    for verb in (withdrawal.withdraw, withdrawal.reopen):
        with pytest.raises(Withdrawn):
            verb(risk, actor=risk.logged_by)


def test_a_risk_closed_by_mistake_is_open_again_with_its_review(risk):
    register.close(risk, actor=risk.logged_by, reason="Gone")

    risk = withdrawal.reopen(risk, actor=risk.logged_by, review_due_on=date(2027, 4, 3), reason="Not gone at all")

    risk.refresh_from_db()
    assert (risk.state, risk.closing_reason, risk.closed_at) == ("OPEN", "", None)
    assert Review.objects.open().get().due_on == risk.review_due_on == date(2027, 4, 3)
    assert AuditEntry.objects.get(verb="risk.reopened").words.text == "Not gone at all"


def test_an_open_risk_stays_as_it_is(risk):
    before = verbs(risk)

    withdrawal.reopen(risk, actor=risk.logged_by)

    assert verbs(risk) == before


def test_the_next_look_is_moved_also_into_the_past(risk):
    risk = cadence.look_again_on(risk, date(2020, 4, 3), actor=risk.logged_by)

    risk.refresh_from_db()
    assert Review.objects.open().get().due_on == risk.review_due_on == date(2020, 4, 3)
    assert verbs(risk)[-1] == "risk.review_moved"


def test_the_same_day_moves_nothing(risk):
    before = risk.version

    assert cadence.look_again_on(risk, risk.review_due_on, actor=risk.logged_by).version == before


def test_a_closed_risk_is_looked_at_no_more(risk):
    register.close(risk, actor=risk.logged_by, reason="Gone")

    with pytest.raises(RiskClosed):
        cadence.look_again_on(risk, date(2027, 4, 3), actor=risk.logged_by)
