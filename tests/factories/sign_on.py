"""Identity providers, rules and groups with believable defaults."""

from typing import Any

from portal.sign_on import client_secrets
from portal.sign_on.models import DirectoryGroup, IdentityProvider, RoleRule

NOBODY_LISTENS = "http://localhost:9"


def make_provider(*, actor: Any, key: str = "verrow", **fields: Any) -> IdentityProvider:
    """As `providers.add` makes it."""
    told = {"name": "Verrow", "issuer": NOBODY_LISTENS, "client_id": "concord", "secret": client_secrets.seal("x")} | fields
    return IdentityProvider.objects.create(key=key, created_by=actor, **told)


def make_role_rule(unit: Any, *, actor: Any, group: str = "risk office", role: str = "ANALYST") -> RoleRule:
    return RoleRule.objects.create(group=group, role=role, unit=unit, made_by=actor)


def make_directory_group(name: str = "risk office") -> DirectoryGroup:
    return DirectoryGroup.objects.create(name=name)
