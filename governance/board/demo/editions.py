"""What the gates of Verrow's plants ask besides, since the CISO drafted it and both leaders signed: the set's second edition."""

from governance.board.demo.events import Event
from governance.board.demo.times import acting
from governance.change import gate_editions
from governance.change.models import GateEdition
from portal import clock
from portal.people.models import User
from portal.signing import signatures

AFTER_ALL_ELSE = 6500
ZONES = "ot-zones"
STOPS = {
    "opens": "BUILD",
    "office": "IT",
    "from_size": "M",
    "is_mandatory": True,
    "question": "Does the shift know by which switch it takes the new part off the network, and who may?",
    "evidence": "The card at the line, tried once",
}
REASON = "In May nobody at the coating line knew how to cut the maker's gateway off. What is built from now on says so beforehand."


def happenings(people: dict[str, User]) -> list[Event]:
    """Drafted, put to both leaders, signed by one and then the other."""
    marta, idris = people["marta"], people["idris"]
    return [
        Event(12, AFTER_ALL_ELSE, lambda: _draft(idris)),
        Event(11, AFTER_ALL_ELSE, lambda: _propose(idris)),
        Event(9, AFTER_ALL_ELSE, lambda: _sign(marta)),
        Event(8, AFTER_ALL_ELSE, lambda: _sign(idris)),
    ]


def _draft(actor: User) -> None:
    base = gate_editions.in_force(ZONES)
    with acting(actor):
        gate_editions.draft(base, [*gate_editions.asked_by(base), STOPS], REASON, actor=actor)


def _propose(actor: User) -> None:
    with acting(actor):
        gate_editions.propose(GateEdition.objects.get(), actor=actor)


def _sign(actor: User) -> None:
    with acting(actor):
        signatures.sign(GateEdition.objects.get(), actor=actor, factor_at=clock.now())
