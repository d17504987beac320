import hashlib
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from portal import clock
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.record.models import AuditEntry, StoredFile
from risks import controls, evidence, recompute, treatments
from risks.errors import AnswerWithEvidence, EvidenceTakenBack, ProvesNothingNow
from risks.evidence import Described
from risks.models import Evidence, Score, StaleScore
from tests.factories.risks import make_control, make_evidence, make_levels, make_risk, make_treatment

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
SAID = Described("Restore test", TODAY, date(2027, 5, 24))


@pytest.fixture(autouse=True)
def at_noon():
    with clock.stopped(NOON):
        yield


@pytest.fixture
def analyst(person):
    return person("ANALYST")


@pytest.fixture
def control(company, analyst):
    return make_control(unit=company.northfield, actor=analyst, owner=analyst)


def refresh():
    while recompute.refresh_batch(limit=500):
        pass


def test_a_file_is_kept_with_its_hash_and_hangs_on_the_control(control, analyst):
    found = evidence.add_file(control, io.BytesIO(b"restored"), "C:\\proof.txt", SAID, actor=analyst, content_type="text/plain")

    assert found.sha256 == hashlib.sha256(b"restored").hexdigest() == found.file.sha256
    assert (found.file.name, found.file.subject_kind, found.file.subject_id) == ("proof.txt", "control", control.pk)
    entry = AuditEntry.objects.get(verb="evidence.added")
    assert (entry.kind, entry.subject_id) == ("evidence", found.pk)
    assert entry.params == {"control": control.pk, "kind": "FILE", "sha256": found.sha256}


def test_an_empty_file_proves_nothing_and_is_not_kept(control, analyst):
    with pytest.raises(Invalid) as caught:
        evidence.add_file(control, io.BytesIO(b""), "empty.txt", SAID, actor=analyst)

    assert set(caught.value.fields) == {"file"}
    assert not StoredFile.objects.exists()


def test_a_file_over_the_limit_is_refused(control, analyst, settings):
    settings.ATTACHMENT_LIMIT = 3

    with pytest.raises(Invalid) as caught:
        evidence.add_file(control, io.BytesIO(b"four"), "big.txt", SAID, actor=analyst)

    assert set(caught.value.fields) == {"file"}
    assert not Evidence.objects.exists()


def test_a_link_is_hashed_as_it_is_written(control, analyst):
    found = evidence.add_link(control, " https://wiki.verrow.example/restore ", SAID, actor=analyst)

    assert found.link == "https://wiki.verrow.example/restore"
    assert found.sha256 == hashlib.sha256(b"https://wiki.verrow.example/restore").hexdigest()


@pytest.mark.parametrize(
    "link", ["", "restore", "javascript:alert(1)", "ftp://a.example/b", "https://", "https://[", "https://a/" + "x" * 500]
)
def test_only_a_whole_address_is_a_link(control, analyst, link):
    with pytest.raises(Invalid) as caught:
        evidence.add_link(control, link, SAID, actor=analyst)

    assert set(caught.value.fields) == {"link"}


def test_a_fact_is_hashed_whatever_the_order_of_its_keys(control, analyst):
    one = evidence.add_fact(control, {"restored": 12, "failed": 0}, SAID, actor=analyst)
    other = evidence.add_fact(control, {"failed": 0, "restored": 12}, SAID, actor=analyst)

    assert one.sha256 == other.sha256 == hashlib.sha256(b'{"failed":0,"restored":12}').hexdigest()


@pytest.mark.parametrize("fact", [{}, [1], "text", {"x": "y" * 20_001}, {"x": "\x00"}])
def test_a_fact_is_an_object_of_bounded_size(control, analyst, fact):
    with pytest.raises(Invalid) as caught:
        evidence.add_fact(control, fact, SAID, actor=analyst)

    assert set(caught.value.fields) == {"fact"}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Described(" ", TODAY, TODAY), "title"),
        (Described("x", TODAY + timedelta(days=1), TODAY + timedelta(days=2)), "collected_on"),
        (Described("x", TODAY), "valid_until"),
        (Described("x", TODAY, TODAY - timedelta(days=1)), "valid_until"),
    ],
)
def test_what_is_said_of_evidence_has_to_fit(control, analyst, said, field):
    with pytest.raises(Invalid) as caught:
        evidence.add_link(control, "https://a.example/", said, actor=analyst)

    assert set(caught.value.fields) == {field}


