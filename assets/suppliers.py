"""Register, change and archive a supplier."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assets import authority
from assets.errors import ChangedMeanwhile, StillSupplies, SupplierArchived
from assets.models import Asset, Supplier
from portal import clock
from portal.errors import Invalid
from portal.people.models import Unit
from portal.record import audit

WRITABLE = frozenset({"name", "services", "contract", "contract_ends_on", "criticality_level", "contact", "owner", "unit"})
WRITABLE |= {"source", "external_id"}
REFERENCES = ("owner", "unit", "registered_by")
CHANGE = "assets.change_asset"


@transaction.atomic
def register(*, actor: Any, name: str, unit: Unit, **fields: Any) -> Supplier:
    """Invalid by field, OutOfReach."""
    authority.require(actor, CHANGE, unit)
    supplier = _checked(Supplier(name=name, unit=unit, registered_by=actor, **_writable(fields)))
    supplier.save()
    audit.record(actor, "supplier.registered", supplier)
    return supplier


@transaction.atomic
def change(supplier: Supplier, *, actor: Any, version: int | None, **fields: Any) -> Supplier:
    """Change `fields` if nobody saved since `version`. ChangedMeanwhile, SupplierArchived, OutOfReach, Invalid by field."""
    supplier = _locked(supplier, actor)
    if version is not None and version != supplier.version:
        raise ChangedMeanwhile(supplier)
    before = {name: getattr(supplier, name) for name in _writable(fields)}
    for name, value in fields.items():
        setattr(supplier, name, value)
    authority.require(actor, CHANGE, supplier.unit)
    _checked(supplier)
    changed = sorted(name for name, value in before.items() if getattr(supplier, name) != value)
    if changed:
        supplier.version += 1
        supplier.save(update_fields=[*changed, "version"])
        audit.record(actor, "supplier.changed", supplier, {"fields": changed})
    return supplier


@transaction.atomic
def hand_over(supplier: Supplier, owner: Any, *, actor: Any) -> Supplier:
    """`owner` answers for it from now on, because its owner leaves; `leaving` has checked who says so."""
    supplier = Supplier.objects.select_for_update(of=["self"]).get(pk=supplier.pk)
    supplier.owner, supplier.version = owner, supplier.version + 1
    supplier.save(update_fields=["owner", "version"])
    audit.record(actor, "supplier.handed_over", supplier)
    return supplier


@transaction.atomic
def archive(supplier: Supplier, *, actor: Any) -> Supplier:
    """They supply us no more. SupplierArchived, StillSupplies while assets name them."""
    supplier = _locked(supplier, actor)
    count = Asset.objects.current().filter(supplier=supplier).count()
    if count:
        raise StillSupplies(supplier, count)
    supplier.archived_at, supplier.version = clock.now(), supplier.version + 1
    supplier.save(update_fields=["archived_at", "version"])
    audit.record(actor, "supplier.archived", supplier)
    return supplier


def _locked(supplier: Supplier, actor: Any) -> Supplier:
    supplier = Supplier.objects.select_for_update(of=["self"]).select_related("unit").get(pk=supplier.pk)
    authority.require(actor, CHANGE, supplier.unit)
    if supplier.archived_at is not None:
        raise SupplierArchived(supplier)
    return supplier


def _writable(fields: Mapping[str, Any]) -> dict[str, Any]:
    strange = set(fields) - WRITABLE
    if strange:
        raise TypeError(f"not fields of a supplier: {sorted(strange)}")
    return dict(fields)


def _checked(supplier: Supplier) -> Supplier:
    supplier.name = " ".join(supplier.name.split())
    try:
        supplier.clean_fields(exclude=REFERENCES)
    except ValidationError as error:
        fields = {name: [str(one) for one in sentences] for name, sentences in error.message_dict.items()}
        raise Invalid(next(iter(fields.values()))[0], fields=fields) from None
    alike = Supplier.objects.current().filter(name__iexact=supplier.name, unit=supplier.unit).exclude(pk=supplier.pk)
    if alike.exists():
        sentence = _("There is a supplier of this name in this unit already. Open that one.")
        raise Invalid(sentence, fields={"name": [sentence]})
    return supplier
