"""What signing a formula version refuses."""

from django.utils.translation import gettext as _

from portal.errors import Refused


class NotPreviewed(Refused):
    """Somebody answered a version before it is known what it would do to every risk."""

    code = "not-previewed"

    def __init__(self, row):
        sentence = _(
            "What formula version %(number)s would change is not computed yet. Sign once its page shows it for every risk."
        )
        super().__init__(sentence % {"number": row.number}, number=row.number)
