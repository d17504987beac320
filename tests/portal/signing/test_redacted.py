"""Words of what was signed are taken away by two people; what was signed stays signed, and nothing else becomes so."""

import pytest
from django.db import DatabaseError, connection, transaction

from governance.together.conditions import Wanted
from governance.together.models import Decision
from governance.together.wanted import Option
from portal.archive import redactions
from portal.archive.models import Redaction
from portal.people import organisations
from portal.record import redacting, sealing, verification
from portal.signing import panels, signatures
from portal.signing.models import Signature, SignedContent
from risks import exceptions
from risks.models import RiskException
from tests.factories.governance import answer, make_decision
from tests.factories.risks import make_exception, make_risk, sign

MARK = redacting.MARK
NAMED = (Option("Ola Brandt opens it"), Option("Nobody opens it"))
TITLE, REASON = "Ola Brandt keeps the old key", "Ola Brandt asked for it"


@pytest.fixture
def cio(person):
    return person("CIO")


@pytest.fixture
def ciso(person):
    return person("CISO")


@pytest.fixture
def exception(company, person, cio, ciso):
    owner = person("OWNER", unit=company.northfield)
    risk = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    return make_exception(risk, by=owner, title=TITLE, reason=REASON)


@pytest.fixture
def redact(cio, ciso):
    def both(subject, *fields, **how):
        made = redactions.propose("exception", subject.pk, actor=cio, fields=fields, reason="A name", **how)
        return redactions.carry_out(made, actor=ciso)

    return both


def standing_of(exception):
    return RiskException.objects.with_standing(organisations.today()).get(pk=exception.pk).standing


def test_what_all_had_signed_stays_signed_and_in_force(exception, cio, ciso, redact):
    before = sign(exception, cio, ciso)

    first = redact(exception, "title")
    redact(exception, "reason")

    exception.refresh_from_db()
    after = signatures.standing(exception)
    assert (exception.title, exception.reason) == (MARK, MARK)
    assert after.is_signed and after.signed_off_at == before.signed_off_at and after.digest != before.digest
    assert standing_of(exception) == RiskException.Standing.ACTIVE
    kept = SignedContent.objects.get(pk=before.digest)
    assert (kept.content["title"], kept.content["reason"], kept.content["risk_id"]) == (MARK, MARK, exception.risk_id)
    assert (
        first.versions == 1 + exception.events.filter(title=MARK, pgh_label="insert").count() + 1
    )  # made, signed, what was signed
    assert [line.state for line in panels.read(exception, cio).lines] == ["SIGNED", "SIGNED"]
    sealing.seal_all()
    assert verification.verify().findings == []


def test_words_in_the_parts_of_what_is_signed_go_and_the_decision_stays(company, person, cio, ciso):
    decision = make_decision(unit=company.northfield, by=person("ANALYST", unit=company.northfield), options=NAMED)
    answer(
        decision, cio, "CONDITIONS", told=[Wanted("Ola Brandt keeps a log", ciso, organisations.today())], reason="Ola Brandt may"
    )
    answer(decision, ciso)
    decision.refresh_from_db()
    assert decision.state == Decision.State.DECIDED
    condition = decision.conditions.get()

    for kind, pk, fields in (
        ("decision", decision.pk, ["options.title", "positions.reason"]),
        ("condition", condition.pk, ["text"]),
    ):
        redactions.carry_out(redactions.propose(kind, pk, actor=cio, fields=fields, reason="A name"), actor=ciso)

    assert signatures.standing(Decision.objects.get(pk=decision.pk)).is_signed
    assert set(decision.options.values_list("title", flat=True)) == {MARK}
    assert "Brandt" not in str(list(SignedContent.objects.values_list("content", flat=True)))
    assert "Brandt" not in str(list(decision.positions.values_list("reason", flat=True)))


def test_the_half_of_the_signatures_that_is_there_stays_and_the_other_can_be_given(exception, cio, ciso, redact):
    sign(exception, cio)

    redact(exception, "title", "reason")

    found = signatures.standing(RiskException.objects.get(pk=exception.pk))
    assert [slot.offices for slot in found.missing] == [("CISO",)]
    assert sign(exception, ciso).is_signed
    assert standing_of(exception) == RiskException.Standing.ACTIVE


