"""Taking hold of an initiative before it is moved: as it stands, locked, and still open."""

from governance.change.errors import InitiativeLive, InitiativeStopped
from governance.change.models import Initiative, Stage

ROLES = ("sponsor", "owner", "security_lead")


def locked(initiative: Initiative) -> Initiative:
    """As it stands now; of two who move it one comes second."""
    rows = Initiative.objects.select_for_update(of=("self",), no_key=True).select_related("unit", *ROLES)
    return rows.get(pk=initiative.pk)


def check_open(initiative: Initiative) -> None:
    """Raises InitiativeStopped, InitiativeLive."""
    if initiative.status == Initiative.Status.STOPPED:
        raise InitiativeStopped(initiative)
    if initiative.stage == Stage.LIVE:
        raise InitiativeLive(initiative)
