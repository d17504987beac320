"""The board's addresses in the API."""

from governance.board.api import dashboard, packs  # noqa: F401
