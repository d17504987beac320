from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from governance.board import pack_words, packs
from governance.board.models import BoardPack, FrozenNumbers
from governance.board.pack_errors import (
    NotFromASeat,
    NotFrozen,
    NothingToShow,
    NotYourDispute,
    NotYourDissent,
    NumbersUnfit,
    OwnDissent,
    PackNotADraft,
    PackReleased,
    WordsMissing,
)
from governance.together import decisions
from governance.together.models import Position
from portal import clock
from portal.attention.models import Reminder
from portal.errors import Invalid
from portal.people.models import User
from portal.record import sealing
from portal.record.models import AuditEntry
from portal.signing import signatures
from portal.signing.errors import FactorTooOld, NeverSigns
from risks import recompute, stale
from tests.factories.board import block, make_pack, make_released, read, sign
from tests.factories.governance import answer, make_decision
from tests.factories.portal import make_person
from tests.factories.risks import make_exception, make_levels, make_risk

pytestmark = pytest.mark.django_db


@pytest.fixture
def seats(company):
    return make_person("CIO", company=company, name="Marta"), make_person("CISO", company=company, name="Idris")


def verbs(pack):
    return list(AuditEntry.objects.filter(kind="board-pack", subject_id=pack.pk).order_by("pk").values_list("verb", flat=True))


def test_a_pack_is_prepared_signed_by_both_and_stays(company, seats):
    cio, ciso = seats
    member, preparer = make_person("BOARD", company=company), make_person("PREPARER", company=company)
    pack = make_pack(unit=company.root, by=preparer, written=False)
    assert [one.source for one in pack.blocks.all() if one.lacks_words] == ["summary", "thanks", "request"]
    with pytest.raises(WordsMissing, match="“In short”, “What you did” and “What we ask of you”"):
        packs.freeze(pack, actor=preparer)
    for one in pack.blocks.filter(needs_words=True):
        pack_words.write(one, "Said.", actor=preparer)
    pack_words.write(pack.blocks.get(source="summary"), "Said better.", actor=preparer)
    assert not BoardPack.objects.visible_to(member).exists()

    sealing.seal_all()
    pack = packs.freeze(pack, actor=preparer)

    assert (pack.state, pack.numbers.seal_seq, pack.numbers.seal_hash) == ("FROZEN", *sealing.head())
    assert pack.numbers.values["position"]["sentence"] == "No risk is open."  # a pack speaks to nobody's own list
    for change in (lambda: packs.take_numbers(pack, actor=cio), lambda: packs.withdraw(pack, actor=cio)):
        with pytest.raises(PackNotADraft):
            change()
    with pytest.raises(NeverSigns):
        sign(pack, preparer)
    with pytest.raises(FactorTooOld):
        signatures.sign(pack, actor=User.objects.get(pk=cio.pk), factor_at=clock.now() - timedelta(hours=1))
    assert sign(pack, cio).state == "FROZEN"
    pack = sign(pack, ciso)
    assert (pack.state, pack.digest) == ("RELEASED", signatures.standing(pack).digest)
    assert signatures.standing(pack).is_signed  # the newest words of each block, which are those that it shows
    assert list(BoardPack.objects.visible_to(member)) == [pack]
    assert Reminder.objects.filter(recipient=member, kind="pack.released.news").count() == 1
    assert verbs(pack)[-3:] == ["signing.signed", "signing.signed_off", "pack.released"]
    for change in (
        lambda: pack_words.write(pack.blocks.first(), "Otherwise", actor=cio),
        lambda: packs.thaw(pack, actor=cio),
        lambda: packs.add_block(pack, "outlook", actor=cio),
        lambda: packs.remove_block(pack.blocks.first(), actor=cio),
        lambda: pack_words.dispute(pack.blocks.first(), "No", actor=cio),
    ):
        with pytest.raises(PackReleased):
            change()


