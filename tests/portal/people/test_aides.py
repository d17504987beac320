import pytest

from portal.people import access, aides
from portal.people.errors import HoldsASeat, NotYourSeat
from portal.people.models import User
from portal.record.models import AuditEntry


def test_a_leader_names_a_preparer_who_sees_and_signs_nothing(person, company):
    marta, noor = person("CIO"), person("COLLEAGUE", name="Noor")

    aide = aides.name(noor, "PREPARER", "CIO", actor=marta)

    held = access.grants(User.objects.get(pk=noor.pk))
    assert (aide.for_seat, aide.unit, aide.granted_by) == ("CIO", company.root, marta)
    assert held.everywhere and not held.seats and not held.opens_confidential
    assert "attention.answer_review" not in held.permissions
    assert AuditEntry.objects.get(verb="user.role_given").params["seat"] == "CIO"


def test_counsel_reads_everything_but_what_is_confidential(person):
    marta, lena = person("CIO"), person("COLLEAGUE", name="Lena")

    aides.name(lena, "COUNSEL", "CIO", actor=marta)

    held = access.grants(User.objects.get(pk=lena.pk))
    assert held.everywhere and not held.opens_confidential
    assert not {name for name in held.permissions if name.split(".")[1].startswith(("change", "close", "answer", "settle"))}


def test_nobody_names_for_another_seat(person):
    marta, noor = person("CIO"), person("COLLEAGUE")

    with pytest.raises(NotYourSeat):
        aides.name(noor, "PREPARER", "CISO", actor=marta)


def test_whoever_fills_a_seat_prepares_for_none(person):
    marta, tomas = person("CIO"), person("CISO")

    with pytest.raises(HoldsASeat):
        aides.name(tomas, "PREPARER", "CIO", actor=marta)


def test_one_person_may_prepare_for_both_and_each_leader_ends_their_own(person):
    marta, tomas, noor = person("CIO"), person("CISO"), person("COLLEAGUE")
    for_marta = aides.name(noor, "PREPARER", "CIO", actor=marta)
    for_tomas = aides.name(noor, "PREPARER", "CISO", actor=tomas)

    with pytest.raises(NotYourSeat):
        aides.dismiss(for_tomas, actor=marta)
    aides.dismiss(for_marta, actor=marta)

    assert list(aides.current()) == [for_tomas]


def test_an_administrator_ends_it_too_but_never_their_own(person):
    marta, admin = person("CIO"), person("ADMIN")
    mine = aides.name(admin, "COUNSEL", "CIO", actor=marta)

    with pytest.raises(NotYourSeat):
        aides.dismiss(mine, actor=admin)

    assert aides.dismiss(mine, actor=person("ADMIN")).ended_at is not None
