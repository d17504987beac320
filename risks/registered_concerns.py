"""What this app adds to the registry of kinds for concerns."""

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import changes, personal
from portal.attention import news
from portal.workbench import searchable
from risks import concerns
from risks.models import ConcernSender

subjects.register(
    subjects.Subject(
        kind="concern",
        model="risks.Concern",
        word=_("concern"),
        plural=_("concerns"),
        resource="concerns",
        page="risks:concern",
        url=lambda concern: reverse("risks:concern", args=[concern.pk]),
        label=str,
        related=("unit", "raised_by", "settled_by", "risk__it_owner", "risk__security_owner"),
        is_spoken_of=False,  # a word or a file of whoever wished not to be named would name them
    )
)
for kind, sentence in {
    concerns.RAISED: _("Somebody raised this concern; it waits for the triage desk."),
    concerns.BECAME_RISK: _("What you raised is a risk now, and somebody looks after it."),
    concerns.ANSWERED: _("What you raised was answered. Read what was said."),
}.items():
    news.word_with(kind, "concern", lambda _reminder, sentence=sentence: str(sentence))
changes.words(
    "concern",
    fields={"text": _("What could happen"), "unit": _("Where"), "answer": _("Answer"), "risk": _("Risk")},
    verbs={
        concerns.RAISED: _("raised"),
        concerns.BECAME_RISK: _("became a risk"),
        concerns.ANSWERED: _("answered"),
    },
)
searchable.register(searchable.Searchable("concern", label=["text"], words=["answer"], number="number"))
personal.keep_between(ConcernSender, lambda: _t("Concerns raised without a name"))
