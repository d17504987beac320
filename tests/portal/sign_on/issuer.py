"""An identity provider on this machine, and a browser that goes to it and comes back."""

from urllib.parse import urlsplit

import requests


class Issuer:
    """Somebody else's server: it knows a client, and people by what is claimed of them."""

    def __init__(self, port: int):
        self.address = f"http://localhost:{port}"
        registered = requests.post(
            f"{self.address}/oauth2/clients",
            json={
                "redirect_uris": ["http://testserver/accounts/oidc/verrow/login/callback/"],
                "token_endpoint_auth_method": "client_secret_post",
            },
            timeout=5,
        ).json()
        self.client_id, self.secret = registered["client_id"], registered["client_secret"]

    def knows(self, subject: str, **claims: object) -> None:
        requests.put(f"{self.address}/users/{subject}", json=claims, timeout=5).raise_for_status()

    def answer(self, authorize_url: str, subject: str) -> str:
        """Somebody signs in there; the path they are sent back to."""
        said = requests.post(authorize_url, data={"sub": subject}, allow_redirects=False, timeout=5)
        assert said.status_code in (302, 303), said.text
        back = urlsplit(said.headers["Location"])
        return f"{back.path}?{back.query}"
