"""The list of assets: what can be shown, filtered and taken out."""

from django.utils.translation import gettext_lazy as _

from assets import authority, filters, importing, inventory
from assets.models import Asset
from assets.models.asset import PURDUE_LEVELS
from portal.people.models import User
from portal.workbench import editing, listed, offered
from portal.workbench.listed import Filter

LABELS = importing.LABELS
STATES = (("", _("in use")), ("archived", _("archived")))


def _found(user, params):
    return filters.assets(user, filters.Wanted.from_params(params)).select_related("unit", "owner")


def _units(user):
    return [(unit.pk, offered.indented(unit)) for unit in authority.units(user)]


def _people():
    return User.objects.filter(is_active=True, is_service=False).order_by("name", "pk")


def _text(name):
    longest = Asset._meta.get_field(name).max_length
    return editing.words(name, LABELS[name], longest, required=False, several=True)


listed.register(
    listed.Listed(
        kind="asset",
        permission="assets.view_asset",
        page="assets:inventory",
        find=_found,
        sort="name",
        write_permission="assets.change_asset",
        change=inventory.change,
        open_to=lambda asset, actor: authority.require(actor, "assets.change_asset", asset.unit),
        editable=(
            editing.words("name", LABELS["name"], 200),
            editing.choice("kind", LABELS["kind"], Asset.Kind.choices),
            editing.place("unit", LABELS["unit"], authority.units),
            editing.person("owner", LABELS["owner"], _people, blank=_("Nobody yet")),
            _text("location"),
            _text("vendor"),
            _text("product"),
            _text("version_in_use"),
            _text("operating_system"),
            editing.choice("purdue_level", LABELS["purdue_level"], PURDUE_LEVELS, blank=_("none")),
            _text("zone"),
            editing.choice("reachability", LABELS["reachability"], Asset.Reachability.choices),
            editing.choice(
                "data_classification", LABELS["data_classification"], Asset.Classification.choices, blank=_("not classified")
            ),
            editing.day("support_ends_on", LABELS["support_ends_on"], required=False),
        ),
        columns=(
            listed.text("number", _("No."), sort="id"),
            listed.text("name", LABELS["name"]),
            listed.choice("kind", LABELS["kind"]),
            listed.unit("unit", LABELS["unit"]),
            listed.person("owner", LABELS["owner"]),
            listed.number("criticality", _("Criticality"), "level", sort="level", groups=True),
            listed.text("description", LABELS["description"], sort="", stands=False),
            *(
                listed.number(f"own_{aspect}", LABELS[f"own_{aspect}"], groups=True, stands=False)
                for aspect in ("confidentiality", "integrity", "availability", "safety")
            ),
            listed.text("is_safety_relevant", _("People could be hurt"), groups=True, stands=False),
            listed.text("location", LABELS["location"], groups=True, stands=False),
            listed.text("vendor", LABELS["vendor"], groups=True, stands=False),
            listed.text("product", LABELS["product"], groups=True, stands=False),
            listed.text("version_in_use", LABELS["version_in_use"], stands=False),
            listed.text("serial_number", LABELS["serial_number"], stands=False),
            listed.text("fqdn", LABELS["fqdn"], stands=False),
            listed.text("ip_address", LABELS["ip_address"], sort="", stands=False),
            listed.text("mac_address", LABELS["mac_address"], stands=False),
            listed.text("operating_system", LABELS["operating_system"], groups=True, stands=False),
            listed.choice("purdue_level", LABELS["purdue_level"]),
            listed.text("zone", LABELS["zone"], groups=True, stands=False),
            listed.choice("reachability", LABELS["reachability"], stands=False),
            listed.choice("data_classification", LABELS["data_classification"], stands=False),
            listed.text("support_ends_on", LABELS["support_ends_on"], stands=False),
            listed.text("last_seen_at", _("Last seen")),
            listed.text("registered_at", _("Registered"), stands=False),
            listed.text("source", _("Source"), groups=True, stands=False),
            listed.text("external_id", LABELS["external_id"], stands=False),
        ),
        filters=(
            Filter("q", _("Find")),
            Filter("kind", _("Kind"), lambda user: Asset.Kind.choices),
            Filter("unit", _("Unit"), _units),
            Filter("purdue", _("Purdue"), lambda user: PURDUE_LEVELS),
            Filter("criticality", _("Criticality, at least"), lambda user: [(level, level) for level in range(5, 0, -1)]),
            Filter("state", _("State"), lambda user: STATES),
            Filter("owner", _("Owner"), asked=False),
            Filter("units", _("Units"), asked=False),
            Filter("new_since", _("New since"), asked=False),
        ),
    )
)
