"""What search reads of one subject."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q


class SearchEntry(models.Model):
    """The words of one subject, kept beside it by triggers (`search_index.py`). It opens nothing: who reads it is asked of the
    subject itself. Written by the database alone."""

    kind = models.CharField(max_length=40)  # a kind of portal.subjects
    subject_id = models.BigIntegerField()
    at_kind = models.CharField(max_length=40)  # on whose page it stands
    at_id = models.BigIntegerField()
    reference = models.CharField(max_length=40)  # "R17": how people type R-0017, "" without a number
    number = models.CharField(max_length=40)  # "R-0017"
    label = models.TextField()
    words = models.TextField()
    document = SearchVectorField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="one_search_entry_a_subject")]
        indexes = [
            GinIndex(fields=["document"], name="search_by_words", fastupdate=False),
            models.Index(fields=["reference"], condition=~Q(reference=""), name="search_by_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.label}".strip()
