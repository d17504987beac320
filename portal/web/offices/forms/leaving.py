"""Who takes what when somebody leaves."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.people.holdings import Held, Way
from portal.people.leaving import Choices
from portal.people.models import User
from portal.web.named import Named, NameField


class HandOverForm(forms.Form):
    """One successor a group, another one for single rows, and the state that was on the screen. Fields are named by the keys of
    the groups: "assets" and "assets.17"; people are named by typing, over one list for all fields."""

    state = forms.CharField(widget=forms.HiddenInput)
    seen = forms.BooleanField(label=gettext_lazy("I have seen what passes to whom; the account closes with it."))

    def __init__(self, *args: Any, held: Sequence[Held], people: Iterable[User], may_give_roles: bool, **options: Any):
        super().__init__(*args, **options)
        self.held, self.named = held, Named(people)
        for each in held:
            group = each.group
            if group.way is Way.SUCCESSOR:
                self.fields[group.key] = self._chooser(_("Who takes these over?"), required=each.hidden > 0)
                for row in each.rows:
                    label = _("Who takes %s?") % row.label
                    self.fields[f"{group.key}.{row.pk}"] = self._chooser(label, empty=_("as the others"))
            elif group.way is Way.OFFER and may_give_roles:
                self.fields[group.key] = self._chooser(_("Who gets the same?"), empty=_("nobody"))
            elif group.way is Way.ASK:
                self.fields[group.key] = forms.BooleanField(label=_("Let them end as well"), required=False)

    def _chooser(self, label: str, *, empty: str = "", required: bool = False) -> NameField:
        missing = {"required": _("Choose who takes these over.")}
        return NameField(self.named, label=label, empty=empty, required=required, error_messages=missing)

    @cached_property
    def groups(self) -> list[dict[str, Any]]:
        """What the page shows of each group: the group, its field, its rows with theirs, and whether one of these is wrong."""
        return [self._group(each) for each in self.held]

    def _group(self, each: Held) -> dict[str, Any]:
        rows = [(row, self._field(each, row)) for row in each.rows]
        return {
            "held": each,
            "field": self[each.group.key] if each.group.key in self.fields else None,
            "rows": rows,
            "rows_wrong": any(field is not None and field.name in self.errors for _row, field in rows),
        }

    def _field(self, held: Held, row: Any) -> Any:
        name = f"{held.group.key}.{row.pk}"
        return self[name] if name in self.fields else None

    def choices(self) -> Choices:
        said = self.cleaned_data
        by_group, by_row, let_end = {}, {}, set()
        for each in self.held:
            key = each.group.key
            if each.group.way is Way.ASK and said.get(key):
                let_end.add(key)
            elif said.get(key) and each.group.way is not Way.ASK:
                by_group[key] = said[key]
            for row in each.rows:
                if said.get(f"{key}.{row.pk}"):
                    by_row[key, row.pk] = said[f"{key}.{row.pk}"]
        return Choices(by_group, by_row, frozenset(let_end))
