"""What colleagues of Verrow noticed, and what the triage desk made of it."""

from collections.abc import Callable

from governance.board.demo.decisions import AFTER_ALL_ELSE
from governance.board.demo.events import Event
from governance.board.demo.times import acting
from portal.people.models import Unit, User
from risks import concerns
from risks.models import Concern, Risk

# days ago, who, where, whether without a name, what could happen
RAISED = (
    (201, "mira", "eastmere", True, "Keys of the yard hang beside the gate at night"),
    (158, "mira", "sales", False, "Laptops with price lists stay in cars at customers"),
    (112, "mira", "northfield", True, "The line stops for updates and nobody knows whom to call"),
    (61, "mira", "finance", False, "A new account number came by mail and nobody calls back"),
    (33, "mira", "finance", True, "The month is closed with a colleague's password when she is away"),
    (17, "mira", "northfield", False, "Visitors of the press hall walk past the control room without a guide"),
    (2, "mira", "company", False, "A stranger on the telephone knew my project and asked for a file"),
)
# days ago, by which desk, which concern, the risk it is or the answer
SETTLED = (
    (188, "dana", 0, "", "A box with a code hangs there now, and the shift lead has it."),
    (154, "dana", 1, "", "Disks are encrypted, and sales had a talk about cars."),
    (107, "dana", 2, "", "The board at the line names who answers the telephone."),
    (60, "dana", 3, "Invoice paid to a changed bank account", ""),
    (31, "dana", 4, "", "She has a deputy with rights of her own since Tuesday, and the password is a new one."),
    (13, "dana", 5, "", "The door is shut during visits now; the porter walks along. Thank you for saying it."),
)


def happenings(people: dict[str, User], tree: dict[str, Unit]) -> list[Event]:
    events = [Event(one[0], AFTER_ALL_ELSE + 2, _raise(one, people, tree)) for one in RAISED]
    return events + [Event(one[0], AFTER_ALL_ELSE + 2, _settle(one, people)) for one in SETTLED]


def _raise(one: tuple, people: dict[str, User], tree: dict[str, Unit]) -> Callable[[], None]:
    _days_ago, who, where, is_anonymous, text = one

    def happen() -> None:
        with acting(None if is_anonymous else people[who]):
            concerns.raise_one(actor=people[who], text=text, unit=tree[where], is_anonymous=is_anonymous)

    return happen


def _settle(one: tuple, people: dict[str, User]) -> Callable[[], None]:
    _days_ago, who, which, risk, words = one

    def happen() -> None:
        concern, by = Concern.objects.get(text=RAISED[which][4]), people[who]
        with acting(by):
            if risk:
                concerns.become_risk(concern, actor=by, known=Risk.objects.get(title=risk))
            else:
                concerns.answer(concern, words, actor=by)

    return happen
