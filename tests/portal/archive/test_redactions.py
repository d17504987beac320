import io

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import Http404

from portal.archive import holds, redactions
from portal.archive.errors import Decided, Held, OwnProposal, StillHere
from portal.archive.models import Redaction
from portal.errors import Invalid
from portal.people.models import User
from portal.record import audit, files, redacting, sealing, verification
from portal.record.models import AuditEntry, EntryText
from portal.workbench.models import ImportRow
from risks import meanings, ratings, register, settling
from risks.rounds import Judgement
from tests.factories.risks import make_control, make_evidence, make_risk
from tests.factories.sheets import make_csv, make_import, make_line

MARK = redacting.MARK


@pytest.fixture
def pair(person):
    return person("CIO"), person("CISO")


@pytest.fixture
def risk(company):
    """A risk whose grounds named somebody, twice differently."""
    risk = make_risk(unit=company.northfield, grounds="Ola Brandt clicked on it")
    risk.grounds = "Ola Brandt of shift B clicked on it"
    risk.save()
    return risk


def versions(risk, field="grounds"):
    events = type(risk).pgh_event_model.objects.filter(pgh_obj_id=risk.pk)
    return list(events.order_by("pgh_id").values_list(field, flat=True))


def redact(pair, kind, pk, **asked):
    made = redactions.propose(kind, pk, actor=pair[0], **{"reason": "A name that need not be there"} | asked)
    return redactions.carry_out(made, actor=pair[1])


def test_words_go_from_the_row_and_from_every_version(pair, risk):
    done = redact(pair, "risk", risk.pk, fields=["grounds"])

    risk.refresh_from_db()
    assert risk.grounds == MARK
    assert set(versions(risk)) == {MARK}
    assert risk.title in versions(risk, "title")
    assert (done.state, done.versions, done.decided_by) == ("DONE", 2, pair[1])


def test_the_present_text_can_stay(pair, risk):
    risk.grounds = "Somebody clicked on it"
    risk.save()

    redact(pair, "risk", risk.pk, fields=["grounds"], with_present=False)

    risk.refresh_from_db()
    assert risk.grounds == "Somebody clicked on it"
    assert versions(risk) == [MARK, MARK, "Somebody clicked on it"]


def test_reasons_of_levels_and_ratings_go_with_the_risk_they_are_about(pair, risk):
    cio, ciso = pair
    levels = register.set_levels(risk, "CURRENT", actor=cio, likelihood_level=3, levels={"operational": 3}, reason="Ola guessed")
    ratings.rate(risk, Judgement(2, {"operational": 2}, "Ola Brandt saw it", "HIGH"), actor=cio)
    settling.agree(risk, actor=ciso)
    before = ratings.rate(risk, Judgement(2, {"operational": 3}, "Ola Brandt saw more", "HIGH"), actor=cio)
    names = ["levels.reason", "ratings.reason", "ratings.before"]

    done = redact(pair, "risk", risk.pk, fields=names)

    levels.refresh_from_db()
    before.refresh_from_db()
    told = [*versions(levels, "reason"), *risk.ratings.values_list("reason", flat=True), before.levels_before["reason"]]
    told += [one["reason"] for one in versions(before, "levels_before") if one]
    assert set(told) == {MARK}
    assert before.levels_before["levels"]["likelihood_level"] == 2
    assert (done.fields, done.versions > 3) == (sorted(names), True)
    sealing.seal_all()
    assert verification.verify().findings == []


def test_what_an_import_told_of_a_risk_goes(pair, risk):
    row = ImportRow.objects.create(
        sheet_import=make_import(make_csv(make_line(1)), actor=pair[0]),
        number=2,
        outcome="CHANGED",
        label="Ola Brandt",
        subject_id=risk.pk,
        changes=[["Grounds", "", "Ola Brandt"]],
        undo={"fields": {"grounds": "Ola Brandt"}},
    )

    redact(pair, "risk", risk.pk, fields=["imports.changes"])

    row.refresh_from_db()
    assert (row.label, row.changes, row.undo) == (MARK, [], {})


