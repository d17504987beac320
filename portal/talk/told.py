"""How news of a conversation read in the inbox and in mails; the rows hold keys only."""

from collections.abc import Sequence

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.archive import changes
from portal.attention import news
from portal.attention.models import Reminder
from portal.attention.models.about_subjects import ANY_KIND
from portal.talk import comments, following, merging, places, watching
from portal.workbench.models import SavedView


def _mentioned(reminder: Reminder) -> str:
    return _("%(who)s mentions you in a comment.") % {"who": news.name_by(reminder)}


def _answered(reminder: Reminder) -> str:
    return _("%(who)s answered in a thread of yours.") % {"who": news.name_by(reminder)}


def at_comment(reminder: Reminder) -> str:
    """Where it was said."""
    return f"{places.address(reminder.subject_kind, reminder.subject_id)}#comment-{reminder.params['comment']}"


def _changed(reminder: Reminder) -> str:
    told = reminder.params
    what = capfirst(changes.verb_word(told["verb"]))
    who = news.name_by(reminder) if told.get("by") else _("the portal")
    more = told["count"] - 1
    done = _("%(what)s, by %(who)s") % {"what": what, "who": who}
    if more:
        done = ngettext("%(done)s, and %(more)d thing more", "%(done)s, and %(more)d things more", more) % {
            "done": done,
            "more": more,
        }
    if told.get("view"):
        return _("%(done)s. You hear it because you watch the view “%(view)s”.") % {"done": done, "view": reminder.view_name}
    return _("%(done)s. You hear it because you watch %(it)s.") % {"done": done, "it": told["number"] or _("this")}


def _name_views(reminders: Sequence[Reminder]) -> None:
    wanted = {one.params["view"] for one in reminders if one.params.get("view")}
    names = dict(SavedView.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    for one in reminders:
        one.view_name = names.get(one.params.get("view"), "")


def _watched(reminder: Reminder) -> str:
    view = reminder.params.get("view")
    return watching.address(watching.VIEW, view) if view else watching.address(reminder.subject_kind, reminder.subject_id)


def _merged(reminder: Reminder) -> str:
    facts = {"who": news.name_by(reminder), "number": reminder.params["number"]}
    return _("%(who)s merged %(number)s into this; what hung on it is here now.") % facts


def _unmerged(reminder: Reminder) -> str:
    facts = {"who": news.name_by(reminder), "number": reminder.params["number"]}
    return _("%(who)s undid its merge with %(number)s: they are two again.") % facts


def register() -> None:
    """Once, in the app's ready()."""
    news.word_with(merging.MERGED, ANY_KIND, _merged)
    news.word_with(merging.UNDONE, ANY_KIND, _unmerged)
    news.prepare_with(_name_views)
    news.word_with(following.CHANGED, ANY_KIND, _changed, ending=_watched)
    news.word_with(comments.MENTIONED, ANY_KIND, _mentioned, at=at_comment)
    news.word_with(comments.ANSWERED, ANY_KIND, _answered, at=at_comment)
