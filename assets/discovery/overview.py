"""What the page of one run shows: how far it is, and its proposals by kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from assets import wording
from assets.discovery import splitting
from assets.models import Asset, DiscoveryRun, Proposal

SHOWN_A_KIND = 25
# What needs a head first.
KINDS = (Proposal.Kind.CONFLICT, Proposal.Kind.CHANGED, Proposal.Kind.VANISHED, Proposal.Kind.NEW)

FACTS = ("kind", "vendor", "product", "version_in_use", "operating_system", "location")
TRACES = ("OWN_ID", "IP", "MAC", "FQDN", "services")


@dataclass(frozen=True)
class Row:
    """One proposal with its words, and for a conflict the assets to choose from."""

    proposal: Proposal
    changes: Sequence[dict[str, Any]]
    contenders: Sequence[Asset]

    @property
    def may_split(self) -> bool:
        """Whether it was accepted as being an asset that stood there."""
        return splitting.may_be(self.proposal)

    @property
    def facts(self) -> list[str]:
        """What was seen, as a line: kind, maker, product."""
        seen = self.proposal.changes
        return [wording.shown(name, seen[name][1]) for name in FACTS if name in seen]

    @property
    def traces(self) -> list[str]:
        """By what it would be known, and its open services."""
        seen = self.proposal.changes
        return [wording.shown(name, seen[name][1]) for name in TRACES if name in seen]


@dataclass(frozen=True)
class Group:
    """The proposals of one kind: some of them, how many are open and how many there are."""

    kind: Any
    rows: Sequence[Row]
    open_count: int
    count: int

    @property
    def more_count(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True)
class Overview:
    run: DiscoveryRun
    groups: Sequence[Group]
    open_count: int
    hidden_count: int  # proposals about assets that the reader may not open

    @property
    def is_under_way(self) -> bool:
        return self.run.state in (DiscoveryRun.State.WAITING, DiscoveryRun.State.READING)

    @property
    def steps_done(self) -> int:
        """Out of two for each observation: stored and compared."""
        return self.run.read_count + self.run.matched_count

    @property
    def steps(self) -> int:
        return 2 * self.run.observation_count

    @property
    def refusal(self) -> Any:
        code = self.run.refusal.get("code")
        return wording.REFUSALS.get(code, wording.UNREADABLE) if code else ""


def of(run: DiscoveryRun, user: Any, *, kind: str = "", after: int = 0, size: int = SHOWN_A_KIND) -> Overview:
    """The run as `user` may see it; with `kind` only that one, from the proposal after `after` on."""
    tallies: dict[str, dict[str, int]] = {}
    seen = Proposal.objects.visible_to(user).filter(run=run)
    for row in seen.values("kind", "state").annotate(count=Count("pk")):
        tallies.setdefault(row["kind"], {})[row["state"]] = row["count"]
    wanted = [one for one in KINDS if one in tallies and kind in ("", one)]
    proposals = {one: _proposals(seen, one, after if kind else 0, size) for one in wanted}
    contenders = _contenders([row for rows in proposals.values() for row in rows], user)
    groups = [
        Group(
            kind=one,
            rows=[
                Row(row, wording.changes(row.changes), [contenders[pk] for pk in row.contenders if pk in contenders])
                for row in proposals[one]
            ],
            open_count=tallies[one].get(Proposal.State.OPEN, 0),
            count=sum(tallies[one].values()),
        )
        for one in wanted
    ]
    open_count = sum(states.get(Proposal.State.OPEN, 0) for states in tallies.values())
    return Overview(run, groups, open_count, run.proposals.count() - sum(sum(states.values()) for states in tallies.values()))


def _proposals(seen: QuerySet, kind: str, after: int, size: int) -> list[Proposal]:
    """Open ones first would move under the reader's hands: they stay in the order they were found in."""
    rows = seen.filter(kind=kind, pk__gt=after).select_related("observation", "asset", "settled_by")
    return list(rows.order_by("pk")[:size])


def _contenders(proposals: Sequence[Proposal], user: Any) -> dict[int, Asset]:
    ids = {pk for one in proposals for pk in one.contenders}
    return {one.pk: one for one in Asset.objects.visible_to(user).filter(pk__in=ids)} if ids else {}
