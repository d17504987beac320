"""Safety zones are scanned actively by permit alone: give one, withdraw it, and keep apart what was scanned without."""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from assets import authority
from assets.discovery.candidate import Candidate, IdentifierKind
from assets.errors import NoReasonGiven, NotHeld, ZoneArchived
from assets.models import DiscoveryRun, ScanPermit, Zone
from assets.tasks import read_waiting_runs
from portal import clock
from portal.attention import news
from portal.errors import Invalid
from portal.people import announcements, appointments
from portal.people.models import Unit, User
from portal.record import audit

MAY_RELEASE = "assets.release_scan"
HELD = "discovery-run.held"  # the news
SIDES = frozenset({"CIO", "CISO", "CSO"})
LONGEST = timedelta(days=31)
ACTIVE = frozenset({DiscoveryRun.Reader.NMAP_XML})
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@transaction.atomic
def grant(zone: Zone, *, actor: Any, starts_at: datetime, ends_at: datetime, scope: str, contact: Any) -> ScanPermit:
    """Leave to scan `zone` actively within a window of at most a month. ZoneArchived, OutOfReach, Invalid by field."""
    zone = Zone.objects.select_for_update(of=["self"]).select_related("unit").get(pk=zone.pk)
    authority.require(actor, "assets.change_asset", zone.unit)
    if zone.archived_at is not None:
        raise ZoneArchived(zone)
    told, wrong = " ".join(scope.replace("\x00", "").split())[:200], {}
    if not told:
        wrong["scope"] = [_("Say what is scanned and how gently, such as ports 1 to 1024, slowly.")]
    if not starts_at < ends_at <= starts_at + LONGEST or ends_at <= clock.now():
        wrong["ends_at"] = [_("Choose an end that is still to come, at most a month after the start.")]
    if actor is not None and contact.pk == actor.pk:
        wrong["contact"] = [_("Name somebody else in the plant, who stands by while it is scanned.")]
    if wrong:
        raise Invalid(next(iter(wrong.values()))[0], fields=wrong)
    permit = ScanPermit.objects.create(
        zone=zone, starts_at=starts_at, ends_at=ends_at, scope=told, contact=contact, granted_by=actor
    )
    audit.record(actor, "scan-permit.granted", permit, {"zone": zone.pk})
    return permit


@transaction.atomic
def withdraw(permit: ScanPermit, *, actor: Any) -> ScanPermit:
    """Nobody may scan by it any more. Nothing happens to one that is withdrawn."""
    permit = ScanPermit.objects.select_for_update(of=["self"]).select_related("zone__unit").get(pk=permit.pk)
    authority.require(actor, "assets.change_asset", permit.zone.unit)
    if permit.archived_at is None:
        permit.archived_at, permit.version = clock.now(), permit.version + 1
        permit.save(update_fields=["archived_at", "version"])
        audit.record(actor, "scan-permit.withdrawn", permit)
    return permit


@transaction.atomic
def hand_over(permit: ScanPermit, successor: User, *, actor: Any) -> User:
    """Let `successor` stand by instead of one who leaves. Raises Invalid where they granted it themselves."""
    permit = ScanPermit.objects.select_for_update(of=["self"]).get(pk=permit.pk)
    if permit.granted_by_id == successor.pk:
        told = _("%(person)s granted one of these, so somebody else stands by meanwhile. Choose them for it by name.")
        raise Invalid(told % {"person": successor}, {"scan-permits": [told % {"person": successor}]})
    before, permit.contact, permit.version = permit.contact_id, successor, permit.version + 1
    permit.save(update_fields=["contact", "version"])
    audit.record(actor, "scan-permit.handed_over", permit, {"contact": [before, successor.pk]})
    return successor


