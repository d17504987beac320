"""The filters of the register as a form above it."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from risks import wording
from risks.filters import NO_BAND
from risks.forms import choices
from risks.models import Levels, Risk

ANY = gettext_lazy("any")


def _any(words):
    return lambda: [("", ANY), *(words() if callable(words) else words)]


def _bands():
    return [*reversed([(key, str(word)) for key, word in wording.BANDS.items()]), (NO_BAND, _("Not enough data"))]


class FilterForm(forms.Form):
    """Each field is a name in the address; `said` puts a set filter into words."""

    q = forms.CharField(label=gettext_lazy("Find"), required=False, widget=forms.SearchInput)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("open", gettext_lazy("open")), ("closed", gettext_lazy("closed")), ("all", gettext_lazy("open and closed"))],
    )
    band = forms.ChoiceField(label=gettext_lazy("Band"), required=False, choices=_any(_bands))
    unit = choices.UnitField(label=gettext_lazy("Where"), required=False, empty_label=ANY)
    category = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, choices=_any(Risk.Category.choices))
    owner = forms.ChoiceField(label=gettext_lazy("Owner"), required=False)
    acceptance = forms.ChoiceField(
        label=gettext_lazy("Acceptance"),
        required=False,
        choices=_any([("expired", gettext_lazy("expired")), ("in_force", gettext_lazy("in force"))]),
    )
    group = forms.ChoiceField(
        label=gettext_lazy("Group"),
        required=False,
        choices=[("", gettext_lazy("by band")), ("none", gettext_lazy("no groups"))],
    )

    WORDS = {
        "units": gettext_lazy("Where"),
        "likelihood": gettext_lazy("Likelihood"),
        "impact": gettext_lazy("Impact"),
        "stage": gettext_lazy("Stage"),
        "above_tolerance": gettext_lazy("Above tolerance"),
        "safety": gettext_lazy("Safety lane"),
        "differ": gettext_lazy("Where we differ"),
        "came_true": gettext_lazy("Came true"),
        "review": gettext_lazy("Review"),
        "moved_since": gettext_lazy("Moved since"),
        "logged_since": gettext_lazy("Logged since"),
        "asset": gettext_lazy("Asset"),
    }

    @classmethod
    def over(cls, book, request, offered):
        """The form filled with what the address of `book` asks for."""
        asked = book.filters
        form = cls(
            {
                "q": asked.q,
                "state": asked.state,
                "band": asked.band,
                "unit": asked.unit,
                "category": asked.category,
                "owner": asked.owner,
                "acceptance": asked.acceptance,
                "group": request.GET.get("group", ""),
            },
            auto_id="filter_%s",  # the form beside the list asks for some of the same
        )
        form.fields["unit"].choices = [("", ANY), *offered.places]
        people = [(str(pk), name) for pk, name in offered.owners]
        form.fields["owner"].choices = [("", ANY), ("me", _("me")), ("none", _("nobody")), *people]
        form.asked = asked
        form.kept = [
            (name, request.GET[name]) for name in ("sort", *cls.WORDS) if request.GET.get(name) and name not in form.fields
        ]
        return form

    def said(self, name):
        """(label, value) of a set filter in words."""
        value = getattr(self.asked, name)
        if name in self.fields:
            words = {str(key): str(label).strip() for key, label in getattr(self.fields[name], "choices", ())}
            return self.fields[name].label, words.get(str(value), str(value))
        return self.WORDS[name], self._word(name, value)

    def _word(self, name, value):
        if name == "likelihood":
            return f"{value} {wording.LIKELIHOODS[value]}"
        if name == "impact":
            return f"{value} {wording.IMPACTS[value]}"
        if name == "stage":
            return Levels.Stage(value).label
        if name == "units":
            names = {str(key): str(label).strip() for key, label in self.fields["unit"].choices}
            return ", ".join(names.get(str(pk), str(pk)) for pk in value)
        if name == "review":
            return _("late") if value == "overdue" else _("due soon")
        return _("only") if value is True else str(value)
