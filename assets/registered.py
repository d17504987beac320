"""Which kinds this app adds to the registry."""

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assets import counting, importing, inventory, merging, owners, suppliers, wording
from assets.discovery import permits
from assets.models import Asset, OwnersWanted, ScanPermit, Supplier
from portal import clock, subjects
from portal.archive import changes, reconciling
from portal.attention import news, reviews
from portal.people import holdings
from portal.talk import merging as merging_of_all
from portal.workbench import importable, searchable


def _care_of(unit_id: int) -> str:
    return f"{reverse('assets:care')}?unit={unit_id}#owners"


subjects.register(
    subjects.Subject(
        kind="asset",
        model="assets.Asset",
        word=_("asset"),
        plural=_("assets"),
        resource="assets",
        page="assets:asset",
        url=lambda asset: reverse("assets:asset", args=[asset.pk]),
        label=str,
        related=["unit"],
    )
)
subjects.register(
    subjects.Subject(
        kind="dependency",
        model="assets.Dependency",
        word=_("dependency"),
        plural=_("dependencies"),
        resource="dependencies",
        url=lambda dependency: reverse("assets:asset", args=[dependency.dependent_id]),
        label=str,
        related=["dependent__unit", "supporting"],
    )
)
subjects.register(
    subjects.Subject(
        kind="discovery-run",
        model="assets.DiscoveryRun",
        word=_("discovery run"),
        plural=_("discovery runs"),
        resource="discovery-runs",
        page="assets:run",
        url=lambda run: reverse("assets:run", args=[run.pk]),
        label=str,
        related=["unit"],
    )
)
subjects.register(
    subjects.Subject(
        kind="discovery-proposal",
        model="assets.Proposal",
        word=_("proposal"),
        plural=_("proposals"),
        resource="discovery-runs",
        url=lambda proposal: reverse("assets:run", args=[proposal.run_id]),
        label=lambda proposal: proposal.title,
        unit=lambda proposal: proposal.run.unit,
        related=["run__unit", "observation", "asset"],
    )
)
subjects.register(
    subjects.Subject(
        kind="exploited-rule",
        model="assets.ExploitedRule",
        word=_("rule of the list"),
        plural=_("rules of the list"),
        resource="exploited-rules",
        url=lambda rule: reverse("assets:exploited"),
        label=str,
        related=["vulnerability"],
    )
)
subjects.register(
    subjects.Subject(
        kind="exploited-match",
        model="assets.ExploitedMatch",
        word=_("known exploited vulnerability"),
        plural=_("known exploited vulnerabilities"),
        resource="exploited-matches",
        url=lambda match: reverse("assets:asset", args=[match.asset_id]),
        label=str,
        related=["asset__unit"],
    )
)
subjects.register(
    subjects.Subject(
        kind="criticality-override",
        model="assets.CriticalityOverride",
        word=_("criticality set by hand"),
        plural=_("criticalities set by hand"),
        resource="criticality-overrides",
        url=lambda override: reverse("assets:reach", args=[override.asset_id]),
        label=str,
        related=["asset__unit"],
    )
)
subjects.register(
    subjects.Subject(
        kind="supplier",
        model="assets.Supplier",
        word=_("supplier"),
        plural=_("suppliers"),
        resource="suppliers",
        page="assets:supplier",
        url=lambda supplier: reverse("assets:supplier", args=[supplier.pk]),
        label=str,
        related=["unit"],
    )
)
subjects.register(
    subjects.Subject(
        kind="zone",
        model="assets.Zone",
        word=_("zone"),
        plural=_("zones"),
        resource="zones",
        page="assets:zone",
        url=lambda zone: reverse("assets:zone", args=[zone.pk]),
        label=str,
        related=["unit"],
    )
)
subjects.register(
    subjects.Subject(
        kind="conduit",
        model="assets.Conduit",
        word=_("conduit"),
        plural=_("conduits"),
        resource="conduits",
        url=lambda conduit: reverse("assets:zones"),
        label=str,
        related=["first__unit", "second"],
    )
)
subjects.register(
    subjects.Subject(
        kind="scan-permit",
        model="assets.ScanPermit",
        word=_("scan permit"),
        plural=_("scan permits"),
        resource="scan-permits",
        url=lambda permit: reverse("assets:zone", args=[permit.zone_id]),
        label=str,
        related=["zone__unit"],
    )
)
subjects.register(
    subjects.Subject(
        kind="source-order",
        model="assets.SourceOrder",
        word=_("order of sources"),
        plural=_("orders of sources"),
        resource="source-orders",
        url=lambda order: reverse("assets:discovery"),
        label=str,
    )
)
subjects.register(
    subjects.Subject(
        kind="owners-wanted",
        model="assets.OwnersWanted",
        word=_("assets without an owner"),
        plural=_("assets without an owner"),
        resource="owners-wanted",
        url=lambda wanted: _care_of(wanted.unit_id),
        label=lambda wanted: _t("Owners for assets of %(unit)s") % {"unit": wanted.unit},
        related=["unit"],
        is_spoken_of=False,
    )
)
reviews.on_answer(owners.QUESTION, owners.refuse_answer)
reviews.sides_with(owners.QUESTION, owners.sides)
reviews.changed_at(owners.QUESTION, lambda review: _care_of(OwnersWanted.objects.get(pk=review.subject_id).unit_id))
reviews.ask_with(owners.QUESTION, _("Assets here wait for somebody who answers for them. Name an owner for each."))
news.word_with(
    permits.HELD, "discovery-run", lambda reminder: _t("A safety zone was scanned without a permit. The result is in quarantine.")
)
reconciling.add("assets.", counting.recount)
changes.words("zone", fields=wording.OF_ZONES, verbs=wording.EVENTS_OF_ZONES)
changes.words("supplier", fields=wording.OF_SUPPLIERS, verbs=wording.EVENTS_OF_SUPPLIERS)
changes.words("asset", fields=wording.FIELDS, verbs=wording.EVENTS)


