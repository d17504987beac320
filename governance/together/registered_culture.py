"""What culture adds to the record and to people's inboxes. Its entries are about the department they tell of."""

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from governance.together import champions, culture
from portal.archive import changes
from portal.attention import news
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
