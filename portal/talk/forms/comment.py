"""What somebody says about a subject, and who shall hear of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.errors import Invalid
from portal.people.models import User
from portal.talk import comments, hearing
from portal.talk.models import Comment
from portal.talk.places import Place
from portal.told import row_keys


class PeopleField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, person: User) -> str:
        return person.name


class CommentForm(forms.Form):
    """The people offered are those who may open the subject; `who` finds others among them by name."""

    text = forms.CharField(
        label=_("What do you want to say?"),
        max_length=comments.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write something.")},
    )
    mentions = PeopleField(
        label=_("Who shall hear of it?"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose among the people offered: others may not open this.")},
    )
    answers = forms.IntegerField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, place: Place, user: User, words: str = "", comment: Comment | None = None, **options: Any):
        if comment is not None:
            chosen = [one.pk for one in comment.mentions.all()]
            options["initial"] = {"text": comment.text, "mentions": chosen, "version": comment.version}
        super().__init__(*args, **{"auto_id": "talk_%s"} | options)
        told = self.data.getlist("mentions") if self.is_bound else (options.get("initial") or {}).get("mentions", [])
        picked = row_keys(told)
        self.chosen = picked
        self.people = hearing.offered(place, user, words, picked)
        self.fields["mentions"].queryset = User.objects.visible_to(user).filter(pk__in=[one.pk for one in self.people])
        self.fields["mentions"].choices = [(one.pk, one.name) for one in self.people]

    def clean_mentions(self) -> list[int]:
        return [person.pk for person in self.cleaned_data["mentions"]]

    def take(self, error: Invalid) -> None:
        for name, sentences in error.fields.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, str(sentence))