def _hand_over(row, *, person, successor, actor) -> None:
    inventory.hand_over(row, successor, actor=actor)


def _hand_over_supplier(row, *, person, successor, actor) -> None:
    suppliers.hand_over(row, successor, actor=actor)


holdings.register(
    holdings.Group(
        key="assets",
        label=_("Assets they own"),
        rows=lambda person: Asset.objects.current().filter(owner=person),
        way=holdings.Way.SUCCESSOR,
        pass_on=_hand_over,
        kind="asset",
        order=40,
    )
)

holdings.register(
    holdings.Group(
        key="suppliers",
        label=_("Suppliers they see to"),
        rows=lambda person: Supplier.objects.current().filter(owner=person),
        way=holdings.Way.SUCCESSOR,
        pass_on=_hand_over_supplier,
        kind="supplier",
        order=41,
    )
)

holdings.register(
    holdings.Group(
        key="scan-permits",
        label=_("Scans of safety zones they stand by at"),
        rows=lambda person: ScanPermit.objects.current().filter(contact=person, ends_at__gt=clock.now()),
        way=holdings.Way.SUCCESSOR,
        pass_on=lambda row, *, person, successor, actor: permits.hand_over(row, successor, actor=actor),
        kind="scan-permit",
        word=_("The permit and its hours stay."),
        order=42,
    )
)

merging_of_all.register(
    merging_of_all.Mergeable(
        kind="asset",
        permission="assets.change_asset",
        check=merging.check,
        move=merging.move,
        after=merging.after,
        related=("unit",),
    )
)

importable.register(
    importable.Importable(
        kind="asset",
        permission="assets.change_asset",
        fields=importing.FIELDS,
        identified_by=("name", "unit"),
        questions=importing.QUESTIONS,
        check_mapping=importing.check_mapping,
        find=importing.find,
        numbered=importing.numbered,
        taken=importing.taken,
        plan=importing.plan,
        carry_out=importing.carry_out,
        take_back=importing.take_back,
    )
)

searchable.register(
    searchable.Searchable(
        "asset",
        label=["name"],
        words=[
            *("description", "location", "vendor", "product", "version_in_use", "serial_number", "fqdn", "mac_address"),
            *("operating_system", "external_id"),
        ],
        number="number",
    ),
    searchable.Searchable("zone", label=["name"], words=["purpose"]),
    searchable.Searchable("supplier", label=["name"], words=["services", "contract", "external_id"]),
    searchable.Searchable("exploited-match", label=["cve"], words=["note"], at=[("asset", "asset")]),
    searchable.Searchable("discovery-run", label=["source", "file_name"]),
)
