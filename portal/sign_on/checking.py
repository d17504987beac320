"""Whether a provider can be spoken to: its own description, its keys, and what Concord needs of it, one step after the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from allauth.socialaccount.adapter import get_adapter

from portal.sign_on.models import IdentityProvider

DESCRIPTION = "/.well-known/openid-configuration"
MOST_LETTERS = 200


@dataclass(frozen=True)
class Step:
    """`name` is a key of `wording.STEPS`; `detail` is what the other side said, shortened, or the name of a failure."""

    name: str
    went_well: bool
    detail: str = ""


@dataclass
class Found:
    steps: list[Step] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return all(step.went_well for step in self.steps)


def look(provider: IdentityProvider) -> Found:
    """Never raises: what fails is a step that did not go well, and those after it are not tried."""
    found = Found()
    description = _fetch(found, "description", provider.issuer + DESCRIPTION)
    if description is None:
        return found
    issuer = str(description.get("issuer", "")).rstrip("/")
    _say(found, "issuer", issuer == provider.issuer, issuer)
    needed = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
    lacking = [name for name in needed if not str(description.get(name, "")).startswith(("https://", "http://"))]
    _say(found, "endpoints", not lacking, ", ".join(lacking))
    methods = description.get("code_challenge_methods_supported")
    _say(found, "pkce", not methods or "S256" in methods, ", ".join(map(str, methods or ())))
    if not lacking:
        keys = _fetch(found, "keys", str(description["jwks_uri"]))
        if keys is not None and not keys.get("keys"):
            found.steps[-1] = Step("keys", went_well=False, detail="{}")
        parts = urlsplit(str(description["authorization_endpoint"]))
        found.origins = sorted({provider.home, f"{parts.scheme}://{parts.netloc}"})
    return found


def _fetch(found: Found, name: str, url: str) -> Mapping[str, Any] | None:
    try:
        with get_adapter().get_requests_session() as session:
            answer = session.get(url)
        answer.raise_for_status()
        told = answer.json()
        if not isinstance(told, dict):
            raise ValueError
    except requests.HTTPError as error:
        _say(found, name, went_well=False, detail=f"HTTP {error.response.status_code}")
    except requests.exceptions.JSONDecodeError:
        _say(found, name, went_well=False, detail="no JSON")
    except (requests.RequestException, ValueError) as error:
        _say(found, name, went_well=False, detail=type(error).__name__)
    else:
        _say(found, name, went_well=True, detail=url)
        return told
    return None


def _say(found: Found, name: str, went_well: bool, detail: str) -> None:
    found.steps.append(Step(name, went_well, detail[:MOST_LETTERS]))
