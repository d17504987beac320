"""Holding an edition while something is said of it, so that no newer one passes it by meanwhile."""

from governance.compliance.errors import OldEdition
from governance.compliance.models import Framework


def hold(framework_id: int) -> Framework:
    """The framework, locked until the transaction ends; an import that carries over waits, and so does whoever comes after it.
    Held before the rows below it. Raises OldEdition."""
    framework = Framework.objects.select_for_update(no_key=True).get(pk=framework_id)
    if framework.state != Framework.State.CURRENT:
        raise OldEdition(framework)
    return framework
