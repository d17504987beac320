"""What we have."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.access import Clause, Grants, VisibleQuerySet, any_of

PURDUE_LEVELS = [("0", "0"), ("1", "1"), ("2", "2"), ("3", "3"), ("3.5", "3.5"), ("4", "4"), ("5", "5")]


def level(**options):
    """A criticality 1–5, or not judged yet."""
    return models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)], **options
    )


class AssetQuerySet(VisibleQuerySet):
    def unowned(self):
        return self.filter(owner=None)


@tracked(exclude=["search", "last_seen_at", "told_by", "owner_due_on"])
class Asset(models.Model):
    """Something the organisation has or leans on. Criticality by aspect is 1–5: own as judged, effective as inherited."""

    class Kind(models.TextChoices):
        DATA = "DATA", _("Data")
        APPLICATION = "APPLICATION", _("Application")
        CLOUD_SERVICE = "CLOUD_SERVICE", _("Cloud service")
        SERVER = "SERVER", _("Server")
        ENDPOINT = "ENDPOINT", _("Endpoint")
        NETWORK = "NETWORK", _("Network")
        CONNECTED_EQUIPMENT = "CONNECTED_EQUIPMENT", _("Connected equipment")
        OT_DEVICE = "OT_DEVICE", _("OT/ICS device")
        FACILITY = "FACILITY", _("Facility")
        BUSINESS_SERVICE = "BUSINESS_SERVICE", _("Business service")

    class Lifecycle(models.TextChoices):
        DECLARED = "DECLARED", _("Declared, not there yet")
        IN_USE = "IN_USE", _("In use")
        ENDING = "ENDING", _("Being replaced")

    class Reachability(models.TextChoices):
        NONE = "NONE", _("Not connected")
        INTERNAL = "INTERNAL", _("Inside only")
        REMOTE = "REMOTE", _("By remote link")
        INTERNET = "INTERNET", _("From the internet")

    class Classification(models.TextChoices):
        PUBLIC = "PUBLIC", _("Public")
        INTERNAL = "INTERNAL", _("Internal")
        CONFIDENTIAL = "CONFIDENTIAL", _("Confidential")
        STRICTLY_CONFIDENTIAL = "STRICTLY_CONFIDENTIAL", _("Strictly confidential")

    number = models.CharField(max_length=12, unique=True, editable=False)  # A-0001, from a sequence
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind)
    description = models.TextField(blank=True)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="assets")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="assets")
    owner_due_on = models.DateField(null=True, blank=True, editable=False)  # while nobody does: until then one is named
    location = models.CharField(max_length=120, blank=True)
    vendor = models.CharField(max_length=120, blank=True)
    product = models.CharField(max_length=120, blank=True)  # model, or the software's name
    version_in_use = models.CharField(max_length=80, blank=True)  # firmware or software version
    serial_number = models.CharField(max_length=120, blank=True)
    fqdn = models.CharField(max_length=253, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    mac_address = models.CharField(max_length=17, blank=True)
    operating_system = models.CharField(max_length=120, blank=True)
    protocols = models.CharField(max_length=120, blank=True)  # of a plant: "PROFINET, S7"
    lifecycle = models.CharField(max_length=8, choices=Lifecycle, default=Lifecycle.IN_USE)
    supplier = models.ForeignKey("assets.Supplier", on_delete=models.PROTECT, null=True, blank=True, related_name="assets")
    services = models.JSONField(default=list, editable=False)  # open ports as discovery saw them: ["102/tcp iso-tsap", …]
    purdue_level = models.CharField(max_length=3, choices=PURDUE_LEVELS, blank=True)
    zone = models.CharField(max_length=60, blank=True)
    is_safety_relevant = models.BooleanField(default=False)
    reachability = models.CharField(max_length=8, choices=Reachability, default=Reachability.INTERNAL)
    data_classification = models.CharField(max_length=24, choices=Classification, blank=True)
    support_ends_on = models.DateField(null=True, blank=True)
    recovery_time_hours = models.PositiveSmallIntegerField(null=True, blank=True)  # RTO: it works again within
    recovery_point_hours = models.PositiveSmallIntegerField(null=True, blank=True)  # RPO: at most so much work is lost
    own_confidentiality = level()
    own_integrity = level()
    own_availability = level()
    own_safety = level()
    effective_confidentiality = level(editable=False)
    effective_integrity = level(editable=False)
    effective_availability = level(editable=False)
    effective_safety = level(editable=False)
    criticality_path = models.JSONField(default=dict, editable=False)  # {aspect: [asset ids from the source to this one]}
    source = models.CharField(max_length=60, blank=True)  # of external_id: an integration's name
    external_id = models.CharField(max_length=120, blank=True)
    told_by = models.JSONField(default=dict, editable=False)  # {field: source whose word it is}; what it leaves out people wrote
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField(default=clock.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("name", "description", "vendor", "product", "fqdn", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = AssetQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "id"], condition=Q(archived_at=None), name="current_assets_of_a_unit"),
            models.Index(fields=["name", "id"], condition=Q(archived_at=None), name="current_assets_by_name"),
            models.Index(fields=["kind", "id"], condition=Q(archived_at=None), name="current_assets_by_kind"),
            models.Index(fields=["kind", "name", "id"], condition=Q(archived_at=None), name="current_assets_of_a_kind"),
            models.Index(
                fields=["registered_at"], include=["unit"], condition=Q(archived_at=None), name="current_assets_by_arrival"
            ),
            models.Index(
                fields=["unit", "owner_due_on"], condition=Q(archived_at=None, owner=None), name="assets_that_want_an_owner"
            ),
            GinIndex(fields=["search"], name="assets_by_words"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(archived_at=None) & ~Q(external_id=""),
                name="one_asset_per_external_id",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def effective_criticality(self) -> int | None:
        """The worst of the four aspects, or None where nothing is judged."""
        levels = [
            self.effective_confidentiality,
            self.effective_integrity,
            self.effective_availability,
            self.effective_safety,
        ]
        return max((one for one in levels if one), default=None)

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return any_of(cls.clauses(grants))

    @classmethod
    def clauses(cls, grants: Grants) -> list[Clause]:
        """Each reason to see an asset, on its own."""
        if "assets.view_asset" not in grants.permissions:
            return []
        return [Clause("reach", grants.in_reach("unit"), "unit"), Clause("owner", Q(owner=grants.user_id))]

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        return cls.visibility(grants)


class Identifier(models.Model):
    """A name by which discovery knows an asset; `value` is normalised. One current asset a value, except for IP addresses."""

    class Rung(models.TextChoices):
        OWN_ID = "OWN_ID", _("Own id")
        SERIAL = "SERIAL", _("Serial number and vendor")
        MAC = "MAC", _("MAC address")
        FQDN = "FQDN", _("Host name")
        IP = "IP", _("IP address")

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="identifiers")
    rung = models.CharField(max_length=6, choices=Rung)
    value = models.CharField(max_length=253)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "rung", "value"], name="an_asset_has_an_identifier_once")]
        indexes = [models.Index(fields=["rung", "value"], name="assets_by_identifier")]

    def __str__(self) -> str:
        return f"{self.rung} {self.value}"
