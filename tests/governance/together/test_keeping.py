"""Ten years after it was closed a decision loses its words and stays decided."""

import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from governance.together import conditions, decisions, outcomes
from governance.together.conditions import Wanted
from governance.together.models import Decision
from portal import clock
from portal.archive import holds, redactions, retention
from portal.archive.errors import Held
from portal.archive.models import Disposal, Redaction
from portal.people import organisations
from portal.record import files, redacting, sealing, verification
from portal.record.models import AuditEntry, EntryText, StoredFile
from portal.signing import signatures
from portal.signing.models import SignedContent
from portal.talk import comments, places
from tests.factories.governance import OPTIONS, answer, make_decision
from tests.factories.risks import make_risk
from tests.house.world import BACKEND

MARK = redacting.MARK
NAME = "Brandt"
YEARS = timedelta(days=366)


def signed_in(user):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def line():
    return next(one for one in retention.preview() if one.period.key == "decision")


@pytest.fixture
def told(company, person):
    """One decided with a condition, words everywhere; one taken back; one still open; who did it."""
    cio, ciso, analyst = person("CIO"), person("CISO"), person("ANALYST", unit=company.northfield)
    risk = make_risk(unit=company.northfield)
    made = make_decision(
        unit=company.northfield,
        by=analyst,
        title=f"{NAME} asks",
        question=f"May {NAME} in?",
        context=f"{NAME} waits",
        options=OPTIONS,
        rests_on=[risk],
    )
    answer(made, ciso, reason=f"{NAME} is known")
    answer(made, cio, "CONDITIONS", told=[Wanted(f"{NAME} keeps a log", cio, organisations.today())], reason=f"{NAME} may")
    answer(made, ciso, reason=f"{NAME} is known still")
    conditions.meet(made.conditions.get(), actor=cio, note=f"{NAME}'s log lies here")
    outcomes.note(made, actor=cio, bore_out="DECIDED", what_happened=f"{NAME} came")
    comments.write(places.find("decision", made.pk, cio), f"{NAME} called again", actor=cio)
    files.hang_on(files.store(io.BytesIO(NAME.encode()), f"{NAME}.txt", actor=cio, limit=100), "decision", made.pk)
    taken_back = decisions.withdraw(make_decision(unit=company.northfield, by=analyst), actor=analyst, reason=f"{NAME} is gone")
    waiting = make_decision(unit=company.northfield, by=analyst)
    sealing.seal_all()
    return SimpleNamespace(made=made, taken_back=taken_back, open=waiting, risk=risk, cio=cio, ciso=ciso, analyst=analyst)


def said_anywhere():
    """Whatever still says the name, by table."""
    models = [one.model_class for one in redacting.beside("decision")] + [Decision, EntryText, SignedContent, StoredFile]
    models += [one.pgh_event_model for one in models if hasattr(one, "pgh_event_model")]
    models += [apps.get_model("workbench.SearchEntry")]
    return {one._meta.label for one in models for row in one._default_manager.values() if NAME in str(row)}


def test_its_words_go_everywhere_and_the_fact_stays_signed_and_whole(told, person):
    assert said_anywhere() >= {"together.Decision", "talk.CommentEvent", "record.EntryText", "signing.SignedContent"}
    now, digest = clock.now(), signatures.standing(told.made).digest
    with clock.stopped(now + 9 * YEARS):
        assert (line().going, line().held) == (0, 0)

    with clock.stopped(now + 10 * YEARS):
        assert line().going == 2
        page = signed_in(person("ADMIN")).get(reverse("archive:retention")).content.decode()
        assert "2 lose their words" in page and "+ 2 further ones" in page and told.made.number not in page
        assert told.made.number in signed_in(told.cio).get(reverse("archive:retention")).content.decode()
        assert retention.dispose(actor=None).removed["decision"] == 2
        assert (line().going, retention.dispose(actor=None)) == (0, None)
    sealing.seal_all()

    assert said_anywhere() == set()
    assert not StoredFile.objects.filter(subject_kind="decision", subject_id=told.made.pk).exists()
    made = Decision.objects.get(pk=told.made.pk)
    standing = signatures.standing(made)
    assert (made.title, made.state, made.outcome, made.decided_at) == (MARK, "DECIDED", "TOGETHER", told.made.decided_at)
    assert standing.is_signed and {slot.signature.signed_by for slot in standing.slots} == {told.cio, told.ciso}
    assert SignedContent.objects.get(pk=digest).content["options"][0]["cost"] == "18000"
    assert verification.verify().findings == []
    done = Redaction.objects.get(subject_id=made.pk, by_retention=True)
    assert AuditEntry.objects.get(kind="redaction", subject_id=done.pk).params["by_retention"] is True
    assert Disposal.objects.get(removed__has_key="decision").removed["decision"] == 2
    assert Decision.objects.get(pk=told.open.pk).title == told.open.title
    client = signed_in(told.cio)
    for address in (reverse("together:decision", args=[made.pk]), reverse("together:decision-outcome", args=[made.pk])):
        assert client.get(address).status_code == 200
    assert "Its time was over" in client.get(reverse("archive:redactions")).content.decode()

    with clock.stopped(now + 11 * YEARS):
        comments.write(places.find("decision", told.taken_back.pk, told.cio), f"{NAME} once more", actor=told.cio)
        assert line().going == 0
    with clock.stopped(now + 22 * YEARS):
        assert line().going == 1  # words that came later go later


def test_a_legal_hold_keeps_the_words_and_preview_and_deed_agree(told):
    condition = told.made.conditions.get()
    about = [("decision", told.made.pk), ("risk", told.risk.pk), ("condition", condition.pk), ("user", told.ciso.pk)]
    covered = [({"about": [one]}, 1) for one in about] + [({}, 2), ({"kinds": ["decision"]}, 2), ({"kinds": ["comment"]}, 2)]
    with clock.stopped(clock.now() + 10 * YEARS):
        for asked, held in covered:
            # Its days do not matter: words of any day may tell of the matter.
            hold = holds.place("Claim", actor=told.cio, reason="A letter", covers_from=organisations.today(), **asked)
            assert (line().going, line().held) == (2 - held, held), asked
            holds.lift(hold, actor=told.cio, reason="Over")
        holds.place("Claim", actor=told.cio, reason="A letter", about=about[1:2])

        done = retention.dispose(actor=None)

    assert (done.removed["decision"], done.held["decision"]) == (1, 1)
    assert Decision.objects.get(pk=told.made.pk).question == told.made.question
    holds.place("Another", actor=told.cio, reason="A letter", about=[about[0]])
    with pytest.raises(Held):
        redactions.by_retention("decision", told.made.pk, actor=None)  # placed between reading and the deed
    with pytest.raises(PermissionDenied):
        redactions.by_retention("decision", told.made.pk, actor=told.analyst)
