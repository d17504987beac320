import pghistory
import pytest
from django.db import connection

from portal.people.models import Unit
from tests.factories.portal import make_unit

pytestmark = pytest.mark.django_db


def versions(unit):
    return list(
        Unit.pgh_event_model.objects.filter(pgh_obj_id=unit.pk).order_by("pgh_id").values_list("pgh_context__metadata", flat=True)
    )


def test_row_history_knows_the_request_that_wrote():
    with pghistory.context(request="r-1", actor=7):
        unit = make_unit("Northfield")
        unit.name = "Northfield works"
        unit.save()

    assert versions(unit) == [{"request": "r-1", "actor": 7}] * len(versions(unit))
    assert len(versions(unit)) == 3


def test_outside_of_a_request_a_version_has_no_context():
    assert versions(make_unit("Northfield")) == [None, None]


def test_a_version_costs_no_subtransaction():
    # a block that catches errors is one, and thousands in a transaction grow slower with each
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = '_pgh_attach_context'")
        (body,) = cursor.fetchone()

    assert "EXCEPTION" not in body.upper()
