import hashlib
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from rest_framework.exceptions import AuthenticationFailed

from portal import clock
from portal.errors import Invalid
from portal.people import accounts, tokens
from portal.people.errors import HoldsASeat
from portal.people.models import ServiceToken, User
from portal.record.models import AuditEntry
from tests.factories.portal import make_user

HERE = "198.51.100.7"


@pytest.fixture
def scanner(person):
    return person("INTEGRATION")


def issued(user, **fields):
    return tokens.issue(user, **{"name": "Scanner", "scopes": ["assets:write"], "actor": None} | fields)


def test_a_token_is_recognised_by_its_secret(scanner):
    token, secret = issued(scanner)

    assert tokens.recognise(secret, HERE) == token
    assert tokens.recognise(secret + "x", HERE) is None
    assert tokens.recognise("", HERE) is None


def test_only_the_digest_is_stored(scanner):
    _token, secret = issued(scanner)

    row = ServiceToken.objects.values().get()
    assert row["digest"] == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(row)
    assert row["prefix"] == secret[:12]
    assert secret not in str(AuditEntry.objects.values_list("params"))


def test_a_token_ends_with_its_days(scanner):
    token, secret = issued(scanner, days=30)

    with clock.stopped(token.created_at + timedelta(days=30, seconds=-1)):
        assert tokens.recognise(secret, HERE) == token
    with clock.stopped(token.created_at + timedelta(days=30)):
        assert tokens.recognise(secret, HERE) is None


def test_a_revoked_token_counts_no_longer(scanner):
    token, secret = issued(scanner)

    tokens.revoke(token, actor=None)
    tokens.revoke(token, actor=None)

    assert tokens.recognise(secret, HERE) is None
    assert AuditEntry.objects.filter(verb="user.token_revoked").count() == 1


def test_the_tokens_of_a_closed_account_count_no_longer_even_when_it_opens_again(scanner):
    _token, secret = issued(scanner)

    accounts.close(scanner, actor=None)
    assert tokens.recognise(secret, HERE) is None
    accounts.reopen(scanner, actor=None)

    assert tokens.recognise(secret, HERE) is None


def test_an_inactive_account_has_no_living_token(scanner):
    _token, secret = issued(scanner)

    User.objects.filter(pk=scanner.pk).update(is_active=False)

    assert tokens.recognise(secret, HERE) is None


@pytest.mark.parametrize(
    ("networks", "address", "counts"),
    [
        (["198.51.100.0/24"], HERE, True),
        (["198.51.100.9/24"], HERE, True),
        (["192.0.2.0/24", "198.51.100.7"], HERE, True),
        (["192.0.2.0/24"], HERE, False),
        (["2001:db8::/32"], "2001:db8::1", True),
        (["2001:db8::/32"], HERE, False),
    ],
)
def test_a_token_counts_from_its_networks(scanner, networks, address, counts):
    _token, secret = issued(scanner, allowed_addresses=networks)

    assert (tokens.recognise(secret, address) is not None) is counts


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["risks"]}, "scopes"),
        ({"scopes": ["risks:delete"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 731}, "days"),
        ({"name": " "}, "name"),
        ({"allowed_addresses": ["everywhere"]}, "allowed_addresses"),
    ],
)
def test_a_token_that_does_not_fit_is_told_by_field(scanner, fields, named):
    with pytest.raises(Invalid) as refusal:
        issued(scanner, **fields)

    assert set(refusal.value.fields) == {named}
    assert not ServiceToken.objects.exists()


def test_a_closed_account_gets_no_token(company):
    with pytest.raises(Invalid):
        issued(make_user(is_active=False, is_service=True))


def test_a_person_has_no_token(person):
    with pytest.raises(Invalid) as refusal:
        issued(person("ANALYST"))

    assert set(refusal.value.fields) == {"user"}


def test_the_token_of_an_account_that_is_a_person_s_counts_not(scanner):
    _token, secret = issued(scanner)

    User.objects.filter(pk=scanner.pk).update(is_service=False)

    assert tokens.recognise(secret, HERE) is None


def test_whoever_fills_a_seat_has_no_token(person):
    with pytest.raises(HoldsASeat):
        issued(person("CIO"))


def test_last_use_is_noted_once_a_minute(scanner):
    token, secret = issued(scanner)
    start = clock.now()

    for seconds, noted in ((0, 0), (59, 0), (60, 60)):
        with clock.stopped(start + timedelta(seconds=seconds)):
            tokens.recognise(secret, HERE)
        token.refresh_from_db()
        assert token.last_used_at == start + timedelta(seconds=noted)
    assert token.last_used_from == HERE


def test_the_header_names_the_account_and_the_token(scanner, rf):
    token, secret = issued(scanner)
    door = tokens.BearerAuthentication()

    assert door.authenticate(rf.get("/", HTTP_AUTHORIZATION=f"bearer {secret}")) == (scanner, token)
    assert door.authenticate(rf.get("/")) is None
    assert door.authenticate(rf.get("/", HTTP_AUTHORIZATION="Basic abc")) is None
    for wrong in ("Bearer", "Bearer nonsense", "Bearer ü"):
        with pytest.raises(AuthenticationFailed):
            door.authenticate(rf.get("/", HTTP_AUTHORIZATION=wrong))


def printed(*arguments):
    out = StringIO()
    call_command("issue_token", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip().splitlines()


def test_the_command_prints_the_token_once_last_on_its_line(scanner):
    (line,) = printed(scanner.email, "--scope", "risks:write", "--scope", "assets:read", "--days", "7", "--from", "127.0.0.0/8")

    token = tokens.recognise(line.split()[-1], "127.0.0.1")
    assert token.user == scanner
    assert token.scopes == ["assets:read", "risks:write"]
    assert timedelta(days=6) < token.expires_at - clock.now() < timedelta(days=8)
    assert tokens.recognise(line.split()[-1], HERE) is None


def test_the_command_makes_a_service_account_for_an_unknown_address(company):
    (line,) = printed("scanner@verrow.example", "--scope", "assets:write")

    user = User.objects.get(email="scanner@verrow.example")
    assert user.is_service
    assert user.has_perm("assets.take_in_discovery")
    assert tokens.recognise(line.split()[-1], HERE).user == user


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["no address", "--scope", "risks:read"], "cannot be made"),
        (["scanner@verrow.example", "--scope", "nonsense"], "nonsense"),
        (["scanner@verrow.example", "--scope", "risks:read", "--days", "9999"], "730"),
    ],
)
def test_the_command_refuses_in_one_sentence_and_makes_nothing(company, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        printed(*arguments)

    assert User.objects.count() == 0


def test_before_the_set_up_there_is_nobody_to_give_a_token_to(db):
    with pytest.raises(CommandError, match="no organisation"):
        printed("scanner@verrow.example", "--scope", "risks:read")
