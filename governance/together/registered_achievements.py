"""What this room adds to the registry of kinds for achievements and backings."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import changes

for kind, model, word, plural in (
    ("achievement", "together.Achievement", _("achievement"), _("achievements")),
    ("backing", "together.Backing", _("backing of a plan"), _("backings of plans")),
):
    subjects.register(
        subjects.Subject(
            kind=kind,
            model=model,
            word=word,
            plural=plural,
            resource=f"{kind}s",
            url=lambda _row: reverse("together:achievements"),
            label=str,
            unit=lambda _row: None,
        )
    )
changes.words(
    "achievement",
    fields={"words": _("Words"), "amount": _("A year"), "state": _("State")},
    verbs={
        "achievement.proposed": _("proposed by a fact"),
        "achievement.verified": _("verified"),
        "achievement.published": _("published"),
        "achievement.declined": _("put aside"),
    },
)
changes.words("backing", verbs={"backing.given": _("backed"), "backing.ended": _("taken back")})