def test_a_retired_control_takes_no_evidence(control, analyst):
    controls.retire(control, actor=analyst, reason="Gone.")

    with pytest.raises(ProvesNothingNow):
        make_evidence(control, actor=analyst)


def test_a_treatment_takes_evidence_once_it_is_approved(company, analyst, person):
    treatment = make_treatment(_rated(company), actor=analyst)
    with pytest.raises(ProvesNothingNow):
        make_evidence(treatment, actor=analyst, until=None)
    treatments.approve(treatment, actor=person("CIO"))

    assert make_evidence(treatment, actor=analyst, until=None).treatment == treatment


def test_midnight_lowers_what_stale_evidence_proved_and_new_evidence_raises_it_again(company, control, analyst):
    # proven: 48 − 5.2; the day after its last: 0.8 × 0.9 × 0.5 = 0.36 takes 2.6 off, and 1.0 for the old evidence is added
    risk = _rated(company)
    make_evidence(control, actor=analyst, until=TODAY)
    controls.link(control, risk, ["LIKELIHOOD"], actor=analyst)
    refresh()
    assert _value(risk) == Decimal("42.8")
    assert recompute.mark_due() == 0

    with clock.stopped(NOON + timedelta(days=1)):
        assert recompute.mark_due() == 1
        refresh()
        assert _value(risk) == Decimal("46.4")
        assert _newest(risk).cause == "calendar"
        make_evidence(control, actor=analyst, until=TODAY + timedelta(days=90))
        assert set(StaleScore.objects.values_list("risk", "cause")) == {(risk.pk, "evidence.added")}
        refresh()
        assert _value(risk) == Decimal("42.8")


def test_evidence_that_is_taken_back_proves_nothing_but_stays(company, control, analyst):
    risk = _rated(company)
    found = make_evidence(control, actor=analyst)
    controls.link(control, risk, ["LIKELIHOOD"], actor=analyst)

    evidence.take_back(found, actor=analyst, reason="Of another firewall.")
    refresh()

    assert _value(risk) == Decimal("45.4")
    assert Evidence.objects.get().withdrawing_reason == "Of another firewall."
    assert not Review.objects.open().filter(kind=evidence.REVIEW).exists()
    with pytest.raises(EvidenceTakenBack):
        evidence.take_back(found, actor=analyst, reason="Again.")


def test_taking_back_needs_a_reason(control, analyst):
    found = make_evidence(control, actor=analyst)

    with pytest.raises(Invalid) as caught:
        evidence.take_back(found, actor=analyst, reason="")

    assert set(caught.value.fields) == {"reason"}


def test_the_evidence_of_a_finished_treatment_stays(company, analyst, person):
    treatment = make_treatment(_rated(company), actor=analyst)
    treatments.approve(treatment, actor=person("CIO"))
    found = make_evidence(treatment, actor=analyst, until=None)
    treatments.finish(treatment, actor=analyst)

    with pytest.raises(ProvesNothingNow):
        evidence.take_back(found, actor=analyst, reason="No.")


def test_the_owner_is_reminded_of_the_newest_evidence_and_only_evidence_answers(control, analyst, person):
    make_evidence(control, actor=analyst, until=TODAY + timedelta(days=30))
    make_evidence(control, actor=analyst, until=TODAY + timedelta(days=60))
    review = Review.objects.open().get(kind=evidence.REVIEW)

    assert (review.subject_id, review.due_on, review.owner) == (control.pk, TODAY + timedelta(days=60), analyst)
    for outcome in ("UNCHANGED", "CHANGED", "CLOSED"):
        with pytest.raises(AnswerWithEvidence):
            reviews.answer(review, outcome, actor=analyst, version=None, note="It runs.")
    successor = person("OWNER")
    controls.change(control, actor=analyst, version=None, owner=successor)
    assert Review.objects.open().get(kind=evidence.REVIEW).owner == successor
    controls.retire(control, actor=analyst, reason="Gone.")
    assert not Review.objects.open().filter(kind=evidence.REVIEW).exists()


def _rated(company):
    risk = make_risk(unit=company.northfield)
    make_levels(risk, 4, operational=4)
    return risk


def _newest(risk):
    return Score.objects.filter(risk=risk, state="CURRENT").latest("pk")


def _value(risk):
    return _newest(risk).value
