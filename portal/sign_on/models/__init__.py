"""What is kept about coming in by an identity provider."""

from portal.sign_on.models.directory import DirectoryGroup, DirectoryPerson
from portal.sign_on.models.given_role import GivenRole
from portal.sign_on.models.identity_provider import IdentityProvider
from portal.sign_on.models.role_rule import RoleRule

__all__ = ["DirectoryGroup", "DirectoryPerson", "GivenRole", "IdentityProvider", "RoleRule"]