@dataclass
class Watch:
    """Which safety zones a file reaches, told host by host, so that no list of hosts is kept."""

    ranges: Mapping[int, list[Network]]
    reached: set[int] = field(default_factory=set)

    def see(self, candidate: Candidate) -> None:
        if len(self.reached) == len(self.ranges):
            return
        for one in candidate.identifiers:
            if one.kind == IdentifierKind.IP:
                address = ipaddress.ip_address(one.value)
                self.reached |= {zone for zone, networks in self.ranges.items() if any(address in net for net in networks)}

    def see_networks(self, told: Iterable[str]) -> None:
        """What the scan looked at counts as well, whether or not anything answered there."""
        for looked_at in (ipaddress.ip_network(text, strict=False) for text in told):
            for zone, networks in self.ranges.items():
                if any(net.version == looked_at.version and net.overlaps(looked_at) for net in networks):
                    self.reached.add(zone)


def watch() -> Watch:
    """The safety zones that say which networks are theirs. One query."""
    rows = Zone.objects.current().filter(is_safety=True).exclude(networks=[]).values_list("pk", "networks")
    return Watch({pk: [ipaddress.ip_network(text) for text in networks] for pk, networks in rows})


def unplaced(unit: Unit) -> set[int]:
    """Safety zones that name no network, of units above or below `unit`: whether a scan there reached them nobody can tell, so each
    is taken to have done. One query."""
    rows = Zone.objects.current().filter(is_safety=True, networks=[]).values_list("pk", "unit__path")
    return {pk for pk, path in rows if path.startswith(unit.path) or unit.path.startswith(path)}


def without_permit(reader: str, reached: Iterable[int], at: datetime | None) -> list[int]:
    """The reached safety zones for which no permit, given before, covers the scan at `at` (now where the file does not say)."""
    wanted = sorted(reached)
    if reader not in ACTIVE or not wanted:
        return []
    moment = at or clock.now()
    covering = ScanPermit.objects.current().filter(zone__in=wanted, starts_at__lte=moment, ends_at__gte=moment)
    covered = set(covering.filter(granted_at__lte=moment).values_list("zone", flat=True))
    return [pk for pk in wanted if pk not in covered]


def hold(run: DiscoveryRun) -> None:
    """Both sides hear that a safety zone was scanned without a permit; nothing of it is read. Inside the intake's transaction."""
    audit.record(run.started_by, HELD, run, {"zones": run.held_for})
    people = {one.person.pk for seat, one in appointments.filled().items() if seat in SIDES}
    announcements.tell(run, HELD, people)


@transaction.atomic
def release(run: DiscoveryRun, *, actor: Any, reason: str) -> DiscoveryRun:
    """A leader lets it be read all the same. NotHeld, NoReasonGiven."""
    run = _held(run, actor)
    run.state, run.version = DiscoveryRun.State.WAITING, run.version + 1
    run.save(update_fields=["state", "version"])
    audit.record(actor, "discovery-run.released", run, text=_reason(reason))
    news.settle(run, HELD)
    transaction.on_commit(read_waiting_runs.delay, robust=True)
    return run


@transaction.atomic
def discard(run: DiscoveryRun, *, actor: Any, reason: str) -> DiscoveryRun:
    """A leader leaves it unread for good. NotHeld, NoReasonGiven."""
    run = _held(run, actor)
    run.state, run.refusal = DiscoveryRun.State.REFUSED, {"code": "no-permit"}
    run.finished_at, run.version = clock.now(), run.version + 1
    run.save(update_fields=["state", "refusal", "finished_at", "version"])
    audit.record(actor, "discovery-run.discarded", run, text=_reason(reason))
    news.settle(run, HELD)
    return run


def _held(run: DiscoveryRun, actor: Any) -> DiscoveryRun:
    if actor is not None and not actor.has_perm(MAY_RELEASE):
        raise PermissionDenied
    run = DiscoveryRun.objects.select_for_update(of=["self"]).get(pk=run.pk)
    if run.state != DiscoveryRun.State.HELD:
        raise NotHeld(run)
    return run


def _reason(text: str) -> str:
    told = " ".join(text.replace("\x00", "").split())[:300]
    if not told:
        raise NoReasonGiven
    return told
