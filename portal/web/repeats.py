"""A request repeated with its Idempotency-Key is answered again and not done again."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from portal import clock
from portal.errors import Invalid, Refused
from portal.web.models import IdempotencyKey

KEPT_FOR = timedelta(hours=48)
WELL_FORMED = re.compile(r"[\x21-\x7e]{1,255}")
KEPT_HEADERS = ("ETag", "Location")


class KeyInUse(Refused):
    code = "request-under-way"
    sentence = _("The first request with this Idempotency-Key is still under way. Ask again shortly.")


class KeyReused(Invalid):
    code = "key-reused"
    sentence = _("This Idempotency-Key was sent before with another request. Take a new key for a new request.")


class MalformedKey(Invalid):
    code = "malformed-key"
    sentence = _("An Idempotency-Key has 1 to 255 visible ASCII characters, for example a UUID.")


def once(request: Request, key: str, act: Callable[[], Response]) -> HttpResponse:
    """Do `act` and keep its answer, in one transaction; answer a repeat from what was kept. A refusal keeps nothing, so the
    key stays free for the mended request. Raises KeyInUse, KeyReused or MalformedKey."""
    if not WELL_FORMED.fullmatch(key):
        raise MalformedKey
    digest = _digest(request)
    with transaction.atomic():
        if not _alone(request.user.pk, key):
            raise KeyInUse(retry_after=1)
        kept = IdempotencyKey.objects.filter(user=request.user, key=key).first()
        if kept is not None and kept.created_at < clock.now() - KEPT_FOR:
            kept.delete()
            kept = None
        if kept is not None:
            if kept.request_digest != digest:
                raise KeyReused
            return _again(kept)
        kept = IdempotencyKey.objects.create(user=request.user, key=key, request_digest=digest)
        response = act()
        kept.status = response.status_code
        kept.body = JSONRenderer().render(_without_secret(response.data))
        kept.headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
        kept.save(update_fields=["status", "body", "headers"])
    return response


def _without_secret(told: Any) -> Any:
    """A secret is told once, and kept nowhere: whoever lost the answer asks for another one."""
    return {**told, "secret": ""} if isinstance(told, Mapping) and "secret" in told else told


def _alone(user_id: int, key: str) -> bool:
    """Hold the key until the transaction ends, so that a concurrent repeat is told at once instead of waiting."""
    number = int.from_bytes(hashlib.sha256(f"{user_id} {key}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return cursor.fetchone()[0]


def _again(kept: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(bytes(kept.body), status=kept.status, content_type="application/json", headers=kept.headers)
    response["Idempotency-Replayed"] = "true"
    return response


def _digest(request: Request) -> str:
    """Of method, address and body as it was understood, so that another multipart boundary is the same request."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    body = request.data
    if isinstance(body, Mapping):
        body = {name: body.getlist(name) if hasattr(body, "getlist") else told for name, told in body.items()}
    digest.update(json.dumps(body, sort_keys=True, default=_file_digest).encode())
    return digest.hexdigest()


def _file_digest(file: Any) -> str:
    whole = hashlib.sha256(str(file.name).encode())
    for chunk in file.chunks():
        whole.update(chunk)
    file.seek(0)
    return whole.hexdigest()
