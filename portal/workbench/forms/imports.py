"""What is asked when a sheet is brought, and what each of its columns is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Invalid
from portal.people.models import Unit, User
from portal.workbench import importable, imports
from portal.workbench.mapping import DAY_ORDER, is_our_own
from portal.workbench.models import SheetImport

ON_PURPOSE = "-"


class Telling:
    """A form that shows what a rule refused beside the field it means."""

    def take(self, error: Invalid) -> None:
        for name, sentences in error.fields.items():
            for sentence in sentences:
                place = self.place_of(name)
                self.add_error(place if place in self.fields else None, str(sentence))
        if not error.fields:
            self.add_error(None, str(error))

    def place_of(self, name: str) -> str:
        return name


class PlaceField(forms.ModelChoiceField):
    def label_from_instance(self, unit: Unit) -> str:
        return "\u2003" * (unit.path.count("/") - 2) + unit.name


class SheetForm(Telling, forms.Form):
    """One sheet of one source."""

    file = forms.FileField(
        label=gettext_lazy("Which sheet?"),
        allow_empty_file=True,  # the reader says what is wrong with an empty one
        help_text=gettext_lazy("Excel (.xlsx) or CSV, up to 40 MB; its first row names the columns. Nothing is written yet."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("What stands in its rows?"))
    source = forms.CharField(
        label=gettext_lazy("Where does it come from?"),
        max_length=imports.LONGEST_SOURCE,
        help_text=gettext_lazy("The same name each time, such as risk-register-finance: its columns and rows are known again."),
    )
    unit = PlaceField(
        label=gettext_lazy("Where do rows belong that name no unit?"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=gettext_lazy("Every row names one"),
    )

    def __init__(self, *args: Any, user: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["kind"].choices = [(one.kind, str(one.subject.plural).capitalize()) for one in importable.kinds_for(user)]
        self.fields["unit"].queryset = Unit.objects.visible_to(user).filter(archived_at=None)
        if not self.is_bound:
            self.initial["unit"] = user.unit_id

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.BROWSER_UPLOAD_LIMIT:
            raise forms.ValidationError(_("This file is larger than 40 MB. Split the sheet and import one part after the other."))
        return file


@dataclass
class Line:
    """One column on the mapping page."""

    column: Mapping[str, Any]
    field: forms.BoundField
    note: str


class AskedField(forms.ChoiceField):
    """Marked as needed, but left to the rule: whether it is, follows from the columns."""

    def validate(self, value: str) -> None:
        if value:
            super().validate(value)


class MappingForm(Telling, forms.Form):
    """A choice for each column, the questions that follow from the choices, and names to confirm."""

    use_required_attribute = False

    def __init__(self, one: SheetImport, data: Any = None):
        super().__init__(data)
        self.one, self.kind = one, importable.as_defined(one.kind)
        offered = [
            ("", _("Choose what it is")),
            (ON_PURPOSE, _("Ignore on purpose")),
            *((field.name, str(field.label)) for field in self.kind.fields),
        ]
        for place, column in enumerate(one.columns):
            field = forms.ChoiceField(label=column["name"], choices=offered, required=False, initial=self._guess(column))
            self.fields[f"column-{place}"] = field
        for question in self._questions():
            nothing = _("Every row says it") if not question.required else _("Choose one")
            few = len(question.options) < 3
            self.fields[f"ask-{question.name}"] = AskedField(
                label=question.label,
                help_text=question.help,
                choices=[*([] if few else [("", nothing)]), *question.options],
                widget=forms.RadioSelect if few else forms.Select,
                required=question.required,
                initial=one.choices.get(question.name) or self._read_off(question),
            )
        if one.suggestions:
            people = User.objects.visible_to(one.started_by).in_bulk(list(one.suggestions.values()))
            asked = sorted(name for name in set(one.suggestions) - set(one.confirmed) if one.suggestions[name] in people)
            self.fields["confirmed"] = forms.MultipleChoiceField(
                label=_("Known by name alone: are these the ones that are meant?"),
                choices=[(name, f"{people[one.suggestions[name]]}, {people[one.suggestions[name]].email}") for name in asked],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )

    @property
    def lines(self) -> list[Line]:
        return [Line(column, self[f"column-{place}"], self._note(column)) for place, column in enumerate(self.one.columns)]

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith("column-")]

    @property
    def columns(self) -> dict[str, str]:
        """By column name what was chosen; what was not chosen is left out."""
        chosen = {column["name"]: self.cleaned_data[f"column-{place}"] for place, column in enumerate(self.one.columns)}
        return {name: "" if told == ON_PURPOSE else told for name, told in chosen.items() if told}

    @property
    def choices(self) -> dict[str, str]:
        return {name[4:]: told for name, told in self.cleaned_data.items() if name.startswith("ask-") and told}

    @property
    def confirmed_names(self) -> list[str]:
        return self.cleaned_data.get("confirmed", [])

    def place_of(self, name: str) -> str:
        names = [column["name"] for column in self.one.columns]
        return f"column-{names.index(name)}" if name in names else f"ask-{name}"

    def _questions(self) -> list[importable.Question]:
        """Those that the choices so far ask for; another one comes up with the answer to the form."""
        places = range(len(self.one.columns))
        told = {self.data.get(f"column-{place}") or "" for place in places} if self.is_bound else set()
        told |= {self._guess(column) for column in self.one.columns}
        asked = self.kind.asked(told)
        return [*asked, DAY_ORDER] if any(column["has_ambiguous_days"] for column in self.one.columns) else asked

    def _guess(self, column: Mapping[str, Any]) -> str:
        if column["name"] in self.one.mapping:
            return self.one.mapping[column["name"]] or ON_PURPOSE
        return ON_PURPOSE if column["guess"] == "" else column["guess"] or ""

    def _note(self, column: Mapping[str, Any]) -> str:
        if column["guess"] and not column["is_sure"] and column["name"] not in self.one.mapping:
            return _("“%(name)s” looks like “%(label)s”. Say whether it is.") % {
                "name": column["name"],
                "label": self.kind.field(column["guess"]).label,
            }
        return ""

    def _read_off(self, question: importable.Question) -> str:
        """The order of days that the sheet itself shows; what we mean ourselves by the words of a file of ours."""
        if question.ours and is_our_own(self.one.columns):
            return question.ours
        name = question.name
        orders = {column["day_order"] for column in self.one.columns} - {""}
        return orders.pop() if name == DAY_ORDER.name and len(orders) == 1 else ""
