"""What is asked about a pack, and what people write into it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.board import pack_page, pack_words, questions
from governance.board.models import BoardPack
from governance.together.models import Decision, Position
from portal.people.models import Unit
from risks.forms import choices
from risks.forms.risk import Answers
from risks.models import Incident


class OpenPackForm(Answers):
    """A pack for whom, over which days."""

    template = forms.ChoiceField(label=_("For whom?"), choices=BoardPack.Template)
    unit = choices.UnitField(label=_("Of which part of the organisation?"))
    period_from = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    period_to = forms.DateField(label=_("To, that day included"), widget=forms.DateInput(attrs={"type": "date"}))
    incident = forms.ModelChoiceField(
        label=_("About which incident?"), queryset=Incident.objects.none(), required=False, empty_label=_("None")
    )
    numbers_of = forms.ModelChoiceField(
        label=_("With the numbers of which pack?"),
        help_text=_("Then place and days are those of that pack."),
        queryset=BoardPack.objects.none(),
        required=False,
        empty_label=_("Numbers of today"),
    )

    def __init__(self, *args: Any, user: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["unit"].queryset = Unit.objects.visible_to(user).filter(archived_at=None)
        self.fields["incident"].queryset = Incident.objects.visible_to(user).current().filter(is_confidential=False).order_by("-pk")
        self.fields["numbers_of"].queryset = pack_page.listed(user)


class BlockForm(Answers):
    """One block more."""

    source = forms.ChoiceField(label=_("Which block?"))
    decision = forms.ModelChoiceField(
        label=_("A decision: which one?"), queryset=Decision.objects.none(), required=False, empty_label=_("None")
    )
    position = forms.ModelChoiceField(
        label=_("A dissent: which one?"), queryset=Position.objects.none(), required=False, empty_label=_("None")
    )

    def __init__(self, *args: Any, pack: BoardPack, user: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["source"].choices = pack_page.offered(pack)
        self.fields["decision"].queryset = pack_page.decisions_to_ask(user)
        self.fields["position"].queryset = pack_page.dissents(user)
        self.fields["position"].label_from_instance = lambda one: f"{one.decision}: {one.signature.signed_by}"


class BlockWordsForm(Answers):
    text = forms.CharField(
        label=_("What is to be said?"),
        max_length=pack_words.LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class QuestionForm(Answers):
    text = forms.CharField(
        label=_("What do you want to know?"),
        max_length=questions.LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AnswerForm(Answers):
    text = forms.CharField(
        label=_("What do both of you say?"),
        help_text=_("Whoever changes these words asks for both signatures again."),
        max_length=questions.LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class VerifyForm(Answers):
    """A file, or the hash of one."""

    file = forms.FileField(label=_("Which file?"), required=False)
    sha256 = forms.RegexField(
        r"^[0-9a-fA-F]{64}$",
        label=_("Or its SHA-256"),
        required=False,
        error_messages={"invalid": _("A SHA-256 has 64 digits from 0 to f.")},
    )

    def clean_sha256(self) -> str:
        return self.cleaned_data["sha256"].lower()

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.errors and not given.get("file") and not given.get("sha256"):
            self.add_error("file", _("Choose a file, or give its hash."))
        return given
