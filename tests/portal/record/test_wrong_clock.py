"""A host's clock was wrong by an hour: the order is the seals', so nothing has to be mended in the record."""

from datetime import timedelta

import pytest

from portal import clock
from portal.record import audit, sealing, verification
from portal.record.models import AuditEntry, Seal
from tests.factories.portal import make_user


@pytest.mark.parametrize("lead", [timedelta(hours=1), timedelta(hours=-1)])
def test_what_was_written_meanwhile_keeps_its_place_and_the_chain_holds(own_db, lead):
    person = make_user()
    audit.record(person, "first", person)
    sealing.seal_all()
    with clock.stopped(clock.now() + lead):
        audit.record(person, "meanwhile", person)
        sealing.seal_all()
    audit.record(person, "last", person)
    sealing.seal_all()

    seals = list(Seal.objects.order_by("seq"))
    assert [AuditEntry.objects.get(pk=seal.entry_id).verb for seal in seals][-3:] == ["first", "meanwhile", "last"]
    assert sorted(seal.sealed_at for seal in seals) == [seal.sealed_at for seal in seals]
    assert seals[-1].sealed_at - seals[0].sealed_at < timedelta(minutes=5)
    assert verification.verify().findings == []
    assert sealing.tail().age_seconds == 0.0


def test_what_waits_for_its_seal_is_never_of_negative_age(own_db):
    person = make_user()
    with clock.stopped(clock.now() + timedelta(hours=1)):
        audit.record(person, "ahead", person)

    assert (sealing.tail().count, sealing.tail().age_seconds) == (1, 0.0)
