"""Appetite and breaches in the registry, and how news of them reads."""

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import changes
from portal.attention import news
from portal.attention.models import Reminder
from portal.workbench import searchable
from risks import appetite, bad_year, breaches, loss_words
from risks.models import Appetite


def _label(row: Appetite) -> str:
    kind = row.get_category_display() or _t("All others")
    return f"{kind}, {row.unit}" if row.unit_id else str(kind)


def _began(reminder: Reminder) -> str:
    told = {"value": reminder.params["value"], "tolerance": reminder.params["tolerance"]}
    return (
        _t("%(value)s points are above the tolerance of %(tolerance)s. Treat it, ask for an acceptance, or say what comes.") % told
    )


def _passed(reminder: Reminder) -> str:
    told = reminder.params
    facts = {"sum": loss_words.money(float(told["amount"])), "now": loss_words.share(float(told["chance"]))}
    facts["most"] = loss_words.exact_share(Decimal(told["at_most"]))
    return (
        _t(
            "Years over %(sum)s have become likelier than agreed: %(now)s, and agreed were at most %(most)s. Agree on plans that "
            "bring them back, or on other numbers."
        )
        % facts
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
changes.words(
    "appetite",
    fields={
        "bad_year_amount": _("A bad year costs more than"),
        "bad_year_chance": _("and happens with a chance of at most"),
        "passed_at": _("Likelier than agreed since"),
    },
)
news.word_with(bad_year.PASSED, "appetite", _passed)
news.word_with(breaches.BEGAN, "breach", _began)
news.word_with(appetite.AGREED, "appetite", lambda reminder: _t("Appetite and tolerance were changed. See what holds now."))

searchable.register(searchable.Searchable("breach", label=["course_reason"], at=[("risk", "risk")]))
