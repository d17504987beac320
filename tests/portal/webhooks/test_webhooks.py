import socket
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from portal import clock
from portal.errors import Invalid
from portal.people.models import User
from portal.record import audit, sealing
from portal.record.models import AuditEntry, Seal
from portal.webhooks import addresses, messages, outbox, sending, subscriptions
from portal.webhooks.errors import NotAllowed, SubscriptionEnded
from portal.webhooks.models import Attempt, Delivery, Subscription
from risks.models import Risk
from tests.factories.risks import make_risk
from tests.factories.webhooks import make_webhook
from tests.portal.webhooks.receiver import listening


@pytest.fixture
def admin(person):
    return person("ADMIN")


@pytest.fixture
def machine(person, company):
    return person("INTEGRATION", unit=company.northfield)


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    with listening() as found:
        yield found


@pytest.fixture
def told(receiver, admin, machine):
    """`told("risk", …)`: the receiver is told of these events."""

    def begin(*events, **fields):
        terms = {"name": "Ticketing", "reader": machine, "actor": admin} | fields
        one, receiver.secret = subscriptions.subscribe(url=receiver.url, events=events, **terms)
        return one

    return begin


def happen(subject, verb="risk.changed", **params):
    entry = audit.record(None, verb, subject, params)
    sealing.seal_all()
    return Seal.objects.get(entry=entry).seq


def deliver():
    outbox.take_up()
    return sending.send_waiting()


def test_a_receiver_of_standard_webhooks_takes_ours(told, receiver, company):
    one = told("risk")
    risk = make_risk(unit=company.northfield)
    happen(risk, number=7)

    assert deliver() == (1, 0)

    (message_id, message), *others = receiver.messages
    delivery = Delivery.objects.get(subscription=one)
    assert (others, message_id, receiver.refused) == ([], delivery.message_id, 0)
    assert message["type"] == "risk.changed"
    assert {name: message["data"][name] for name in ("place", "kind", "subject", "address")} == {
        "place": 1,
        "kind": "risk",
        "subject": risk.pk,
        "address": f"/api/v1/risks/{risk.pk}/",
    }
    assert not {"seq", "params", "actor"} & set(message["data"])  # an integration does not read the log
    assert (delivery.attempts, delivery.last_status) == (1, 204) and delivery.delivered_at
    assert deliver() == (0, 0)


def test_only_what_the_account_may_see_and_what_was_asked_for_is_told(told, receiver, company, admin):
    told("risk", "asset.registered")
    hidden = [make_risk(unit=company.eastmere), make_risk(unit=company.northfield, is_confidential=True)]
    seen = make_risk(unit=company.northfield)
    for risk in (*hidden, seen):
        happen(risk)
    happen(admin, "user.closed")

    deliver()

    assert [(message["data"]["subject"], message["data"]["place"]) for _id, message in receiver.messages] == [(seen.pk, 1)]


def test_what_everybody_may_read_is_told_to_those_who_read_the_log(company, person, machine):
    auditor = person("AUDITOR")

    assert "user" not in messages.kinds_for(machine) and "risk" in messages.kinds_for(machine)
    assert {"user", "risk"} <= messages.kinds_for(auditor)
    assert messages.kinds_for(User()) == set()


def test_what_became_invisible_before_it_was_sent_is_not_told(told, receiver, company):
    told()
    risk = make_risk(unit=company.northfield)
    happen(risk)
    outbox.take_up()
    Risk.objects.filter(pk=risk.pk).update(is_confidential=True)

    assert sending.send_waiting() == (0, 0)

    assert receiver.messages == [] and Delivery.objects.get().last_error == "NotForTheReader"


def test_a_failed_try_is_repeated_later_and_later_under_the_same_id(told, receiver, company):
    one = told("risk")
    happen(make_risk(unit=company.northfield))
    receiver.answers = [503, 302, 204]
    now = clock.now() - timedelta(minutes=3)  # a receiver takes what is five minutes off
    with clock.stopped(now):
        assert deliver() == (0, 1)
        assert deliver() == (0, 0)  # it is not due yet
        assert Subscription.objects.get(pk=one.pk).failing_since == now
    with clock.stopped(now + timedelta(seconds=6)):
        assert deliver() == (0, 1)  # a redirect is not followed
    with clock.stopped(now + timedelta(seconds=6, minutes=5)):
        assert deliver() == (1, 0)

    assert len({message_id for message_id, _message in receiver.messages}) == 1
    assert [one.status for one in Attempt.objects.order_by("pk")] == [503, 302, 204]
    assert Subscription.objects.get(pk=one.pk).failing_since is None


