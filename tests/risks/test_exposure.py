from datetime import date

import pytest

from risks import exposure
from risks.scoring import Criticality, Exposure, Reach, SupportEnd
from tests.factories.risks import make_risk


@pytest.mark.django_db
def test_the_worst_of_all_assets_counts_aspect_by_aspect(company, asset):
    station = asset(effective_availability=3, effective_confidentiality=2, reachability="REMOTE", support_ends_on=date(2026, 6, 30))
    controller = asset(effective_availability=5, effective_safety=5, is_safety_relevant=True)
    risk = make_risk(unit=company.northfield, assets=[station, controller])

    assert exposure.measure([risk.pk])[risk.pk] == Exposure(
        criticalities=(
            Criticality("confidentiality", 2, station.pk),
            Criticality("availability", 5, controller.pk),
            Criticality("safety", 5, controller.pk),
        ),
        reach=Reach("REMOTE", station.pk),
        support_ends=(SupportEnd(date(2026, 6, 30), station.pk),),
        safety_zone_asset_id=controller.pk,
    )


@pytest.mark.django_db
def test_among_equals_the_asset_registered_first_counts(company, asset):
    first, second = asset(effective_integrity=4, reachability="INTERNET"), asset(effective_integrity=4, reachability="INTERNET")
    risk = make_risk(unit=company.northfield, assets=[second, first])

    measured = exposure.measure([risk.pk])[risk.pk]

    assert measured.criticalities == (Criticality("integrity", 4, first.pk),)
    assert measured.reach == Reach("INTERNET", first.pk)


@pytest.mark.django_db
def test_archived_assets_and_other_risks_bring_nothing(company, asset):
    gone = asset(effective_integrity=5, archived_at="2026-01-01T00:00Z")
    risk = make_risk(unit=company.northfield, assets=[gone])
    make_risk(unit=company.northfield, assets=[asset(effective_integrity=4)])

    assert exposure.measure([risk.pk]) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 20])
def test_one_query_whatever_the_number(company, asset, django_assert_num_queries, number):
    ids = [make_risk(unit=company.northfield, assets=[asset(), asset()]).pk for _ in range(number)]

    with django_assert_num_queries(1):
        measured = exposure.measure(ids)

    assert sorted(measured) == ids
