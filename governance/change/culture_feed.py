"""What this room tells of culture: gate criteria that an initiative answered, and whether security had to speak first."""

from collections.abc import Iterable
from datetime import date

from governance.change.models import Criterion
from governance.together import culture
from portal.people.organisations import morning


def criteria_answered(first: date, following: date) -> Iterable[tuple[str, bool]]:
    """Those the initiatives' side answered in these days itself, not by a pattern; unprompted where security had not answered
    before. One query."""
    rows = Criterion.objects.filter(it_at__gte=morning(first), it_at__lt=morning(following), it_by__isnull=False, dropped_at=None)
    told = rows.order_by("pk").values_list("gate__initiative__unit__path", "it_at", "security_at")
    return [(path, security_at is None or it_at <= security_at) for path, it_at, security_at in told]


culture.feed(criteria_answered)
