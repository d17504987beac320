"""What Verrow's leaders reached together, as facts proposed it, and what one brings to the other's plan."""

from collections.abc import Mapping
from decimal import Decimal

from governance.board.demo.events import Event
from governance.board.demo.times import acting
from governance.together import achievements, backing
from governance.together.models import Achievement
from portal.people.models import User
from risks.models import Treatment

AFTER_ALL_ELSE = 8500
VERIFIED_DAYS_AGO, PUBLISHED_DAYS_AGO, BACKED_DAYS_AGO = 24, 3, 12
RIGHTS = "Administrator rights for hours and two emergency accounts"
CUSTOMERS = "Every call of the order portal checks the customer, and our tester found nothing since."


def happenings(people: Mapping[str, User]) -> list[Event]:
    """All of it, each on its day; what the facts proposed besides waits for words."""
    told = (
        (VERIFIED_DAYS_AGO, lambda: _verify(people["marta"])),
        (VERIFIED_DAYS_AGO - 1, lambda: _publish(people["idris"], "LOSS_LOWERED", "No water above the racks any more.")),
        (PUBLISHED_DAYS_AGO, lambda: _publish(people["marta"], "GOAL_MET", CUSTOMERS)),
        (BACKED_DAYS_AGO, lambda: _back(people["marta"])),
    )
    return [Event(day, AFTER_ALL_ELSE, act) for day, act in told]


def _verify(leader: User) -> None:
    with acting(leader):
        achievements.verify(Achievement.objects.get(kind="LOSS_LOWERED"), Decimal("9000.00"), actor=leader)


def _publish(leader: User, kind: str, words: str) -> None:
    with acting(leader):
        achievements.publish(Achievement.objects.waiting().get(kind=kind), words, actor=leader)


def _back(leader: User) -> None:
    plan = Treatment.objects.get(title=RIGHTS)
    with acting(leader):
        backing.back(
            plan,
            actor=leader,
            amount=Decimal("12000.00"),
            person_days=10,
            words="Two people of the platform team, until it stands.",
        )