def test_after_the_last_wait_a_message_is_given_up_and_can_be_sent_again(told, receiver, company, admin):
    one = told("risk")
    happen(make_risk(unit=company.northfield))
    receiver.answers = [500]
    moment = clock.now()
    for _ in range(len(sending.WAITS) + 1):
        with clock.stopped(moment):
            deliver()
        moment += timedelta(days=2)
    delivery = Delivery.objects.get()
    assert delivery.dropped_at and delivery.attempts == len(sending.WAITS) + 1

    receiver.answers = [200]
    assert subscriptions.replay(one, after=0, actor=admin) == 1
    assert deliver() == (1, 0)
    assert {message_id for message_id, _message in receiver.messages} == {delivery.message_id}
    subscriptions.replay_one(Delivery.objects.get(), actor=admin)
    assert deliver() == (1, 0)


def test_whoever_says_it_is_gone_is_told_nothing_more(told, receiver, company, admin):
    one = told("risk")
    receiver.answers = [410]
    happen(make_risk(unit=company.northfield))
    deliver()
    one.refresh_from_db()
    assert one.stop_reason == "GONE"

    happen(make_risk(unit=company.northfield))
    assert deliver() == (0, 0)
    receiver.answers = [200]
    subscriptions.start(one, actor=admin)
    assert deliver() == (1, 0)  # what happened meanwhile


def test_ping_stop_secret_and_end(told, receiver, company, admin):
    one = told("risk")
    subscriptions.ping(one, actor=admin)
    deliver()
    assert receiver.messages[-1][1]["type"] == "webhook.ping"

    before = receiver.secret
    _one, after = subscriptions.change_secret(one, actor=admin)
    subscriptions.ping(one, actor=admin)
    assert deliver() == (1, 0)  # the receiver still knows the former secret alone
    receiver.secret = after
    subscriptions.ping(one, actor=admin)
    assert deliver() == (1, 0)
    receiver.secret = before
    subscriptions.ping(one, actor=admin)
    with clock.stopped(clock.now() + timedelta(minutes=4)):
        Subscription.objects.update(former_until=clock.now())
        assert deliver() == (0, 1)
    assert receiver.refused == 1

    subscriptions.stop(one, actor=admin)
    assert deliver() == (0, 0)
    subscriptions.end(one, actor=admin)
    with pytest.raises(SubscriptionEnded):
        subscriptions.start(one, actor=admin)
    one.refresh_from_db()
    assert (one.secret, one.former_secret) == ("", "")
    verbs = ["begun", "pinged", "secret_changed", "pinged", "pinged", "pinged", "stopped", "ended"]
    assert list(AuditEntry.objects.filter(kind="webhook").order_by("pk").values_list("verb", flat=True)) == [
        f"webhook.{verb}" for verb in verbs
    ]
    assert not any(before in str(entry.params) for entry in AuditEntry.objects.filter(kind="webhook"))


def test_one_address_that_is_down_keeps_no_other_waiting(told, receiver, company, admin, machine):
    make_webhook(machine, actor=admin, url="http://127.0.0.1:9/", name="Down")
    told("risk")
    for _ in range(5):
        happen(make_risk(unit=company.northfield))

    taken, failed = deliver()

    assert (taken, failed) == (5, sending.FAILURES_IN_A_ROW)
    assert Delivery.objects.filter(subscription__name="Down", last_error="ConnectionRefusedError").count() == 3


