"""A run that a worker gave up is read once more."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assets.models import DiscoveryRun
from assets.tasks import read_waiting_runs
from portal.errors import Refused
from portal.record import audit

GAVE_UP = "gave-up"
MAY = "assets.take_in_discovery"


class NotGivenUp(Refused):
    code = "run-not-given-up"
    sentence = _("This run was not given up, or its file was cleared away. Take the file in again.")


def may_be(run: DiscoveryRun) -> bool:
    """What could not be read at all would be refused again."""
    return run.state == DiscoveryRun.State.REFUSED and run.refusal.get("code") == GAVE_UP and run.file_id is not None


@transaction.atomic
def read_again(run: DiscoveryRun, *, actor: Any) -> DiscoveryRun:
    """Let a worker go on where the last one stopped. Raises NotGivenUp."""
    if not actor.has_perm(MAY):
        raise PermissionDenied
    run = DiscoveryRun.objects.select_for_update(of=["self"]).get(pk=run.pk)
    if not may_be(run):
        raise NotGivenUp
    run.state, run.refusal, run.attempts, run.finished_at = DiscoveryRun.State.WAITING, {}, 0, None
    run.version += 1
    run.save(update_fields=["state", "refusal", "attempts", "finished_at", "version"])
    audit.record(actor, "discovery-run.tried_again", run)
    transaction.on_commit(read_waiting_runs.delay, robust=True)
    return run
