"""The charter as one form, a line an area; a wish; a handover."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.together import ownership
from governance.together.models import Office, OwnershipWish, Part
from governance.together.ownership import Area, Words
from risks.forms.risk import Answers
from risks.models import Risk

EMPTY_LINES = 3
ASKED = ("name", "about", *(office.lower() for office in Office.values), "categories")


def _text(label, hint=""):
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, help_text=hint, required=False, max_length=ownership.LONGEST_TEXT, widget=widget)


class CharterForm(Answers):
    who_decides = _text(_("Who decides what?"), _("One clause a line."))
    speakers = _text(_("Who speaks, about what?"), _("One subject a line."))
    key_messages = _text(_("What do both say?"), _("One message a line."))
    reason = _text(_("Why this charter?"))

    def __init__(self, *args, areas=(), **options):
        super().__init__(*args, **options)
        self.lines = range(1, min(len(areas) + EMPTY_LINES, ownership.MOST_AREAS) + 1)
        self.keys = {number: areas[number - 1].key for number in self.lines if number <= len(areas)}
        for number in self.lines:
            self._ask(number, areas[number - 1] if number <= len(areas) else None)

    def _ask(self, number, known):
        letters = [("", "–"), *((part.value, part.value) for part in Part)]
        fields = {
            "name": forms.CharField(label=_("Area %d") % number, max_length=ownership.LONGEST_NAME),
            "about": forms.CharField(label=_("What belongs to it"), max_length=ownership.LONGEST_ABOUT),
            "categories": forms.MultipleChoiceField(
                label=_("Risks of it"), choices=Risk.Category.choices, widget=forms.CheckboxSelectMultiple
            ),
        }
        fields |= {office.value.lower(): forms.ChoiceField(label=office.label, choices=letters) for office in Office}
        first = {}
        if known:
            first = {"name": known.name, "about": known.about, "categories": known.risk_categories}
            first |= {office.lower(): part for office, part in known.parts.items()}
        for name in ASKED:
            fields[name].required = False
            fields[name].initial = first.get(name)
            self.fields[f"{name}_{number}"] = fields[name]

    @property
    def rows(self):
        """The bound fields, line by line."""
        return [[self[f"{name}_{number}"] for name in ASKED] for number in self.lines]

    @property
    def beside(self):
        return [self[name] for name in ("who_decides", "speakers", "key_messages", "reason")]

    @property
    def written(self):
        """The areas that have a name, and the words beside them. An area keeps its key when it is called otherwise."""
        said = self.cleaned_data
        areas = [
            Area(
                said[f"name_{one}"],
                {office: said[f"{office.lower()}_{one}"] for office in Office.values},
                said[f"about_{one}"],
                tuple(said[f"categories_{one}"]),
                self.keys.get(one, ""),
            )
            for one in self.lines
            if said[f"name_{one}"].strip()
        ]
        return areas, Words(said["who_decides"], said["speakers"], said["key_messages"], said["reason"])


class WishForm(Answers):
    area = forms.SlugField(widget=forms.HiddenInput, max_length=60)
    office = forms.ChoiceField(choices=Office, widget=forms.HiddenInput)
    stance = forms.ChoiceField(label=_("What would your office like?"), choices=OwnershipWish.Stance)


class HandoverForm(Answers):
    area = forms.SlugField(widget=forms.HiddenInput, max_length=60)
    to_office = forms.ChoiceField(choices=Office, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why?"), max_length=1000, required=False)
