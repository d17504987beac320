"""Plans, versions and plans at work with all that the API shows of them, in a constant number of queries."""

from typing import Any

from django.db.models import F, Prefetch, QuerySet

from assets.models import Asset
from risks.models import ActivationMark, PlanContact, Risk
from risks.response import activation_book, exercise_book, plan_book


def with_content(versions: QuerySet) -> QuerySet:
    """Versions with their actions, contacts (no private number) and clocks."""
    contacts = PlanContact.objects.annotate(below_place=F("below__place"))
    return versions.prefetch_related(None).prefetch_related("actions", Prefetch("contacts", contacts), "clocks")


def with_links(user: Any) -> QuerySet:
    """The plans `user` may open with the risks and assets they may open."""
    return plan_book.of_user(user).prefetch_related(
        Prefetch("risks", Risk.objects.visible_to(user)), Prefetch("assets", Asset.objects.visible_to(user))
    )


def at_work(user: Any) -> QuerySet:
    """Activations with their log and clocks."""
    marks = ActivationMark.objects.order_by("pk")
    return activation_book.of_user(user).prefetch_related(Prefetch("marks", marks), "plan_version__clocks__person")


def exercises(user: Any) -> QuerySet:
    """Exercises with what is fed in and what they found."""
    return exercise_book.of_user(user).prefetch_related("injects", Prefetch("findings", exercise_book.findings_of(user)))
