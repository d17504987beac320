"""What the names in a sheet mean: people, units, and whatever else a kind looks up; each name once, however many rows hold it."""

from collections.abc import Callable, Hashable
from typing import Any

from django.utils.translation import gettext as _

from portal.people.models import Unit, User
from portal.workbench.errors import Unfit

MOST_REMEMBERED = 20_000


class Resolved:
    """Answers that were found before, and refusals too; forgets everything when it grows too large."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}

    def get(self, key: Hashable, find: Callable[[], Any]) -> Any:
        """What `find()` gave for `key`; an Unfit it raised is raised again."""
        if key not in self._known:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            try:
                self._known[key] = find()
            except Unfit as refusal:
                self._known[key] = refusal
        found = self._known[key]
        if isinstance(found, Unfit):
            raise found
        return found


def person(text: str, terms: Any) -> User:
    """Somebody by e-mail; by name only where that was confirmed. Raises Unfit, with the suggestion where there is just one."""
    name = " ".join(text.split())
    return terms.known.get(("person", name.casefold()), lambda: _person(name, terms))


def _person(name: str, terms: Any) -> User:
    everybody = User.objects.visible_to(terms.actor).filter(is_service=False)
    people = everybody.filter(is_active=True)
    if "@" in name:  # somebody who left may stand there already; the rules of the kind say who may be named anew
        found = everybody.filter(email__iexact=name.rstrip(">").rsplit("<", 1)[-1].strip()).first()
        if found is None:
            raise Unfit(_("Nobody here has this e-mail. Write that of somebody with an account, or leave it empty."))
        return found
    named = list(people.filter(name__iexact=name)[:2])
    if not named:
        raise Unfit(_("Nobody here has this name. Write the e-mail, or leave it empty."))
    if len(named) > 1:
        raise Unfit(_("Several people have this name. Write the e-mail of the one you mean."))
    if terms.confirmed.get(name.casefold()) == named[0].pk:
        return named[0]
    raise Unfit(
        _("Is this %(email)s? Confirm the name with the mapping, or write the e-mail.") % {"email": named[0].email},
        name,
        named[0].pk,
    )


def unit(text: str, terms: Any) -> Unit:
    """A unit by its name, or by its path as in "Verrow / Northfield". Raises Unfit."""
    name = " ".join(text.split())
    return terms.known.get(("unit", name.casefold()), lambda: _unit(name, terms))


def _unit(name: str, terms: Any) -> Unit:
    parts = [part.strip().casefold() for part in name.replace("›", "/").replace(">", "/").split("/")]
    units = Unit.objects.visible_to(terms.actor).filter(archived_at=None).select_related("parent", "head")
    named = [one for one in units.filter(name__iexact=parts[-1]) if len(parts) == 1 or _stands_below(one, parts[:-1])]
    if len(named) == 1:
        return named[0]
    if named:
        raise Unfit(_("Several units have this name. Write the unit above it too, as in “Verrow / Northfield”."))
    raise Unfit(_("There is no such unit. Write its name as in the tree of units."))


def _stands_below(one: Unit, above: list[str]) -> bool:
    return one.parent is not None and one.parent.name.casefold() == above[-1]