BY_SQL = (
    "UPDATE board_boardpack SET state = 'DRAFT' WHERE id = {pack}",
    "DELETE FROM board_packblock WHERE pack_id = {pack}",
    "UPDATE board_packblock SET place = 99 WHERE pack_id = {pack}",
    "UPDATE board_packblock SET pack_id = {draft} WHERE pack_id = {pack}",
    "INSERT INTO board_packblock (pack_id, place, kind, source, needs_words, dispute_is_printed)"
    " VALUES ({pack}, 9, 'NARRATIVE', 'outlook', true, false)",
    "INSERT INTO board_blockwords (block_id, part, text, office, written_at) VALUES ({block}, 'WORDS', 'No', '', now())",
    "UPDATE board_blockwords SET text = 'No' WHERE block_id = {block}",
    "UPDATE board_frozennumbers SET values = '{{}}'",
    "SET LOCAL pgtrigger.ignore = '{{released_stays}}'; UPDATE board_boardpack SET digest = '' WHERE id = {pack}",
)


def test_sql_of_the_application_changes_nothing_in_a_released_pack(company, seats):
    pack, draft = make_released(unit=company.root, seats=seats), make_pack(unit=company.root, by=seats[0])
    said = {"pack": pack.pk, "draft": draft.pk, "block": pack.blocks.first().pk}

    for statement in BY_SQL:
        with pytest.raises(DatabaseError, match=r"never changed|permission denied"), transaction.atomic():
            connection.cursor().execute(statement.format(**said))

    connection.cursor().execute(BY_SQL[2].format(pack=draft.pk))  # a draft is changed
    assert signatures.standing(read(pack)).signed_off_at is not None


def test_stale_and_disputed_numbers_go_out_only_with_the_dispute_printed(company, seats):
    cio, ciso = seats
    pack = make_pack(unit=company.root, by=cio)
    risk = make_risk(unit=company.northfield)
    stale.mark_risks([risk.pk], "risk.logged")
    with pytest.raises(NumbersUnfit, match="Where the risks stand"):
        packs.freeze(pack, actor=cio)
    heat = block(pack, "heat_map")
    with pytest.raises(NotFromASeat):
        pack_words.dispute(heat, "No", actor=make_person("PREPARER", company=company))
    pack_words.dispute(heat, "Two risks of Northfield are still being rated.", actor=ciso)
    with pytest.raises(NotYourDispute):
        pack_words.settle_dispute(heat, actor=cio)
    with pytest.raises(NumbersUnfit):
        packs.freeze(pack, actor=cio)

    pack_words.print_dispute(heat, actor=cio)
    pack = sign(packs.freeze(pack, actor=cio), *seats)

    assert pack.is_released and pack.numbers.values["heat_map"]["is_stale"]
    assert block(pack, "heat_map").dispute.text == "Two risks of Northfield are still being rated."
    other = make_pack(unit=company.root, by=cio)
    pack_words.dispute(block(other, "heat_map"), "Not so.", actor=ciso)
    pack_words.settle_dispute(block(other, "heat_map"), actor=ciso)
    assert block(other, "heat_map").dispute is None


def test_what_is_thawed_is_signed_anew_and_a_draft_may_be_taken_back(company, seats):
    cio, ciso = seats
    pack = packs.freeze(make_pack(unit=company.root, by=cio), actor=cio)
    sign(pack, cio)

    pack = packs.thaw(pack, actor=ciso)
    with pytest.raises(NotFrozen):
        sign(pack, ciso)
    pack_words.write(block(pack, "summary"), "Said otherwise.", actor=ciso)
    pack = packs.freeze(pack, actor=ciso)

    assert not sign(pack, ciso).is_released
    assert sign(pack, cio).is_released
    draft = make_pack(unit=company.root, by=cio)
    assert packs.withdraw(draft, actor=cio).state == "GONE"
    with pytest.raises(NothingToShow):
        empty = make_pack(unit=company.root, by=cio)
        for one in empty.blocks.all():
            packs.remove_block(one, actor=cio)
        packs.freeze(empty, actor=cio)


