"""The board's addresses in the API."""

from governance.board.api import dashboard, packs, questions  # noqa: F401
