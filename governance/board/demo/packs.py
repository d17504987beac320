"""What Verrow's leaders told the board: a signed quarter with one dissent and one joint answer, and the next one, in work."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from governance.board import pack_words, packs, questions
from governance.board.demo.events import Event
from governance.board.demo.times import acting
from governance.board.models import BoardPack, PackBlock, PackQuestion
from governance.board.output import making
from governance.together import quarters
from governance.together.models import Position
from portal import clock
from portal.people import organisations
from portal.people.models import Unit, User
from portal.signing import signatures

AFTER_ALL_ELSE = 8800
QUARTER_OPENED, QUARTER_FROZEN, QUARTER_SIGNED = 26, 24, 23  # days ago
ASKED, ANSWERED, AGREED = 20, 18, 17
NEXT_OPENED = 5

Said = Mapping[str, tuple[str, str]]  # source of a block → who writes, and what
SAID: Said = {
    "summary": (
        "nora",
        "What could hurt people or stop a plant comes first, and stands first here. Where our two offices see a risk differently, "
        "both numbers are printed. We ask nothing of you today but your questions.",
    ),
    "position": (
        "marta",
        "What is above tolerance has a plan with a name and a day, or a permission that ends on one. "
        "The rest is looked at when its review falls due.",
    ),
    "change": ("nora", "This is the first pack in this form; the next one will stand beside it."),
    "heat_map": (
        "idris",
        "Read the upper right corner first. Much of what stands in the middle is there because nobody has tried to cure it yet.",
    ),
    "top_risks": (
        "idris",
        "Most of these begin with somebody else’s access: a maker, a supplier, a visitor. That is what we work on together.",
    ),
    "money": ("marta", "An estimate and no forecast: much of it rests on what others of our size have paid."),
    "losses": ("idris", "A mailbox was read for nine days. It cost little; that nobody noticed it is what we changed since."),
    "exceptions": ("idris", "Each ends on the day that stands there. Ask us about any that worries you."),
    "outlook": ("marta", "Next come the access of the makers and the recipe server of Eastmere; both have names and days."),
}
DISSENT = "The open port is watched, and it is open. What reaches planning reaches the recipes; I would have waited eight weeks."
ANSWER = "Four walks a day with a stick were the larger danger. We look at it together when a recipe differs from its paper."
QUESTION = "Which of these would you cure first if you could cure only one?"
FIRST = "The remote access of the makers: one door, and half of this page ends."
TOGETHER = "The remote access of the makers. It is one door, and several of the risks here need it to be open. We close it first."
STAFF = {
    "summary": (
        "nora",
        "What could hurt people or stop a line comes first. The picture below is the one that the board saw.",
    ),
    "thanks": ("nora", "Somebody asked why a visitor’s machine stood open at the gate. It should not have; thank you."),
    "request": ("nora", "If something looks odd, say so the same day. Two sentences are enough."),
}
NEXT = {name: SAID[name] for name in ("position", "heat_map", "money", "exceptions")} | {
    "change": ("nora", "What moved most moved because somebody looked again."),
    "top_risks": ("idris", "The makers’ access is still what most of these share."),
    "losses": ("idris", "What happened this quarter was found within hours, not days."),
}


def happenings(people: Mapping[str, User], tree: Mapping[str, Unit]) -> list[Event]:
    """Each on its day."""
    told = [
        (QUARTER_OPENED, partial(_open, people, tree, "QUARTER", 1, SAID)),
        (QUARTER_OPENED - 1, partial(_print_dissent, people)),
        (QUARTER_FROZEN, partial(_freeze, people, "QUARTER")),
        (QUARTER_SIGNED, partial(_sign_pack, people, "QUARTER")),
        (QUARTER_SIGNED - 1, partial(_for_all_staff, people, tree)),
        (ASKED, partial(_ask, people)),
        (ANSWERED, partial(_answer, people["idris"], FIRST)),
        (AGREED, partial(_agree, people)),
        (NEXT_OPENED, partial(_open, people, tree, "QUARTER", 0, NEXT)),
    ]
    return [Event(day, AFTER_ALL_ELSE, happen) for day, happen in told]


def quarter(today: date, back: int) -> tuple[date, date]:
    """First and last day of the quarter that many quarters ago."""
    first = quarters.of(today)
    for _ in range(back):
        first = quarters.before(first)
    return first, quarters.following(first) - timedelta(days=1)


def _open(
    people: Mapping[str, User], tree: Mapping[str, Unit], template: str, back: int, said: Mapping[str, tuple[str, str]]
) -> None:
    days = quarter(organisations.today(), back)
    with acting(people["nora"]):
        pack = packs.open_one(template, tree["company"], *days, actor=people["nora"])
    _write(pack, people, said)


def _write(pack: BoardPack, people: Mapping[str, User], said: Said) -> None:
    for source, (who, text) in said.items():
        with acting(people[who]):
            pack_words.write(pack.blocks.get(source=source), text, actor=people[who])


def _print_dissent(people: Mapping[str, User]) -> None:
    opposed = Position.objects.get(stance="OPPOSE", decision__title="Recipe server on the office network")
    with acting(people["nora"]):
        block = packs.add_block(_pack("QUARTER"), "dissent", actor=people["nora"], position=opposed)
    with acting(people["idris"]):
        pack_words.write(block, DISSENT, actor=people["idris"])
    with acting(people["marta"]):
        pack_words.answer(block, ANSWER, actor=people["marta"])


def _freeze(people: Mapping[str, User], template: str) -> None:
    with acting(people["nora"]):
        packs.freeze(_pack(template), actor=people["nora"])


def _sign_pack(people: Mapping[str, User], template: str) -> None:
    _both_sign(people, _pack(template))
    making.make_missing()


def _for_all_staff(people: Mapping[str, User], tree: Mapping[str, Unit]) -> None:
    """The same frozen numbers, for everybody who works here."""
    source = _pack("QUARTER")
    days = source.period_from, source.period_to
    with acting(people["nora"]):
        pack = packs.open_one("STAFF", tree["company"], *days, actor=people["nora"], numbers_of=source)
    _write(pack, people, STAFF)
    _freeze(people, "STAFF")
    _sign_pack(people, "STAFF")


def _ask(people: Mapping[str, User]) -> None:
    block = PackBlock.objects.get(pack=_pack("QUARTER"), source="top_risks")
    with acting(people["catherine"]):
        questions.ask(block, QUESTION, actor=people["catherine"])


def _answer(who: User, text: str) -> None:
    with acting(who):
        questions.answer(PackQuestion.objects.get(), text, actor=who)


def _agree(people: Mapping[str, User]) -> None:
    """The CIO says it a little otherwise, and both sign that."""
    _answer(people["marta"], TOGETHER)
    _both_sign(people, PackQuestion.objects.get())


def _both_sign(people: Mapping[str, User], subject: Any) -> None:
    for who in ("marta", "idris"):
        with acting(people[who]):
            signatures.sign(subject, actor=people[who], factor_at=clock.now())


def _pack(template: str) -> BoardPack:
    return BoardPack.objects.filter(template=template).order_by("pk").first()
