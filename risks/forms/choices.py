"""What the fields of these forms offer."""

from dataclasses import dataclass
from functools import cached_property

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from assets.models import Asset
from portal.people.models import Unit, User
from portal.web.widgets import Scale
from risks import meanings, wording
from risks.owning import owners

ENOUGH_TO_GUESS = 20


def units():
    """Every place of the organisation: something may be noticed anywhere."""
    return Unit.objects.filter(archived_at=None)


def people():
    """Everybody who may be named on a risk."""
    return User.objects.filter(is_active=True, is_service=False).order_by("name", "pk")


@dataclass
class Offered:
    """The places and people that the forms of one page offer, read once however many of its fields show them."""

    @cached_property
    def places(self):
        return [(unit.pk, indented(unit)) for unit in units()]

    @cached_property
    def owners(self):
        return list(owners().values_list("pk", "name"))


def indented(unit):
    """A unit's name, shown with its depth in the tree."""
    return "\u2003" * (unit.path.count("/") - 2) + unit.name


class UnitField(forms.ModelChoiceField):
    """One place of the tree, shown with its depth."""

    def __init__(self, **options):
        super().__init__(**{"queryset": units(), "empty_label": None} | options)

    def label_from_instance(self, unit):
        return indented(unit)


def _numbered(words):
    return [(level, str(word)) for level, word in words.items()]


likelihoods = lazy(lambda: _numbered(wording.LIKELIHOODS), list)
impacts = lazy(lambda: _numbered(wording.IMPACTS), list)
areas = lazy(lambda: [("", _("In what?")), *((area, str(word).capitalize()) for area, word in wording.AREAS.items())], list)


def strip(label, words, scale, *, required=False):
    """A scale of levels as one strip, with what they mean here below; what need not be judged may stay open."""
    meant = " · ".join(f"{level}: {phrase}" for level, phrase in meanings.in_words(scale).items())

    def offered():
        return words() if required else [("", _("Open")), *words()]

    return forms.TypedChoiceField(
        label=label, help_text=meant, choices=offered, coerce=int, empty_value=None, required=required, widget=Scale
    )


def meant_asset(text, user):
    """The visible asset of that number or name, or the only one whose name begins so; ValidationError where none or many do."""
    text = text.strip()
    if not text:
        return None
    current = Asset.objects.visible_to(user).current()
    exact = current.filter(number__iexact=text.split()[0]).first() or current.filter(name__iexact=text).first()
    if exact is not None:
        return exact
    begin = list(current.filter(name__istartswith=text).order_by("name", "pk")[:ENOUGH_TO_GUESS])
    if len(begin) == 1:
        return begin[0]
    if not begin:
        raise forms.ValidationError(_("No asset you may see starts with %(text)s. Leave it empty, or look it up.") % {"text": text})
    many = _("%(count)s assets start with %(text)s. Pick one, or leave it empty.")
    raise forms.ValidationError(many % {"count": len(begin), "text": text})
