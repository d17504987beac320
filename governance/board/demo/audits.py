"""How Verrow looks at itself: an audit of both sites with three findings, the next one, and the leaders' review of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from governance.board.demo.events import Event
from governance.board.demo.times import acting
from governance.compliance import findings, internal_audits, management_reviews
from governance.compliance.models import AuditFinding, Framework, InternalAudit, ManagementReview, Requirement
from portal import clock
from portal.people import organisations
from portal.people.models import Unit, User
from portal.signing import signatures

AFTER_ALL_ELSE = 4600
WALK, KEYS = "Who may enter, and by which key", "Suppliers who reach in from outside"
NO_LIST, ONE_KEY, WEEKLY = "Northfield keeps no list", "One key opens", "The log of the gates"
FOUND = (
    ("MAJOR", "A.5.15", f"{NO_LIST} of who may enter the control room; eleven cards of former colleagues still open it."),
    ("MINOR", "A.7.2", f"{ONE_KEY} every cabinet of the coating line, and three people hold a copy without a note of it."),
    ("CHANCE", None, f"{WEEKLY} is read after an incident only. A weekly look would find what is tried."),
)


def happenings(people: Mapping[str, User], tree: Mapping[str, Unit]) -> list[Event]:
    """All of it, each on its day."""
    steps = [
        (150, "idris", lambda: _plan(people, tree, WALK, 30)),
        (118, "ruth", lambda: _find(people)),
        (116, "idris", lambda: _conclude(people)),
        (112, "lena", lambda: _act(people, NO_LIST, "jonas", "Cards end with the contract", "Leaving is told to nobody here.", 40)),
        (110, "lena", lambda: _act(people, ONE_KEY, "henri", "A lock of its own for each cabinet", "The old lock was cheap.", 104)),
        (76, "jonas", lambda: findings.finish(_finding(NO_LIST), actor=people["jonas"], result="The list stands; cards were cut.")),
        (60, "ruth", lambda: _verify(people, NO_LIST, "Ten cards tried at the door, ten refused.")),
        (52, "marta", lambda: _review(people, tree)),
        (51, "marta", lambda: _sign("marta", people)),
        (50, "idris", lambda: _sign("idris", people)),
        (9, "idris", lambda: _plan(people, tree, KEYS, 26)),
    ]
    return [Event(days_ago, AFTER_ALL_ELSE + place, _By(people[who], act)) for place, (days_ago, who, act) in enumerate(steps)]


class _By:
    def __init__(self, who: User, act: Any):
        self.who, self.act = who, act

    def __call__(self) -> None:
        with acting(self.who):
            self.act()


def _iso() -> Framework:
    return Framework.objects.get(key="iso-27001", state=Framework.State.CURRENT)


def _finding(begins: str) -> AuditFinding:
    return AuditFinding.objects.get(text__startswith=begins)


def _plan(people: Mapping[str, User], tree: Mapping[str, Unit], title: str, in_days: int) -> None:
    internal_audits.plan(
        _iso(),
        tree["company"],
        actor=people["idris"],
        title=title,
        scope="Both sites and the head office, by interviews, a walk and samples of twenty.",
        lead=people["ruth"],
        planned_on=organisations.today() + timedelta(days=in_days),
    )


def _find(people: Mapping[str, User]) -> None:
    audited = InternalAudit.objects.get(title=WALK)
    for grade, identifier, text in FOUND:
        rule = Requirement.objects.get(framework=audited.framework, identifier=identifier) if identifier else None
        internal_audits.find(audited, actor=people["ruth"], grade=grade, text=text, requirement=rule)


def _conclude(people: Mapping[str, User]) -> None:
    audited, held_on = InternalAudit.objects.get(title=WALK), organisations.today() - timedelta(days=2)
    summary = "Doors hold; what is known about who may pass them does not. Eastmere can lend Northfield its list."
    internal_audits.conclude(audited, actor=people["idris"], held_on=held_on, summary=summary)


def _act(people: Mapping[str, User], begins: str, owner: str, text: str, cause: str, in_days: int) -> None:
    due_on = organisations.today() + timedelta(days=in_days)
    findings.act(_finding(begins), actor=people["lena"], text=text, cause=cause, owner=people[owner], due_on=due_on)


def _verify(people: Mapping[str, User], begins: str, note: str) -> None:
    findings.verify(_finding(begins), actor=people["ruth"], is_effective=True, note=note)


def _review(people: Mapping[str, User], tree: Mapping[str, Unit]) -> None:
    marta, today = people["marta"], organisations.today()
    review = management_reviews.open_one(_iso(), tree["company"], actor=marta, held_on=today)
    considered = "Two customers ask for proof of who may enter. The new line at Eastmere brings thirty suppliers."
    outcome = "Cards end with the contract at both sites. The next audit looks at suppliers who reach in from outside."
    management_reviews.write(review, actor=marta, version=None, considered=considered, outcome=outcome)
    management_reviews.ask(review, actor=marta)


def _sign(who: str, people: Mapping[str, User]) -> None:
    signatures.sign(ManagementReview.objects.get(), actor=people[who], factor_at=clock.now())
