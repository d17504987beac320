from decimal import Decimal

import pytest
from django.db import IntegrityError

from portal.copying import copy_in, draw_ids
from portal.record.models import AuditEntry, TotalChange
from risks.models import Appetite, Risk

pytestmark = pytest.mark.django_db


def test_rows_arrive_as_they_were_whatever_they_hold(company):
    words = 'He said "\\N", \\. and left,\nthen 5 % more \t ü'

    copied = copy_in(Risk, [{"number": "R-1", "title": words[:80], "cause": words, "category": "IT", "unit_id": company.root.pk}])

    risk = Risk.objects.get(number="R-1")
    assert copied == 1
    assert (risk.title, risk.cause, risk.consequence, risk.it_owner_id, risk.version) == (words[:80], words, "", None, 1)


def test_json_and_nothing_survive():
    copy_in(AuditEntry, [{"verb": "x.y", "kind": "risk", "subject_id": 7, "params": {"was": None, "now": '4,"1"'}}])

    entry = AuditEntry.objects.get(verb="x.y")
    assert (entry.actor_id, entry.params) == (None, {"was": None, "now": '4,"1"'})


def test_drawn_ids_are_kept_and_never_drawn_again():
    ids = draw_ids(TotalChange, 3)
    copy_in(TotalChange, [{"id": pk, "scope": 1, "measure": "m", "amount": pk} for pk in ids])

    later = TotalChange.objects.create(scope=1, measure="m", amount=0)

    assert sorted(TotalChange.objects.values_list("pk", flat=True)) == [*ids, later.pk]


def test_constraints_hold():
    with pytest.raises(IntegrityError):
        copy_in(Appetite, [{"category": "OT", "appetite_points": Decimal(60), "tolerance_points": 50}])


def test_nothing_is_nothing():
    assert copy_in(TotalChange, []) == 0
    assert draw_ids(TotalChange, 0) == []
