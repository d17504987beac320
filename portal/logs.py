"""Structured logs: one JSON object a line on standard error, with the request or job it belongs to."""

import re
from typing import Any

import structlog

# What libraries attach to a record and nobody wants to find in a log: bodies, addresses, names.
NEVER = ("email", "mail", "body", "password", "username", "credentials", "token", "args", "kwargs")
# Addresses whose last part is a secret: the libraries write a path where they refuse something.
OPENS = re.compile(r"(/(?:invitation|begin|password/new)/)[^/\s\"']+")


def without_people(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Leave out what says more of a person than a key."""
    return {key: value for key, value in event.items() if key not in NEVER}


def without_links(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Leave out the part of an address that would let its reader in."""
    return {key: OPENS.sub(r"\1…", value) if isinstance(value, str) else value for key, value in event.items()}


SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    without_people,
    without_links,
]


def configuration() -> dict[str, Any]:
    """LOGGING for Django: our lines and those of the libraries come out alike."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            }
        },
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["out"], "level": "WARNING"},
        "loggers": {
            **{room: {"level": "INFO"} for room in ("portal", "assets", "risks", "governance")},
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.request": {"level": "ERROR"},  # the line of the request says its status already
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "axes": {"level": "CRITICAL"},  # it writes names and addresses of people
        },
    }
