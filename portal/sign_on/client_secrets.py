"""The secrets by which we speak to identity providers: sealed by SECRET_KEY, so that a copy of the database has none."""

from cryptography.fernet import InvalidToken

from portal.people import sealed
from portal.sign_on.models import IdentityProvider

_PURPOSE = b"concord identity providers"


def seal(secret: str) -> str:
    return sealed.cipher(_PURPOSE).encrypt(secret.encode()).decode()


def of(provider: IdentityProvider) -> str:
    """ "" where the key that sealed it is lost: the provider refuses us then, and the check says so."""
    try:
        return sealed.cipher(_PURPOSE).decrypt(provider.secret.encode()).decode()
    except InvalidToken:
        return ""
