"""What assets announce."""

from django.dispatch import Signal

# asset_ids: list[int], cause: str. Sent inside the transaction of the change; receivers only insert rows.
assets_changed = Signal()
