"""A new secret key: what the former one sealed is still opened, and nothing is sealed with it any more."""

import pytest
from allauth.mfa.adapter import get_adapter
from cryptography.fernet import InvalidToken

from portal.settings import environment


def test_former_keys_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", "first-one, second-one,")

    assert environment.read("test").former_secret_keys == ("first-one", "second-one")


def test_a_second_factor_outlives_the_key_it_was_sealed_with(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "former", []
    sealed = get_adapter().encrypt("the secret of a phone")

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "present", ["former"]
    assert get_adapter().decrypt(sealed) == "the secret of a phone"

    anew = get_adapter().encrypt("the secret of a phone")
    settings.SECRET_KEY_FALLBACKS = []
    assert get_adapter().decrypt(anew) == "the secret of a phone"
    with pytest.raises(InvalidToken):
        get_adapter().decrypt(sealed)
