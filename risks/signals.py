"""What risks announce."""

from django.dispatch import Signal

# risk_ids: list[int], cause: str. Sent inside the transaction of the change; receivers only insert rows.
risk_changed = Signal()
# risk_ids: list[int]. Sent after a batch of scores was written, inside its transaction.
scores_recomputed = Signal()
