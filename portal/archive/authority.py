"""Who may act on what is kept."""

from typing import Any

from django.core.exceptions import PermissionDenied


def require(actor: Any, permission: str) -> None:
    """Raises PermissionDenied; `actor` None is the portal itself, in a task or a command."""
    if actor is not None and not actor.has_perm(permission):
        raise PermissionDenied
