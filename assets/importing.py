"""A list of assets as a sheet: what its columns may be, and what a row does to the inventory, by the verbs."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets import authority, identifiers, inventory
from assets.criticality import ASPECTS
from assets.errors import TakenIdentifier
from assets.models import Asset
from assets.models.asset import PURDUE_LEVELS
from portal.errors import Invalid
from portal.people.models import Unit, User
from portal.workbench import parsers, resolving
from portal.workbench.errors import Unfit
from portal.workbench.importable import NUMBER, Done, Field, Plan, Question, Terms, number, same

UNDONE = "import.undone"
LONGEST_TEXT = 10_000
CRITICALITY = {"negligible": 1, "minor": 2, "serious": 3, "major": 4, "vital": 5}
CRITICALITY |= {"very low": 1, "low": 2, "medium": 3, "moderate": 3, "high": 4, "very high": 5, "critical": 5}
ONE_NUMBER = "criticality"


def _words(choices: Sequence[tuple[str, Any]], **others: str) -> dict[str, str]:
    """Labels, then keys, then what else sheets say, all folded."""
    known = {parsers.fold(str(label)): key for key, label in choices}
    known |= {parsers.fold(key): key for key, _label in choices if parsers.fold(key)}
    return known | {word.replace("_", " "): key for word, key in others.items()}


KINDS = _words(
    Asset.Kind.choices, app="APPLICATION", software="APPLICATION", saas="CLOUD_SERVICE", workstation="ENDPOINT", laptop="ENDPOINT"
)
KINDS |= {"plc": "OT_DEVICE", "ics": "OT_DEVICE", "ot": "OT_DEVICE", "switch": "NETWORK", "building": "FACILITY"}
PURDUE = {level: level for level, _label in PURDUE_LEVELS} | {f"level {level}": level for level, _label in PURDUE_LEVELS}


def _purdue(told: str, terms: Terms) -> str:
    found = PURDUE.get(" ".join(told.casefold().replace(",", ".").split()))
    if found is None:
        raise Unfit(_("A Purdue level is one of: %(levels)s.") % {"levels": ", ".join(level for level, _label in PURDUE_LEVELS)})
    return found


def _text(name: str, label: Any, *words: str) -> Field:
    return Field(name, label, parsers.text(Asset._meta.get_field(name).max_length or LONGEST_TEXT, one_line=True), words)


FIELDS = (
    Field("name", gettext_lazy("Name"), parsers.text(200, one_line=True), ("asset", "asset name", "hostname short"), required=True),
    Field("kind", gettext_lazy("Kind"), parsers.one_of(KINDS), ("type", "asset type", "category", "class")),
    Field("unit", gettext_lazy("Where it belongs"), resolving.unit, ("unit", "department", "site", "business unit")),
    Field("owner", gettext_lazy("Owner"), resolving.person, ("asset owner", "responsible", "contact")),
    Field("description", gettext_lazy("Description"), parsers.text(LONGEST_TEXT), ("purpose", "notes", "comment")),
    Field(ONE_NUMBER, gettext_lazy("Criticality, one number"), parsers.level(CRITICALITY), ("importance", "business criticality")),
    Field("own_confidentiality", gettext_lazy("Confidentiality"), parsers.level(CRITICALITY), ("c",)),
    Field("own_integrity", gettext_lazy("Integrity"), parsers.level(CRITICALITY), ("i",)),
    Field("own_availability", gettext_lazy("Availability"), parsers.level(CRITICALITY), ("a",)),
    Field("own_safety", gettext_lazy("Safety"), parsers.level(CRITICALITY)),
    _text("location", gettext_lazy("Location"), "place", "room", "building"),
    _text("vendor", gettext_lazy("Vendor"), "manufacturer", "maker"),
    _text("product", gettext_lazy("Product"), "model"),
    _text("version_in_use", gettext_lazy("Version in use"), "version", "firmware"),
    _text("serial_number", gettext_lazy("Serial number"), "serial", "serial no"),
    _text("fqdn", gettext_lazy("Host name"), "fqdn", "hostname", "dns name"),
    Field("ip_address", gettext_lazy("IP address"), parsers.text(45, one_line=True), ("ip", "address")),
    _text("mac_address", gettext_lazy("MAC address"), "mac"),
    _text("operating_system", gettext_lazy("Operating system"), "os"),
    Field("purdue_level", gettext_lazy("Purdue level"), _purdue, ("purdue",)),
    _text("zone", gettext_lazy("Zone"), "security zone"),
    Field(
        "reachability", gettext_lazy("Reachable"), parsers.one_of(_words(Asset.Reachability.choices)), ("reachability", "exposure")
    ),
    Field(
        "data_classification",
        gettext_lazy("Data classification"),
        parsers.one_of(_words(Asset.Classification.choices)),
        ("classification",),
    ),
    Field("support_ends_on", gettext_lazy("Support ends"), parsers.day, ("end of support", "eol", "end of life")),
    Field(
        "external_id", gettext_lazy("Id in this sheet"), parsers.text(120, one_line=True), ("id", "asset id", "no", "number", "key")
    ),
    number(),
)
WRITTEN = tuple(field.name for field in FIELDS if field.name not in (ONE_NUMBER, "external_id", NUMBER))
KNOWN = {field.name: field for field in FIELDS}
LABELS = {field.name: field.label for field in FIELDS}

QUESTIONS = (
    Question(
        "criticality_aspect",
        gettext_lazy("In what does its one criticality count?"),
        tuple((aspect, LABELS[f"own_{aspect}"]) for aspect in ASPECTS),
        frozenset({ONE_NUMBER}),
        gettext_lazy("Here criticality is judged by aspect."),
    ),
    Question(
        "default_kind",
        gettext_lazy("Of which kind are rows that name none?"),
        Asset.Kind.choices,
        frozenset({"name"}),
        required=False,
    ),
)


def check_mapping(fields: Mapping[str, str], choices: Mapping[str, str]) -> Mapping[str, str]:
    """One number and its aspect must not both be told."""
    aspect = f"own_{choices.get('criticality_aspect', '')}"
    if ONE_NUMBER in fields and aspect in fields:
        return {ONE_NUMBER: _("“%(other)s” means the same. Ignore one of them.") % {"other": fields[aspect]}}
    return {}


def find(identities: Sequence[str], terms: Terms) -> Mapping[str, Asset]:
    """The assets this source brought before, that the importer may open."""
    return {asset.external_id: asset for asset in _read(_known(identities, terms), terms)}


def numbered(numbers: Sequence[str], terms: Terms) -> Mapping[str, Asset]:
    return {asset.number: asset for asset in _read(Asset.objects.current().filter(number__in=list(numbers)), terms)}


def _read(rows, terms: Terms):
    return rows.visible_to(terms.actor).select_related("unit", "owner")


def taken(identities: Sequence[str], terms: Terms) -> set[str]:
    known = _known(identities, terms)
    return set(known.exclude(pk__in=Asset.objects.visible_to(terms.actor).values("pk")).values_list("external_id", flat=True))


def plan(told: Mapping[str, Any], existing: Asset | None, terms: Terms) -> Plan:
    """What the row would do; an empty cell leaves what is there. Raises Invalid by field, OutOfReach."""
    values = _values(told, terms, is_new=existing is None)
    draft = copy.copy(existing) if existing is not None else Asset(source=terms.source, external_id=told.get("external_id", ""))
    fields = {
        name: value
        for name, value in values.items()
        if existing is None or not same(value, getattr(existing, name), KNOWN[name], terms)
    }
    for name, value in fields.items():
        setattr(draft, name, value)
    if existing is not None and not fields:
        return Plan(str(existing))
    if draft.unit_id is None:
        raise _without("unit", _("Write where the asset belongs, or choose a unit when you bring the sheet."))
    if "owner" in fields and not draft.owner.is_active:
        raise _without("owner", _("Choose somebody who works here."))
    authority.require(terms.actor, "assets.change_asset", draft.unit)
    inventory.checked(draft)
    _check_identifiers(draft, terms)
    if existing is None:
        return Plan(draft.name, (), {"fields": fields})
    fields = {
        name: getattr(draft, name) for name in fields if not same(getattr(draft, name), getattr(existing, name), KNOWN[name], terms)
    }
    changes = [(str(LABELS[name]), _spelled(getattr(existing, name)), _spelled(value)) for name, value in fields.items()]
    return Plan(str(existing), changes, {"fields": fields})


def carry_out(told: Mapping[str, Any], existing: Asset | None, planned: Plan, terms: Terms) -> Done:
    """Register or change, as planned."""
    fields = planned.steps["fields"]
    if existing is None:
        named = {"source": terms.source, "external_id": told["external_id"]}
        return Done(inventory.register(actor=terms.actor, **fields, **named))
    undo = {name: _plain(getattr(existing, name)) for name in fields}
    return Done(inventory.change(existing, actor=terms.actor, version=None, **fields), undo)


def take_back(asset: Asset, was_made: bool, undo: Mapping[str, Any], terms: Terms) -> None:
    """A made asset is archived, a changed one becomes what it was."""
    if was_made:
        inventory.archive(asset, actor=terms.actor, cause=UNDONE)
        return
    models = {"unit": Unit, "owner": User}
    fields = {
        name: models[name].objects.filter(pk=value).first() if name in models and value is not None else value
        for name, value in undo.items()
    }
    inventory.change(asset, actor=terms.actor, version=None, cause=UNDONE, **fields)


def _known(identities: Sequence[str], terms: Terms):
    return Asset.objects.current().filter(source=terms.source, external_id__in=list(identities))


def _values(told: Mapping[str, Any], terms: Terms, *, is_new: bool) -> dict[str, Any]:
    values = {name: told[name] for name in WRITTEN if name in told}
    if is_new:
        values.setdefault("unit", terms.unit)
        values.setdefault("kind", terms.choices.get("default_kind", ""))
    if ONE_NUMBER in told:
        values[f"own_{terms.choices['criticality_aspect']}"] = told[ONE_NUMBER]
    return {name: value for name, value in values.items() if value not in (None, "")}


def _check_identifiers(draft: Asset, terms: Terms) -> None:
    """Whatever else already goes by these; addresses may be shared."""
    known = [(rung, value) for rung, value in identifiers.of_columns(draft) if rung != "IP"]
    for (rung, value), ids in identifiers.owners(known).items() if known else ():
        others = ids - {draft.pk}
        if others:
            seen = Asset.objects.visible_to(terms.actor).filter(pk__in=others).values_list("number", flat=True).first()
            raise TakenIdentifier(identifiers.FIELD_OF[rung], value, seen or "")


def _without(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, {field: [sentence]})


def _spelled(value: Any) -> str:
    return "" if value is None else str(value)


def _plain(value: Any) -> Any:
    key = _key(value)
    return key.isoformat() if hasattr(key, "isoformat") else key


def _key(value: Any) -> Any:
    return getattr(value, "pk", value)
