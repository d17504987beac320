"""What goes in and out: strict JSON, always."""

import codecs
import json
from collections.abc import Sequence
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer


class OnlyJson(BaseContentNegotiation):
    """Whatever a caller accepts, JSON is what there is."""

    def select_parser(self, request: Any, parsers: Sequence[Any]) -> Any:
        sent = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if _same(parser.media_type, sent)), None)

    def select_renderer(self, request: Any, renderers: Sequence[Any], format_suffix: str | None = None) -> tuple[Any, str]:
        return renderers[0], JSONRenderer.media_type


class StrictJson(JSONParser):
    """JSON as the standard has it: no NaN, no number beyond a double, no text that the database cannot hold."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            text = codecs.getreader("utf-8")(stream).read()
            parsed = json.loads(text, parse_constant=_refuse, parse_float=_finite)
            _check(parsed)
        except (ValueError, RecursionError) as error:
            raise ParseError(str(error)) from None
        return parsed


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


def _check(value: Any) -> None:
    """Raises ValueError for NUL and lone surrogates in a text or a name: PostgreSQL stores neither."""
    if isinstance(value, str):
        value.encode()
        if "\x00" in value:
            raise ValueError("NUL")
    elif isinstance(value, list):
        for one in value:
            _check(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            _check(name)
            _check(one)


def _same(pattern: str, sent: str) -> bool:
    kind, _, sub = pattern.partition("/")
    return pattern == "*/*" or pattern == sent or (sub == "*" and sent.startswith(f"{kind}/"))
