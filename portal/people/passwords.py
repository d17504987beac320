"""Words that come to mind first here: the organisation's own name and the portal's. A password is more than these."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.people import organisations

OURS = ("concord", "password", "passwort", "welcome", "portal", "admin", "security")
SHORTEST_WORD = 4
LETTERS_BESIDE = 6


class NotOfOurWords:
    """Refuses a password of such words, digits and signs with hardly a letter beside: Verrow-2026! and its like."""

    def validate(self, password: str, user: Any = None) -> None:
        left = password.lower()
        for word in sorted(_words(), key=len, reverse=True):
            left = left.replace(word, "")
        if left != password.lower() and sum(letter.isalpha() for letter in left) < LETTERS_BESIDE:
            raise ValidationError(self.get_help_text(), code="password_of_our_words")

    def get_help_text(self) -> str:
        return _("Do not make it of the names of the organisation or the portal; add words that only you would choose.")


def _words() -> set[str]:
    organisation = organisations.current()
    named = re.findall(r"\w+", organisation.name.lower()) if organisation else []
    return {*OURS, *(word for word in named if len(word) >= SHORTEST_WORD)}
