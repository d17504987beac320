"""Somebody named by typing, in many rows of one page: one list for all of them, a plain input in each."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from portal.people.models import User

LONGEST = 320


class Named:
    """Those who may be named, each by one word that is theirs alone: the name; where several bear it, with the unit, then with
    the number of the account. `besides` are other answers by their words, such as seats. The list's address on the page is
    `list_id`."""

    list_id = "people"

    def __init__(self, people: Iterable[User], besides: Mapping[str, Any] | None = None):
        self.people = {person.pk: person for person in people}
        self.besides = dict(besides or {})

    @cached_property
    def _word_of(self) -> dict[int, str]:
        names = Counter(_folded(person.name) for person in self.people.values())
        words = {
            pk: person.name if names[_folded(person.name)] == 1 else f"{person.name}, {person.unit or _('no unit')}"
            for pk, person in self.people.items()
        }
        taken = Counter(map(_folded, [*words.values(), *self.besides]))
        return {pk: word if taken[_folded(word)] == 1 else f"{word} ({pk})" for pk, word in words.items()}

    @property
    def words(self) -> list[str]:
        """What the list offers."""
        return [*self.besides, *self._word_of.values()]

    def word(self, meant: Any) -> str:
        """How `meant` is written in a field; somebody who may not be named any more is told so, and is refused when sent."""
        if isinstance(meant, User):
            return self._word_of.get(meant.pk) or _("%(name)s (no longer to be named)") % {"name": meant.name}
        return next((word for word, value in self.besides.items() if value == meant), "")

    def meant(self, text: str) -> Any:
        """Who or what is meant by a word of the list or by an e-mail address; ValidationError where nobody is, or several are."""
        asked = _folded(text)
        if asked in self._by_word:
            return self._by_word[asked]
        if any(_folded(person.name) == asked for person in self.people.values()):
            raise forms.ValidationError(
                _("Several people are called %(name)s. Choose the one you mean from the list."), "several", {"name": text}
            )
        raise forms.ValidationError(
            _("Nobody who may be named here is called %(name)s. Choose from the list, or write the e-mail address."),
            "nobody",
            {"name": text},
        )

    @cached_property
    def _by_word(self) -> dict[str, Any]:
        by_address = {_folded(person.email): person for person in self.people.values()}
        by_word = {_folded(self._word_of[pk]): person for pk, person in self.people.items()}
        return by_address | by_word | {_folded(word): value for word, value in self.besides.items()}


class NameField(forms.CharField):
    """One of those `named`, as a plain input over the page's one list (components/_named.html); empty is None. A form gives it
    its `named`."""

    def __init__(self, named: Named | None = None, *, empty: str = "", **options: Any):
        attrs = {"list": Named.list_id, "autocomplete": "off"} | ({"placeholder": empty} if empty else {})
        super().__init__(**{"max_length": LONGEST, "widget": forms.TextInput(attrs=attrs)} | options)
        self.named = named or Named(())

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self.named.meant(text) if text else None


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
