from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time

from portal import clock
from portal.errors import Invalid
from portal.people import openings
from portal.people.errors import OpeningOver, SomebodyThere
from portal.people.models import Opening, Unit, User
from portal.record.models import AuditEntry
from tests.factories.portal import make_user

STRONG = "copper lantern walks north"


def code_of(secret):
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))


def entered(token, **changes):
    secret = generate_totp_secret()
    said = {"name": "Sven Dahl", "email": "sven@halden.example", "password": STRONG, "secret": secret, "code": code_of(secret)}
    return openings.enter(token, **(said | changes))


def test_the_first_person_is_an_administrator_with_a_factor_and_a_company(db):
    sven = entered(openings.issue())

    assert sven.has_perm("people.change_organisation")
    assert sven.check_password(STRONG)
    assert EmailAddress.objects.filter(user=sven, verified=True).exists()
    assert set(Authenticator.objects.filter(user=sven).values_list("type", flat=True)) == {"totp", "recovery_codes"}
    assert Unit.objects.get().kind == Unit.Kind.COMPANY
    assert sven.unit == Unit.objects.get()
    assert AuditEntry.objects.filter(verb="user.came_first", subject_id=sven.pk, actor=sven).count() == 1


def test_the_database_holds_no_token(db):
    token = openings.issue()

    assert len(token) >= 43
    assert token not in str(Opening.objects.values().get())


def test_a_link_opens_once(db):
    token = openings.issue()
    entered(token)

    with pytest.raises(OpeningOver):
        entered(token, email="second@halden.example")
    with pytest.raises(OpeningOver):
        openings.by_token(token)
    assert User.objects.count() == 1


def test_a_link_is_over_after_a_day(db):
    token = openings.issue()

    with clock.stopped(clock.now() + timedelta(hours=23, minutes=59)):
        assert openings.by_token(token)
    with clock.stopped(clock.now() + openings.LASTS), pytest.raises(OpeningOver):
        openings.by_token(token)


def test_a_newer_link_ends_the_older(db):
    older, newer = openings.issue(), openings.issue()

    with pytest.raises(OpeningOver):
        openings.by_token(older)
    assert openings.by_token(newer)


def test_no_other_token_opens(db):
    token = openings.issue()

    for other in ("", "x", token[:-1], token.swapcase(), openings.fresh_token()):
        with pytest.raises(OpeningOver):
            openings.by_token(other)


def test_where_somebody_lives_no_link_is_made_and_none_opens(db):
    token = openings.issue()
    make_user()

    with pytest.raises(SomebodyThere):
        openings.issue()
    with pytest.raises(OpeningOver):
        entered(token)


def test_a_service_account_alone_is_nobody(db):
    make_user(is_service=True)

    assert openings.issue()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "000000"}, "code"),
        ({"secret": ""}, "code"),
        ({"password": "short"}, "password"),
        ({"email": "nowhere"}, "email"),
        ({"name": "  "}, "name"),
    ],
)
def test_what_does_not_fit_makes_nobody_and_the_link_still_opens(db, changes, field):
    token = openings.issue()

    with pytest.raises(Invalid) as refusal:
        entered(token, **changes)

    assert set(refusal.value.fields) == {field}
    assert not User.objects.exists()
    assert openings.by_token(token)
