"""The ledger of totals: changes are inserted, one folder sums them."""

from django.db import models


class TotalChange(models.Model):
    """`amount` to add to a measure of a scope (a unit's id; the root unit is the organisation)."""

    scope = models.BigIntegerField()
    measure = models.CharField(max_length=60)  # "risks.open", "risks.band.HIGH", "risks.cell.4.4"
    amount = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.scope} {self.measure} {self.amount:+d}"


class Total(models.Model):
    """What was folded so far; a reading is this plus the changes not folded yet."""

    scope = models.BigIntegerField()
    measure = models.CharField(max_length=60)
    amount = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "measure"], name="one_total_a_measure")]

    def __str__(self) -> str:
        return f"{self.scope} {self.measure} {self.amount}"
