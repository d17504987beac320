"""What culture adds to the record and to people's inboxes. Its entries are about the department they tell of."""

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from governance.together import champions, culture
from governance.together.models import CultureChampion
from portal.archive import changes
from portal.attention import news
from portal.people import holdings
from portal.record import redacting

changes.words(
    "unit",
    verbs={
        "culture.said": _("said whether departments are counted"),
        "culture.counted": _("told what was counted in a quarter"),
        "culture.replied": _("replied to the numbers of a quarter"),
        culture.DRAWN_UP: _("a quarter of culture was drawn up"),
        champions.NAMED: _("named a champion"),
        champions.ENDED: _("ended a champion"),
    },
)
redacting.add(
    redacting.Beside(
        "unit",
        "culture.replies",
        _("Replies to numbers of culture"),
        "together.CultureReply",
        "text",
        rows=lambda _kind, pk: {"line__unit": pk},
    )
)


holdings.register(
    holdings.Group(
        key="champions",
        label=_("Departments whose champion they are"),
        rows=lambda person: CultureChampion.objects.filter(person=person, ended_at=None).select_related("unit"),
        way=holdings.Way.OFFER,
        pass_on=lambda row, *, person, successor, actor: champions.hand_over(row, successor, actor=actor),
        say=lambda row: str(row.unit),
        word=_("It ends; somebody who works there may be named instead."),
        order=66,
    )
)


def _page(_reminder) -> str:
    return reverse("together:culture")


news.word_with(
    culture.DRAWN_UP,
    "unit",
    lambda reminder: (
        _t("The numbers of %(quarter)s for your department are there. You see them a week before others, and may reply.")
        % {"quarter": reminder.params.get("quarter", "")}
    ),
    at=_page,
)
news.word_with(
    champions.NAMED, "unit", lambda _reminder: _t("You are named champion: colleagues ask you first about security."), at=_page
)
