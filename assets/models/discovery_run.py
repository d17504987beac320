"""What a scanner saw and what it makes us propose."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models.asset import Asset, Identifier
from portal import clock
from portal.people.access import Clause, Grants, VisibleQuerySet, any_of


class DiscoveryRun(models.Model):
    """One file or push of one source, read by a worker. `observation_count` is the number of hosts that answered."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("Waiting")
        READING = "READING", _("Being read")
        PROPOSED = "PROPOSED", _("To be settled")
        SETTLED = "SETTLED", _("Settled")
        UNCHANGED = "UNCHANGED", _("Read before: nothing changed")
        REFUSED = "REFUSED", _("Refused")
        HELD = "HELD", _("In quarantine: no permit")

    class Reader(models.TextChoices):
        NMAP_XML = "NMAP_XML", _("nmap XML")
        CSV_INVENTORY = "CSV_INVENTORY", _("CSV inventory")
        XLSX_INVENTORY = "XLSX_INVENTORY", _("Excel inventory")

    source = models.CharField(max_length=60)  # "nmap-northfield": who looks again later under the same name
    reader = models.CharField(max_length=16, choices=Reader)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")  # where new assets will belong
    file = models.ForeignKey("record.StoredFile", on_delete=models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField(max_length=255, blank=True)
    sha256 = models.CharField(max_length=64)  # of the bytes as they came
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    refusal = models.JSONField(default=dict, blank=True)  # {"code", "params"}: why it could not be read
    scan = models.JSONField(default=dict, blank=True)  # {"command", "networks", "ports": [[protocol, first, last]]}
    held_for = models.JSONField(default=list, blank=True)  # ids of safety zones it scanned without a permit
    headings = models.JSONField(default=dict, blank=True)  # of a list, as told: {spelled heading: column}
    is_complete = models.BooleanField(default=False)  # a list of everything there is: what it leaves out is gone
    scanned_at = models.DateTimeField(null=True, blank=True)  # what the scanner says
    observation_count = models.PositiveIntegerField(default=0)
    read_count = models.PositiveIntegerField(default=0)  # observations stored so far
    matched_count = models.PositiveIntegerField(default=0)  # observations compared with the inventory so far
    proposal_count = models.PositiveIntegerField(default=0)
    personal_count = models.PositiveIntegerField(default=0)  # observations of people's own devices
    attempts = models.PositiveSmallIntegerField(default=0)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["source", "sha256"], name="runs_by_content")]

    def __str__(self) -> str:
        return f"{self.source} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_active(self) -> bool:
        """Whether packets were sent to what it names; a list sends none."""
        return self.reader == self.Reader.NMAP_XML

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return any_of(cls.clauses(grants))

    @classmethod
    def clauses(cls, grants: Grants) -> list[Clause]:
        return [Clause("reach", grants.in_reach("unit"), "unit")] if "assets.view_discoveryrun" in grants.permissions else []


class Observation(models.Model):
    """One thing a run saw: its identifiers and fields as read, and the asset it was matched to, by which rung."""

    run = models.ForeignKey(DiscoveryRun, on_delete=models.PROTECT, related_name="observations")
    ordinal = models.PositiveIntegerField()
    name = models.CharField(max_length=253, blank=True)
    identifiers = models.JSONField(default=list)  # [["MAC", "00:11:…"], …]
    fields = models.JSONField(default=dict)  # asset field → value
    guesses = models.JSONField(default=dict)  # asset field → value that only helps to register something new
    services = models.JSONField(default=list)  # ["102/tcp iso-tsap", …]
    is_scanner = models.BooleanField(default=False)  # the machine that ran the scan
    digest = models.CharField(max_length=64)  # of the identifiers: the same for two sightings of one thing
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, null=True, related_name="observations")
    rung = models.CharField(max_length=6, choices=Identifier.Rung, blank=True)
    observed_at = models.DateTimeField(null=True)
    personal_at = models.DateTimeField(null=True)  # when a device of somebody's own was seen: it goes 30 days later

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "ordinal"], name="one_observation_a_place")]
        indexes = [
            models.Index(fields=["asset", "-id"], name="observations_of_an_asset"),
            models.Index(fields=["personal_at"], condition=Q(personal_at__isnull=False), name="observations_of_people"),
        ]

    def __str__(self) -> str:
        return self.name


class ObservedIdentifier(models.Model):
    """One identifier of an observation, so that a worker finds what else in a run carries it without reading the run."""

    run = models.ForeignKey(DiscoveryRun, on_delete=models.PROTECT, related_name="+")
    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="+")
    rung = models.CharField(max_length=6, choices=Identifier.Rung)
    value = models.CharField(max_length=253)

    class Meta:
        indexes = [models.Index(fields=["run", "value", "rung"], name="sightings_by_identifier")]

    def __str__(self) -> str:
        return f"{self.rung} {self.value}"


class Proposal(models.Model):
    """What a run makes us propose; people accept or ignore it, nothing is overwritten silently."""

    class Kind(models.TextChoices):
        NEW = "NEW", _("New")
        CHANGED = "CHANGED", _("Changed")
        VANISHED = "VANISHED", _("Vanished")
        CONFLICT = "CONFLICT", _("Conflict")

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        ACCEPTED = "ACCEPTED", _("Accepted")
        IGNORED = "IGNORED", _("Ignored")
        OVERTAKEN = "OVERTAKEN", _("Overtaken by a later run")

    class Cause(models.TextChoices):
        AMBIGUOUS = "AMBIGUOUS", _("One identifier belongs to several assets")
        RUNGS_DISAGREE = "RUNGS_DISAGREE", _("Its identifiers belong to different assets")
        CONTRADICTED = "CONTRADICTED", _("The address is known, but of another device")
        SEEN_TWICE = "SEEN_TWICE", _("Two hosts in this run are the same asset")
        ALIKE = "ALIKE", _("Another host in this run carries the same identifier")

    run = models.ForeignKey(DiscoveryRun, on_delete=models.PROTECT, related_name="proposals")
    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, null=True, related_name="proposals")
    kind = models.CharField(max_length=8, choices=Kind)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, null=True, related_name="proposals")
    rung = models.CharField(max_length=6, choices=Identifier.Rung, blank=True)
    changes = models.JSONField(default=dict)  # {field: [now, proposed]}; lists for identifiers and services
    contenders = models.JSONField(default=list)  # of a conflict: ids of the assets it may be
    cause = models.CharField(max_length=16, choices=Cause, blank=True)  # of a conflict
    about = models.CharField(max_length=70, default="")  # "asset:7" or "seen:<digest>": the same for the same question asked again
    fingerprint = models.CharField(max_length=64, default="")  # of what is proposed: a question once ignored is not asked again
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    reason = models.CharField(max_length=300, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["run", "kind", "id"], name="proposals_of_a_run"),
            models.Index(fields=["about"], name="proposals_by_question"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"

    @property
    def title(self) -> str:
        """What it is about, as people name it."""
        if self.asset is not None:
            return str(self.asset)
        return self.observation.name if self.observation else ""

    @property
    def unit(self):
        return self.run.unit

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return any_of(cls.clauses(grants))

    @classmethod
    def clauses(cls, grants: Grants) -> list[Clause]:
        """A scan in one's own unit may meet an asset of another; what is proposed of that one tells what it is."""
        if "assets.view_discoveryrun" not in grants.permissions:
            return []
        about = Q(asset=None) | grants.in_reach("asset__unit") | Q(asset__owner=grants.user_id)
        return [Clause("reach", grants.in_reach("run__unit") & about, "run__unit")]
