"""Where the answer of a what-if can be carried: rooms offer a form that begins with it. What is kept is kept by their own verbs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from risks.supposed import Answer


@dataclass(frozen=True, slots=True)
class Way:
    """A form by the words of its link, who may open it, and its address for an answer."""

    words: Any
    permission: str
    address: Callable[[Answer], str]


_ways: list[Way] = []


def offer(words: Any, permission: str, address: Callable[[Answer], str]) -> None:
    """Called once a room is ready."""
    _ways.append(Way(words, permission, address))


def ways(user: Any, answer: Answer | None) -> list[tuple[str, str]]:
    """(words, address) of the forms that `user` may open."""
    return [(str(way.words), way.address(answer)) for way in _ways if answer is not None and user.has_perm(way.permission)]


def as_treatment(answer: Answer) -> str:
    asked = answer.question
    said = {"title": asked.title, "reason": answer.sentence, "due_on": asked.from_day.isoformat()}
    if asked.cost is not None:
        said["cost"] = str(asked.cost)
    return f"{reverse('risks:treatment-new', args=[answer.risk.pk])}?{urlencode(said)}"


offer(_("Carry it into a treatment"), "risks.change_treatment", as_treatment)