PRIVATE = ["127.0.0.1", "10.1.2.3", "192.168.0.9", "172.16.5.5", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1"]
PRIVATE += [
    "::1",
    "fe80::1",
    "fc00::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::1",
    "::a00:1",
    "2001:0:a00:1::",
    "ff02::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_nothing_inside_is_ever_called(monkeypatch, settings, address):
    """However it is spelled, and although a public address stands beside it."""
    settings.WEBHOOK_NETWORKS = []
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    rows = [(socket.AF_INET, 1, 6, "", ("93.184.216.34", 443)), (family, 1, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it was called"))

    with pytest.raises(NotAllowed):
        addresses.check("https://rebound.example.com/")
    assert addresses.post("https://rebound.example.com/", b"{}", {}).error == "NotAllowed"


def test_the_address_that_was_checked_is_the_one_that_is_called(monkeypatch, settings):
    answers = [[(socket.AF_INET, 1, 6, "", ("93.184.216.34", 443))], [(socket.AF_INET, 1, 6, "", ("127.0.0.1", 443))]]
    called = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers.pop(0))

    def connect(address, timeout):
        called.append(address)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", connect)

    assert addresses.post("https://rebinding.example.com/", b"{}", {}).error == "TimeoutError"
    assert called == [("93.184.216.34", 443)] and len(answers) == 1


NO_ADDRESS = ["ftp://example.com/", "https://", "https://user:pw@example.com/", "https://example.com/#x", "https://exa mple.com/"]
NO_ADDRESS += ["x", "https://example.com:0/", "https://example.com:99999/", "https://ex\u00e4mple.com/", "http://93.184.216.34/"]
NO_ADDRESS += ["https://[::1/"]


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_an_address_that_is_no_whole_one_is_refused(url):
    with pytest.raises(NotAllowed):
        addresses.check(url)


def test_a_receiver_that_never_ends_its_answer_is_cut_off(settings, monkeypatch):
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setattr(addresses, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answer = addresses.post(f"http://127.0.0.1:{silent.getsockname()[1]}/", b"{}", {})

    assert answer.status is None and answer.error
    assert answer.milliseconds < 5000


def test_a_webhook_needs_an_administrator_a_service_account_and_words_we_know(admin, machine, person, company):
    fit = {"name": "Ticketing", "url": "https://93.184.216.34/", "reader": machine, "events": ["risk", "risk.closed"]}
    with pytest.raises(PermissionDenied):
        subscriptions.subscribe(**fit, actor=person("ANALYST"))
    for wrong, field in (
        ({"reader": person("CIO")}, "reader"),
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"events": ["nothing!"]}, "events"),
        ({"name": " "}, "name"),
    ):
        with pytest.raises(Invalid) as refusal:
            subscriptions.subscribe(**fit | wrong, actor=admin)
        assert list(refusal.value.fields) == [field]
    assert Subscription.objects.count() == 0
    one, secret = subscriptions.subscribe(**fit, actor=admin)
    assert secret.startswith("whsec_") and secret not in str(vars(one))


def test_pages_and_api_do_the_same(client, told, receiver, company, admin, machine):
    client.force_login(admin)
    terms = {"name": "Ticketing", "url": receiver.url, "reader": machine.pk, "events": "risk, asset.registered"}
    page = client.post("/webhooks/", terms)
    assert page.status_code == 201
    one, receiver.secret = page.context["one"], page.context["secret"]
    assert receiver.secret in page.content.decode() and one.events == ["asset.registered", "risk"]
    here = f"/webhooks/{one.pk}/"
    client.post(f"{here}ping/")
    deliver()
    body = client.get(here).content.decode()
    assert "webhook.ping" in body and receiver.secret not in body
    message = Delivery.objects.get().pk
    assert client.post(f"{here}messages/{message}/replay/").url == here
    assert client.post(f"{here}messages/{message + 1}/replay/").status_code == 404
    assert deliver() == (1, 0)
    assert client.post("/webhooks/", terms | {"url": "https://localhost.invalid/"}).status_code == 422
    client.post(f"{here}stopping/"), client.post(f"{here}starting/")
    assert "whsec_" in client.post(f"{here}secret/").content.decode()
    client.post(f"{here}ending/")
    assert client.post(f"{here}ping/").status_code == 409

    api = "/api/v1/webhooks/"
    terms = {"name": "Desk", "url": receiver.url, "reader": machine.pk, "events": []}
    made = client.post(api, terms, content_type="application/json")
    assert made.status_code == 201 and made.json()["secret"].startswith("whsec_")
    where = made.headers["Location"]
    assert "secret" not in client.get(where).json()
    assert client.post(f"{where}ping/").status_code == 200
    assert client.get(f"{where}deliveries/").json()["results"][0]["verb"] == "webhook.ping"
    assert client.post(f"{where}secret/").json()["secret"] != made.json()["secret"]
    assert client.post(f"{where}replay/", {"after": 0}, content_type="application/json").json() == {"messages": 0}
    wrong = client.post(api, terms | {"url": "https://127.0.0.9.example/"}, content_type="application/json")
    assert wrong.status_code == 422 and list(wrong.json()["fields"]) == ["url"]
