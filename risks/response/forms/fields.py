"""What the forms of response ask for in more than one place."""

from django import forms
from django.utils.translation import gettext as _

from portal import subjects
from portal.web.api.fields import has_field

MOMENT = "%Y-%m-%dT%H:%M"
MOST = 100


def moment(label, hint="", *, required=False):
    """A day and a time in the reader's zone."""
    return forms.DateTimeField(
        label=label,
        help_text=hint,
        required=required,
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
    )


def words(label, hint="", *, required=False, most=10_000, rows=3):
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=most, widget=forms.Textarea(attrs={"rows": rows})
    )


class Numbers(forms.CharField):
    """Things by their numbers, parted by spaces or commas: those of a kind that the reader may open. The form calls `for_user`."""

    def __init__(self, kind, **options):
        super().__init__(**{"required": False, "max_length": 1500} | options)
        self.kind, self.user = kind, None

    def prepare_value(self, value):
        return value if isinstance(value, str) or value is None else " ".join(row.number for row in value)

    def clean(self, value):
        told = list(dict.fromkeys(super().clean(value).upper().replace(",", " ").split()))
        if not told:
            return []
        if len(told) > MOST:
            raise forms.ValidationError(_("Name at most %d.") % MOST)
        rows = subjects.of_kind(self.kind).visible_to(self.user).filter(number__in=told)
        if has_field(rows.model, "archived_at"):
            rows = rows.filter(archived_at=None)
        found = {row.number: row for row in rows}
        if missing := [number for number in told if number not in found]:
            raise forms.ValidationError(_("There is no %(number)s that you may open.") % {"number": missing[0]})
        return [found[number] for number in told]