def test_facts_lists_and_names_of_files_go_too(pair, company):
    control = make_control(unit=company.northfield)
    proof = make_evidence(control, actor=pair[0])
    file = files.store(io.BytesIO(b"x"), "ola-brandt.txt", actor=pair[0], limit=10)
    files.hang_on(file, "control", control.pk)
    meaning = meanings.say("safety", meanings.OFFERED["safety"], actor=None)

    redact(pair, "control", control.pk, fields=["evidence.fact", "evidence.title", "files.name"])
    redact(pair, "scale-meaning", meaning.pk, fields=["words"])

    for row in (proof, file, meaning):
        row.refresh_from_db()
    assert (proof.fact, proof.title, file.name, meaning.words) == ({"redacted": MARK}, MARK, MARK, [MARK] * 5)
    assert all(one == {"redacted": MARK} for one in versions(proof, "fact"))
    assert all(one == [MARK] * 5 for one in versions(meaning, "words"))


def test_what_is_not_there_cannot_be_chosen_and_what_a_hold_covers_stays(pair, company):
    control = make_control(unit=company.northfield)
    with pytest.raises(Invalid):
        redact(pair, "control", control.pk, fields=["evidence.fact"])
    proof = make_evidence(control, actor=pair[0])
    holds.place("Claim of Brandt", actor=pair[0], reason="Letter of their lawyer", about=[("evidence", proof.pk)])

    with pytest.raises(Held):
        redact(pair, "control", control.pk, fields=["evidence.fact"])
    assert redact(pair, "control", control.pk, fields=["name"]).state == "DONE"


def test_words_beside_the_log_go_and_the_chain_holds(pair, risk):
    told = audit.record(pair[0], "risk.noted", risk, text="Ola Brandt said so")
    sealing.seal_all()

    redact(pair, "risk", risk.pk, entries=[told.pk])
    sealing.seal_all()

    report = verification.verify()
    assert not EntryText.objects.filter(entry=told).exists()
    assert (report.findings, report.redacted, report.redacted_versions) == ([], 1, 0)


def test_the_sealed_log_tells_who_what_and_when_but_no_words(pair, risk):
    done = redact(pair, "risk", risk.pk, fields=["grounds"])

    proposed, carried_out = AuditEntry.objects.filter(kind="redaction", subject_id=done.pk).order_by("pk")
    assert (proposed.verb, proposed.actor) == ("redaction.proposed", pair[0])
    assert (carried_out.verb, carried_out.actor) == ("redaction.carried_out", pair[1])
    assert carried_out.params == {
        "kind": "risk", "subject": risk.pk, "fields": ["grounds"], "entries": [], "versions": 2, "texts": 0,
    }  # fmt: skip
    assert verification.verify().redacted_versions == 2


def test_nobody_agrees_to_their_own_proposal(pair, risk):
    made = redactions.propose("risk", risk.pk, actor=pair[0], fields=["grounds"], reason="A name")

    with pytest.raises(OwnProposal):
        redactions.carry_out(made, actor=pair[0])

    risk.refresh_from_db()
    assert risk.grounds == "Ola Brandt of shift B clicked on it"


def test_a_refused_redaction_changes_nothing_and_is_over(pair, risk):
    made = redactions.propose("risk", risk.pk, actor=pair[0], fields=["grounds"], reason="A name")

    redactions.refuse(made, actor=pair[0])

    with pytest.raises(Decided):
        redactions.carry_out(made, actor=pair[1])
    assert MARK not in versions(risk)


def test_only_those_who_may_redact_do(person, pair, risk):
    made = redactions.propose("risk", risk.pk, actor=pair[0], fields=["grounds"], reason="A name")

    for role in ("ANALYST", "AUDITOR", "COLLEAGUE"):
        with pytest.raises(PermissionDenied):
            redactions.propose("risk", risk.pk, actor=person(role), fields=["grounds"], reason="A name")
        with pytest.raises(PermissionDenied):
            redactions.carry_out(made, actor=person(role))


def test_what_one_may_not_open_one_may_not_redact(person, risk):
    with pytest.raises(Http404):
        redactions.propose("risk", risk.pk, actor=person("ADMIN"), fields=["grounds"], reason="A name")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"reason": "A name"}, "fields"),
        ({"fields": ["number"], "reason": "A name"}, "fields"),
        ({"fields": ["state"], "reason": "A name"}, "fields"),
        ({"fields": ["grounds"], "reason": " "}, "reason"),
        ({"entries": [987654], "reason": "A name"}, "entries"),
    ],
)
def test_a_proposal_that_says_too_little_is_told(pair, risk, asked, field):
    with pytest.raises(Invalid) as refusal:
        redactions.propose("risk", risk.pk, actor=pair[0], **asked)

    assert list(refusal.value.fields) == [field]
    assert not Redaction.objects.exists()


