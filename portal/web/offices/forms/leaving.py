"""Who takes what when somebody leaves."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.people.holdings import Held, Way
from portal.people.leaving import Choices
from portal.people.models import User

NOBODY = gettext_lazy("choose")


class HandOverForm(forms.Form):
    """One successor a group, another one for single rows, and the state that was on the screen. Fields are named by the keys of
    the groups: "assets" and "assets.17"."""

    state = forms.CharField(widget=forms.HiddenInput)
    seen = forms.BooleanField(label=gettext_lazy("I have seen what passes to whom; the account closes with it."))

    def __init__(self, *args: Any, held: Sequence[Held], people: Sequence[User], may_give_roles: bool, **options: Any):
        super().__init__(*args, **options)
        self.held, self.people = held, {user.pk: user for user in people}
        named = [(user.pk, user.name) for user in people]
        for each in held:
            group = each.group
            if group.way is Way.SUCCESSOR:
                self.fields[group.key] = self._chooser([("", NOBODY), *named], _("Who takes these over?"), each.hidden > 0)
                for row in each.rows:
                    name = f"{group.key}.{row.pk}"
                    self.fields[name] = self._chooser([("", _("as the others")), *named], _("Who takes %s?") % row.label)
            elif group.way is Way.OFFER and may_give_roles:
                self.fields[group.key] = self._chooser([("", _("nobody")), *named], _("Who gets the same?"))
            elif group.way is Way.ASK:
                self.fields[group.key] = forms.BooleanField(label=_("Let them end as well"), required=False)

    def _chooser(self, choices: list, label: str, required: bool = False) -> forms.TypedChoiceField:
        missing = {"required": _("Choose who takes these over.")}
        return forms.TypedChoiceField(
            label=label, choices=choices, required=required, coerce=int, empty_value=None, error_messages=missing
        )

    @cached_property
    def groups(self) -> list[dict[str, Any]]:
        """What the page shows of each group: the group, its field, and its rows with theirs."""
        return [
            {
                "held": each,
                "field": self[each.group.key] if each.group.key in self.fields else None,
                "rows": [(row, self._field(each, row)) for row in each.rows],
            }
            for each in self.held
        ]

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
                by_group[key] = self.people[said[key]]
            for row in each.rows:
                if said.get(f"{key}.{row.pk}"):
                    by_row[key, row.pk] = self.people[said[f"{key}.{row.pk}"]]
        return Choices(by_group, by_row, frozenset(let_end))
