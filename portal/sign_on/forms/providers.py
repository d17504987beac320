"""What is asked of an identity provider, and of a rule."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.errors import Invalid
from portal.people.models import Unit
from portal.sign_on import role_rules


class Told(forms.Form):
    """A form that takes a refusal's sentences to its fields."""

    def take(self, error: Invalid) -> None:
        for name, sentences in error.fields.items():
            self.add_error(name if name in self.fields else None, [str(one) for one in sentences])


class ChangeForm(Told):
    name = forms.CharField(
        label=_("What do people call it?"), max_length=80, help_text=_("Stands on the button of the sign-in page.")
    )
    issuer = forms.CharField(label=_("Issuer"), max_length=500, help_text=_("As in https://login.example.com/concord."))
    client_id = forms.CharField(label=_("Client id"), max_length=200)
    secret = forms.CharField(label=_("Secret"), max_length=400, required=False, widget=forms.PasswordInput)
    groups_claim = forms.CharField(label=_("Claim that names the groups"), max_length=80, initial="groups")
    proves_addresses = forms.BooleanField(
        label=_("Every address that it names is proven"),
        required=False,
        help_text=_("Only where people cannot write their own address there; else it must say email_verified."),
    )
    makes_accounts = forms.BooleanField(label=_("Who is unknown here gets an account"), required=False)
    unit = forms.ModelChoiceField(label=_("In which unit?"), queryset=Unit.objects.none(), required=False)

    def __init__(self, *args: Any, user: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["unit"].queryset = Unit.objects.visible_to(user).filter(archived_at=None).order_by("path")


class SettingsForm(ChangeForm):
    """Of one that is there: the secret stays unless another one is given."""

    is_required = forms.BooleanField(
        label=_("People sign in by it alone"),
        required=False,
        help_text=_("Administrators keep their password, so that a provider that fails locks nobody out for good."),
    )

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["secret"].help_text = _("Leave it empty to keep the one that is there.")


class NewForm(ChangeForm):
    key = forms.CharField(
        label=_("Key"), max_length=40, help_text=_("Small letters; stands in the address it sends people back to.")
    )
    secret = forms.CharField(label=_("Secret"), max_length=400, widget=forms.PasswordInput)
    field_order = ("key", "name", "issuer", "client_id", "secret")


class RuleForm(Told):
    group = forms.CharField(label=_("Who is in the group"), max_length=200)
    role = forms.ChoiceField(label=_("acts as"), choices=role_rules.BY_GROUP)
    unit = forms.ModelChoiceField(label=_("for"), queryset=Unit.objects.none())

    def __init__(self, *args: Any, user: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["unit"].queryset = Unit.objects.visible_to(user).filter(archived_at=None).order_by("path")
