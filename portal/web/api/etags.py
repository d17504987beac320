"""ETag and If-Match: nobody overwrites what they have not read."""

import re
from typing import Any

from rest_framework.request import Request

from portal.errors import Stale
from portal.web.problems import KINDS, IfMatchMissing

TAG = re.compile(r'(?:W/)?"([^"]*)"')


def of(instance: Any) -> dict[str, str]:
    """The ETag header of a row with a version; nothing for rows without one."""
    version = getattr(instance, "version", None)
    return {} if version is None else {"ETag": f'"{version}"'}


def expected(request: Request, instance: Any, *, required: bool = True) -> int:
    """The version the caller has read. Raises IfMatchMissing without If-Match where it is required, Stale when the row has
    moved on. "*" stands for any version."""
    told = request.headers.get("If-Match", "").strip()
    if not told:
        if required:
            raise IfMatchMissing
        return instance.version
    if told != "*" and str(instance.version) not in TAG.findall(told):
        raise Stale(KINDS[412][2], current_version=instance.version)
    return instance.version
