"""Appetite and breaches in the registry, and how news of them reads."""

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import changes
from portal.attention import news
from portal.attention.models import Reminder
from portal.workbench import searchable
from risks import appetite, breaches
from risks.models import Appetite


def _label(row: Appetite) -> str:
    kind = row.get_category_display() or _t("All others")
    return f"{kind}, {row.unit}" if row.unit_id else str(kind)


def _began(reminder: Reminder) -> str:
    told = {"value": reminder.params["value"], "tolerance": reminder.params["tolerance"]}
    return (
        _t("%(value)s points are above the tolerance of %(tolerance)s. Treat it, ask for an acceptance, or say what comes.") % told
    )


subjects.register(
    subjects.Subject(
        kind="appetite",
        model="risks.Appetite",
        word=_("appetite"),
        plural=_("appetites"),
        resource="appetites",
        url=lambda _appetite: reverse("risks:appetite"),
        label=_label,
        unit=lambda _appetite: None,
        related=("unit",),
    )
)
subjects.register(
    subjects.Subject(
        kind="breach",
        model="risks.Breach",
        word=_("risk above tolerance"),
        plural=_("risks above tolerance"),
        resource="breaches",
        url=lambda breach: reverse("risks:risk", args=[breach.risk_id]),
        label=str,
        related=("risk__unit",),
    )
)
changes.words("breach", fields={"course": _("What comes"), "decided_until": _("By when"), "ended_at": _("Back within tolerance")})
news.word_with(breaches.BEGAN, "breach", _began)
news.word_with(appetite.AGREED, "appetite", lambda reminder: _t("Appetite and tolerance were changed. See what holds now."))

searchable.register(searchable.Searchable("breach", label=["course_reason"], at=[("risk", "risk")]))