def test_a_text_that_nobody_signed_is_not_signed_once_the_words_that_differed_are_gone(exception, cio, ciso, redact):
    sign(exception, cio, ciso)
    exceptions.change(exception, actor=exception.owner, version=None, title="Ola Brandt keeps all the keys")

    redact(exception, "title")

    exception.refresh_from_db()
    assert not signatures.standing(exception).is_signed
    assert standing_of(exception) == RiskException.Standing.PROPOSED


def test_what_changes_after_a_redaction_is_signed_anew(exception, cio, ciso, redact):
    sign(exception, cio, ciso)
    redact(exception, "title")
    exception.refresh_from_db()

    exceptions.change(exception, actor=exception.owner, version=None, title="The shift leader keeps the old key")

    exception.refresh_from_db()
    found = signatures.standing(exception)
    assert not found.is_signed and len(found.stale) == 2
    assert [(one.before, one.after) for one in panels.read(exception, cio).changes] == [(MARK, exception.title)]


def test_where_the_present_words_stay_so_do_those_that_were_signed(exception, cio, ciso, redact):
    sign(exception, cio, ciso)
    exceptions.change(exception, actor=exception.owner, version=None, title="The shift leader keeps the old key")
    exception.refresh_from_db()
    found = sign(exception, cio, ciso)

    redact(exception, "title", with_present=False)

    exception.refresh_from_db()
    assert exception.title == "The shift leader keeps the old key"
    assert signatures.standing(exception).is_signed
    assert sorted(SignedContent.objects.values_list("content__title", flat=True)) == [exception.title, MARK]
    assert SignedContent.objects.get(pk=found.digest).content["title"] == exception.title


def test_the_reason_of_a_refusal_goes_and_the_refusal_stays(exception, cio, ciso, redact):
    signatures.refuse(
        exception, "Ola Brandt cannot be trusted", actor=cio, factor_at=sign(exception, ciso).slots[1].signature.factor_at
    )

    done = redact(exception, "signatures.reason")

    refusal = Signature.objects.get(kind="REFUSED")
    assert (refusal.reason, refusal.signed_by, done.versions) == (MARK, cio, 1)
    assert signatures.standing(exception).refusals == (refusal,)


def test_what_was_signed_loses_no_word_that_two_people_did_not_agree_on(exception, cio, ciso, redact):
    sign(exception, cio, ciso)
    agreed = redact(exception, "reason")
    content, rows = SignedContent.objects.get(), Redaction.objects.filter(pk=agreed.pk)
    lacking = ({"decided_by": cio}, {"decided_by": None}, {"state": "PROPOSED"}, {"subject_id": exception.pk + 1})

    def asked(redaction):
        told = [redaction, "exception", exception.pk, '[["title"]]', [TITLE], content.digest, content.digest]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT redact_signed(%s, %s, %s, %s, %s, %s, %s)", told)
            return cursor.fetchone()[0]

    for change in lacking:
        rows.update(**change)
        with pytest.raises(DatabaseError, match="was agreed that names this"):
            asked(agreed.pk)
        rows.update(decided_by=ciso, state="DONE", subject_id=exception.pk)
    with pytest.raises(DatabaseError, match="was agreed that names this"):
        asked(agreed.pk + 1)

    assert SignedContent.objects.get().content["title"] == TITLE
    assert asked(agreed.pk) == 1  # as it was agreed, the same words go


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO signing_redactedcontent (subject_kind, subject_id, before_id, after, redaction_id, at)"
        " VALUES ('exception', 1, repeat('0', 64), '', 1, now())",
        "UPDATE signing_signedcontent SET content = '{}'",
        "SELECT redact(1, 'signing_signature', 'office', ARRAY[1]::bigint[], NULL)",
        "SELECT redact(1, 'signing_signedcontent', 'content', ARRAY[1]::bigint[], NULL)",
    ],
)
def test_the_application_cannot_say_itself_what_stays_signed(db, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
