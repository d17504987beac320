"""Bearer tokens of service accounts: issue, recognise, revoke."""

from rest_framework.authentication import BaseAuthentication


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`."""

    def authenticate(self, request):
        return None
