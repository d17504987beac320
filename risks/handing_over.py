"""When an owner leaves: their risks pass to a successor; a confidential one only to somebody who may read it anyway."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.people import appointments, holdings
from portal.people.models import User
from portal.record import audit
from risks import cadence, register, wanted
from risks.errors import MayNotOpen, NobodyMayRead
from risks.models import Risk
from risks.signals import risk_changed

LEADERS = {"it_owner": ("CIO", "CISO"), "security_owner": ("CISO", "CIO")}


@transaction.atomic
def hand_over(risk: Risk, side: str, successor: User, *, actor: Any) -> User:
    """Let `successor` be the owner on `side` ("it_owner", "security_owner") in place of one who leaves; `leaving` has checked
    who says so. A confidential risk that `actor` may not open goes to the leader of that side instead, who may read it anyway
    and passes it on: so nobody lets somebody else in. Returns who took it. Raises NobodyMayRead, RiskClosed, Invalid."""
    risk = register.locked(risk)
    takes = successor if _may_choose(risk, actor) else leader_of(side)
    if takes is None:
        raise NobodyMayRead
    before = getattr(risk, f"{side}_id")
    setattr(risk, side, takes)
    wanted.check(risk, actor=actor, changed={side})
    risk.version += 1
    risk.save(update_fields=[side, "version"])
    cadence.schedule(risk, actor=actor)
    audit.record(actor, "risk.handed_over", risk, {"fields": [side], "values": {side: [before, takes.pk]}})
    risk_changed.send(Risk, risk_ids=[risk.pk], cause="risk.handed_over")
    return takes


def taker(risk: Risk, side: str, successor: User, *, actor: Any) -> User:
    """Who takes over what hangs on `risk`, as a plan or an exception does, from one who leaves: `successor`, unless the risk is
    confidential. Then only somebody who may open it anyway, and where `actor` may not, the leader of that side, who passes it
    on. Raises MayNotOpen, NobodyMayRead."""
    if not _may_choose(risk, actor):
        leader = leader_of(side)
        if leader is None:
            raise NobodyMayRead
        return leader
    if risk.is_confidential and not Risk.objects.visible_to(successor).filter(pk=risk.pk).exists():
        raise MayNotOpen(risk, successor)
    return successor


def side_of(risk: Risk) -> str:
    """The side that answers for it."""
    return "security_owner" if risk.accountable == Risk.Accountable.SECURITY else "it_owner"


def kept_back(rows: Callable[[User], QuerySet], risk: str) -> Callable[[User, User], str]:
    """What becomes of those of `rows` whose risk, found by the lookup `risk`, the actor may not open; in a sentence."""

    def sentence(person: User, actor: User) -> str:
        hidden = rows(person).filter(**{f"{risk}__is_confidential": True})
        number = hidden.exclude(**{f"{risk}__in": Risk.objects.visible_to(actor).values("pk")}).count()
        if not number:
            return ""
        return ngettext(
            "%(number)d that you may not open goes to the leader of its side, who passes it on.",
            "%(number)d that you may not open go to the leaders of their sides, who pass them on.",
            number,
        ) % {"number": number}

    return sentence


@transaction.atomic
def unname(risk: Risk, person: User, *, actor: Any) -> None:
    """Whoever leaves reads a confidential risk no longer by being named on it, should their account ever open again."""
    risk = Risk.objects.select_for_update(of=("self",)).get(pk=risk.pk)
    risk.named_people.remove(person)
    risk.version += 1
    risk.save(update_fields=["version"])
    left = sorted(risk.named_people.values_list("pk", flat=True))
    audit.record(actor, "risk.changed", risk, {"fields": ["named_people"], "values": {"named_people": left}})


def leader_of(side: str) -> User | None:
    """The leader on whose side an owner stands, else the other one."""
    filled = appointments.filled()
    return next((filled[seat].person for seat in LEADERS[side] if seat in filled), None)


def _may_choose(risk: Risk, actor: Any) -> bool:
    return not risk.is_confidential or Risk.objects.visible_to(actor).filter(pk=risk.pk).exists()


def _owned(side: str):
    return lambda person: Risk.objects.open().current().filter(**{side: person})


def _kept_back(side: str):
    def sentence(person: User, actor: User) -> str:
        confidential = _owned(side)(person).filter(is_confidential=True)
        number = confidential.exclude(pk__in=Risk.objects.visible_to(actor).values("pk")).count()
        if not number:
            return ""
        leader = leader_of(side)
        told = {"number": number, "leader": leader}
        if leader is None or leader == person:
            return _("%(number)d confidential among them, and no leader who could take over: fill a seat first.") % told
        return (
            ngettext(
                "%(number)d confidential one that you may not open goes to %(leader)s, who passes it on.",
                "%(number)d confidential ones that you may not open go to %(leader)s, who passes them on.",
                number,
            )
            % told
        )

    return sentence


def _pass_on(side: str):
    def passed(row: Risk, *, person: User, successor: User, actor: Any) -> User:
        return hand_over(row, side, successor, actor=actor)

    return passed


for _side, _label in (
    ("it_owner", gettext_lazy("Risks they answer for as IT owner")),
    ("security_owner", gettext_lazy("Risks they answer for as security owner")),
):
    holdings.register(
        holdings.Group(
            key=f"risks-{_side.replace('_', '-')}",
            label=_label,
            rows=_owned(_side),
            way=holdings.Way.SUCCESSOR,
            pass_on=_pass_on(_side),
            kind="risk",
            keeps_back=_kept_back(_side),
            order=30,
        )
    )
holdings.register(
    holdings.Group(
        key="named-on-risks",
        label=gettext_lazy("Risks they are named on"),
        rows=lambda person: Risk.objects.current().filter(
            pk__in=Risk.named_people.through.objects.filter(user=person).values("risk")
        ),
        way=holdings.Way.ENDS,
        pass_on=lambda row, *, person, successor, actor: unname(row, person, actor=actor),
        kind="risk",
        word=gettext_lazy("They are among its readers no longer; owners and leaders name others."),
        order=67,
    )
)