def test_packs_of_other_readers_show_the_same_frozen_numbers_and_a_next_one_what_changed(company, seats):
    cio, _ciso = seats
    first = make_released(unit=company.root, seats=seats, template="QUARTER")
    stale.mark_risks([make_levels(make_risk(unit=company.northfield)).risk_id], "risk.logged")
    recompute.refresh_batch()

    staff = make_pack(unit=company.eastmere, by=cio, numbers_of=first)
    staff = packs.freeze(staff, actor=cio)
    following = make_pack(unit=company.root, by=cio, template="QUARTER")

    assert (staff.unit, staff.numbers) == (company.root, first.numbers)
    assert FrozenNumbers.objects.count() == 3  # opened, frozen, and the next one; those of the other reader are the same
    shown = {row[0]: row[1:] for row in block(following, "change").own_value["rows"]}
    assert shown["Open risks"] == ["0", "1", "+1"]
    assert "nothing to compare" in block(first, "change").own_value["sentence"]


def test_a_pack_shows_what_is_shared_and_counts_the_rest(company, seats):
    cio, _ciso = seats
    known = make_risk(unit=company.northfield, title="Open to all")
    shut = make_risk(unit=company.northfield, title="Nightglass", is_confidential=True)
    stale.mark_risks([make_levels(known).risk_id, make_levels(shut).risk_id], "risk.logged")
    recompute.refresh_batch()
    make_exception(shut, by=cio, title="Nightglass for now")
    hidden = make_decision(unit=company.root, by=cio, title="Nightglass sold", is_confidential=True)

    pack = make_pack(unit=company.root, by=cio, template="QUARTER")

    values = pack.numbers.values
    assert "Nightglass" not in str(values)
    assert next(one["value"] for one in values["position"]["figures"] if one["key"] == "open") == "2"
    assert [row[1] for row in values["top_risks"]["rows"]] == ["Open to all"]
    assert values["top_risks"]["more"] == "+ 1 that is not shared"
    with pytest.raises(Invalid) as refused:
        packs.add_block(pack, "decision", actor=cio, decision=hidden)
    assert "neither confidential nor privileged" in refused.value.fields["decision"][0]


def test_a_dissent_is_printed_in_the_words_of_its_holder_with_the_answer_beside_it(company, seats):
    cio, ciso = seats
    decision = make_decision(unit=company.root, by=cio)
    answer(decision, ciso, "OPPOSE", reason="Between us: the vendor lies.")
    pack = make_pack(unit=company.root, by=cio)
    dissent = packs.add_block(pack, "dissent", actor=cio, position=Position.objects.get())
    assert "vendor lies" not in str(dissent.own_value) and decision.number in dissent.own_value["sentence"]
    with pytest.raises(WordsMissing, match="One of us sees it otherwise"):
        packs.freeze(pack, actor=cio)
    with pytest.raises(NotYourDissent):
        pack_words.write(dissent, "He is wrong.", actor=cio)
    with pytest.raises(OwnDissent):
        pack_words.answer(dissent, "Indeed.", actor=ciso)

    pack_words.write(dissent, "The line stays open longer than I can watch it.", actor=ciso)
    pack_words.answer(dissent, "Every visit is recorded.", actor=cio)
    counsel = make_person("COUNSEL", company=company)
    decisions.mark_privileged(decision, True, actor=counsel)
    with pytest.raises(Invalid, match="may no longer be shared"):
        packs.freeze(pack, actor=cio)
    decisions.mark_privileged(decision, False, actor=counsel)
    pack = sign(packs.freeze(pack, actor=cio), *seats)

    printed = block(pack, "dissent")
    assert (printed.words.office, printed.answer.office) == ("CISO", "CIO")
    assert pack.is_released


@pytest.mark.parametrize(
    "said, field",
    [
        ({"template": "NONE"}, "template"),
        ({"template": "INCIDENT"}, "incident"),
        ({"period_to": "before"}, "period_to"),
    ],
)
def test_a_pack_is_not_opened_with_what_does_not_fit(company, seats, said, field):
    if "period_to" in said:
        said = {"period_to": clock.now().date().replace(year=2020)}
    with pytest.raises(Invalid) as refused:
        make_pack(unit=company.root, by=seats[0], **said)

    assert set(refused.value.fields) == {field}
    assert not BoardPack.objects.exists()
