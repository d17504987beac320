"""The family tree of errors.

ConcordError
├── Refused       a rule said no: 409
│   └── Stale     somebody saved in between: 412
└── Invalid       wrong input, told by field: 422

Missing is Django's Http404, a closed door its PermissionDenied. An app's errors.py names the situation; every message is
one sentence for the person who sees it and says what to do next.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise

Sentence = str | Promise


class ConcordError(Exception):
    """Something a person can answer; `sentence` is what they read."""

    sentence: Sentence = ""
    code = "refused"
    status = 400

    def __init__(self, sentence: Sentence = "", **facts: Any):
        super().__init__(sentence or self.sentence)
        if sentence:
            self.sentence = sentence
        self.facts = facts

    def __str__(self) -> str:
        return str(self.sentence)


class Refused(ConcordError):
    """A rule said no; nothing was changed."""

    status = 409


class Stale(Refused):
    """Somebody else saved while this was being written; `facts` may hold both values by field."""

    code = "stale"
    status = 412


class Invalid(ConcordError):
    """Wrong input; `fields` maps a field's name to its sentences, "" is the whole."""

    code = "invalid"
    status = 422

    def __init__(self, sentence: Sentence = "", fields: Mapping[str, Sequence[Sentence]] | None = None, **facts: Any):
        super().__init__(sentence, **facts)
        self.fields = dict(fields or {})
