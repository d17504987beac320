"""What answers where the API has nothing: a problem, not a page."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.errors import ConcordError


class NoSuchAddress(ConcordError):
    code = "not-found"
    status = 404


class Missing(APIView):
    """Every address that nothing else took."""

    schema = None
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        hint = "" if request.path.endswith("/") else _("Addresses of the API end with a slash.")
        raise NoSuchAddress(hint or _("There is no such address in this API."))
