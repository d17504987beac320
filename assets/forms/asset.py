"""What is asked about one asset."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets import authority, kinds
from assets.forms import choices
from assets.models import Asset, Supplier
from assets.models.asset import PURDUE_LEVELS

LEVELS = [("", _("not judged")), (1, _("1 Negligible")), (2, _("2 Minor")), (3, _("3 Serious"))]
LEVELS += [(4, _("4 Major")), (5, _("5 Vital"))]


def level(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=LEVELS, required=False, coerce=int, empty_value=None)


def text(name: str, label: Any, **options: Any) -> forms.CharField:
    length = Asset._meta.get_field(name).max_length
    return forms.CharField(label=label, max_length=length, required=False, **options)


class AssetForm(forms.Form):
    """The fields of the inventory that people write; the verbs check them again."""

    name = forms.CharField(label=_("What is it called?"), max_length=200)
    kind = forms.ChoiceField(label=_("What kind of thing is it?"), choices=Asset.Kind.choices)
    unit = choices.UnitField(label=_("Where does it belong?"))
    owner = forms.ModelChoiceField(label=_("Who answers for it?"), queryset=None, required=False, empty_label=_("Nobody yet"))
    lifecycle = forms.ChoiceField(
        label=_("Where is it in its life?"), choices=Asset.Lifecycle.choices, initial="IN_USE", required=False
    )
    supplier = forms.ModelChoiceField(label=_("Who supplies it?"), queryset=None, required=False, empty_label=_("Nobody named"))
    description = forms.CharField(label=_("What does it do?"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    location = text("location", _("Where does it stand?"))
    vendor = text("vendor", _("Who made it?"))
    product = text("product", _("Which product or model?"))
    version_in_use = text("version_in_use", _("Which version or firmware?"))
    serial_number = text("serial_number", _("Which serial number?"))
    fqdn = text("fqdn", _("Which host name?"), help_text=_("In full, such as plc-n2.northfield.verrow.example."))
    ip_address = forms.GenericIPAddressField(label=_("Which IP address?"), required=False)
    mac_address = text("mac_address", _("Which MAC address?"))
    protocols = text("protocols", _("Which protocols does it speak?"), help_text=_("Such as PROFINET, S7."))
    operating_system = text("operating_system", _("Which operating system?"))
    purdue_level = forms.ChoiceField(label=_("Which Purdue level?"), choices=[("", _("none")), *PURDUE_LEVELS], required=False)
    zone = text("zone", _("Which zone?"))
    reachability = forms.ChoiceField(
        label=_("From where can it be reached?"), choices=Asset.Reachability.choices, initial="INTERNAL"
    )
    data_classification = forms.ChoiceField(
        label=_("How is its data classified?"), choices=[("", _("not classified")), *Asset.Classification.choices], required=False
    )
    support_ends_on = forms.DateField(
        label=_("When does support end?"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    recovery_time_hours = forms.IntegerField(
        label=_("Within how many hours must it work again?"), required=False, min_value=0, max_value=32767
    )
    recovery_point_hours = forms.IntegerField(
        label=_("How many hours of work may be lost?"), required=False, min_value=0, max_value=32767
    )
    own_confidentiality = level(_("How bad if its data leaked?"))
    own_integrity = level(_("How bad if it were altered unnoticed?"))
    own_availability = level(_("How bad if it stood still?"))
    own_safety = level(_("How bad for people if it went wrong?"))
    is_safety_relevant = forms.BooleanField(label=_("People could be hurt when it fails"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    GROUPS = (
        ("", ["name", "kind", "unit", "owner", "lifecycle", "supplier", "description"]),
        (
            _("What it is"),
            ["vendor", "product", "version_in_use", "serial_number", "operating_system", "protocols", "support_ends_on"],
        ),
        (_("Where it is"), ["location", "purdue_level", "zone", "reachability", "fqdn", "ip_address", "mac_address"]),
        (
            _("What matters about it"),
            [
                *(
                    "own_confidentiality",
                    "own_integrity",
                    "own_availability",
                    "own_safety",
                    "data_classification",
                    "is_safety_relevant",
                ),
                *("recovery_time_hours", "recovery_point_hours"),
            ],
        ),
    )

    # What a field is called for a kind that has it in its own way.
    CALLED = {
        ("DATA", "location"): _("Where is it held?"),
        ("CLOUD_SERVICE", "location"): _("In which region does it run?"),
        ("OT_DEVICE", "version_in_use"): _("Which firmware?"),
        ("CONNECTED_EQUIPMENT", "version_in_use"): _("Which firmware?"),
        ("NETWORK", "version_in_use"): _("Which firmware?"),
        ("FACILITY", "location"): _("Which address?"),
    }

    def __init__(self, *args: Any, user: Any, asset: Asset | None = None, **options: Any):
        if asset is not None:
            options["initial"] = {name: getattr(asset, name) for name in self.base_fields}
        super().__init__(*args, **options)
        self.fields["unit"].queryset = authority.units(user)
        self.fields["owner"].queryset = choices.people()
        self.fields["supplier"].queryset = Supplier.objects.visible_to(user).current().order_by("name", "pk")
        told = str(self["kind"].value() or "")
        self.chosen = told if told in Asset.Kind.values else ""
        self.was = asset.kind if asset is not None else ""
        for name in kinds.ASKED - kinds.fields_of(self.chosen):
            del self.fields[name]
        for (kind, name), label in self.CALLED.items():
            if kind == self.chosen:
                self.fields[name].label = label

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """What this kind has, under its headings."""
        found = [(heading, [self[name] for name in names if name in self.fields]) for heading, names in self.GROUPS]
        return [(heading, fields) for heading, fields in found if fields]

    @property
    def values(self) -> dict[str, Any]:
        """The keywords of inventory.register and inventory.change. What another kind had and this one has not is emptied."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        values["lifecycle"] = values["lifecycle"] or Asset.Lifecycle.IN_USE
        if "ip_address" in values:
            values["ip_address"] = values["ip_address"] or None
        if self.was and self.was != self.chosen:
            gone = kinds.fields_of(self.was) - kinds.fields_of(self.chosen)
            values |= {name: Asset._meta.get_field(name).get_default() for name in gone}
        return values
