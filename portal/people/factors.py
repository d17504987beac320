"""How the secrets of second factors are kept: encrypted by a key made from SECRET_KEY, so a copy of the database has none."""

from allauth.mfa.adapter import DefaultMFAAdapter

from portal.people import sealed

_PURPOSE = b"concord second factors"


class SealedFactors(DefaultMFAAdapter):
    """A former key in SECRET_KEY_FALLBACKS still opens what it sealed."""

    def encrypt(self, text: str) -> str:
        return sealed.cipher(_PURPOSE).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return sealed.cipher(_PURPOSE).decrypt(encrypted_text.encode()).decode()