def test_a_legal_hold_stops_the_proposal_and_the_deed(pair, risk):
    made = redactions.propose("risk", risk.pk, actor=pair[0], fields=["grounds"], reason="A name")
    holds.place("Claim of Brandt", actor=pair[0], reason="Letter of their lawyer", about=[("risk", risk.pk)])

    with pytest.raises(Held, match="Claim of Brandt"):
        redactions.carry_out(made, actor=pair[1])
    with pytest.raises(Held):
        redactions.propose("risk", risk.pk, actor=pair[0], fields=["grounds"], reason="A name")
    assert MARK not in versions(risk)


def test_a_departed_person_keeps_a_key_and_no_name(pair, person):
    gone = person("ANALYST")
    EmailAddress.objects.create(user=gone, email=gone.email, verified=True, primary=True)
    with pytest.raises(StillHere):
        redactions.propose("user", gone.pk, actor=pair[0], fields=["name", "email"], reason="Asked for it")
    entry = audit.record(gone, "risk.noted", gone)
    User.objects.filter(pk=gone.pk).update(is_active=False)

    redact(pair, "user", gone.pk, fields=["name", "email"])

    gone.refresh_from_db()
    assert (gone.name, gone.email) == (f"Person {gone.pk}", f"person-{gone.pk}@redacted.invalid")
    assert not EmailAddress.objects.filter(user=gone).exists()
    assert AuditEntry.objects.get(pk=entry.pk).actor_id == gone.pk
    sealing.seal_all()
    assert verification.verify().findings == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT redact(1, 'risks_riskevent', 'number', ARRAY[1]::bigint[], NULL)",
        "SELECT redact(1, 'record_auditentry', 'verb', ARRAY[1]::bigint[], NULL)",
        "SELECT redact(1, 'people_user', 'name', ARRAY[1]::bigint[], NULL)",
        "INSERT INTO record_redactable VALUES ('record_auditentry', 'verb')",
        "INSERT INTO record_redacted (redaction_id, target, field, row_id) VALUES (1, 'record_entrytext', 'text', 1)",
        "UPDATE record_entrytext SET text = ''",
        "DELETE FROM record_entrytext",
        "UPDATE risks_riskevent SET grounds = ''",
        "SET pgtrigger.ignore = '{x}'; UPDATE risks_riskevent SET grounds = ''",
    ],
)
def test_the_application_redacts_by_the_function_alone_and_only_words(db, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "said",
    [
        {"state": "PROPOSED"},
        {"decided_by": "proposer"},
        {"entries": []},
    ],
)
def test_the_database_takes_no_words_but_for_an_agreed_redaction_that_names_them(pair, said):
    entry = audit.record(pair[0], "user.noted", pair[1], text="Ola Brandt said so")
    agreed = {"state": "DONE", "entries": [entry.pk]} | said | {"decided_by": pair["decided_by" not in said]}
    made = Redaction.objects.create(subject_kind="user", subject_id=pair[1].pk, reason="A name", proposed_by=pair[0], **agreed)

    for asked in (made.pk, made.pk + 1):
        with pytest.raises(DatabaseError, match="was agreed that names this"), transaction.atomic():
            redacting.redact_entries(asked, [entry.pk])

    assert EntryText.objects.filter(entry=entry).exists()


def test_every_field_of_every_kind_that_can_be_chosen_is_known_to_the_database(db):
    from portal import subjects

    with connection.cursor() as cursor:
        cursor.execute("SELECT target, field FROM record_redactable")
        known = set(cursor.fetchall())
    wanted = {
        (kind.model_class.pgh_event_model._meta.db_table, field.column)
        for kind in subjects.all_kinds().values()
        if hasattr(kind.model_class, "pgh_event_model")
        for field in redactions.fields_of(kind.kind)
        if field.column in {one.column for one in kind.model_class.pgh_event_model._meta.concrete_fields}
    }

    assert ("risks_riskevent", "grounds") in wanted
    assert wanted - known == set()
