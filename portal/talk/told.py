"""How news of a conversation read in the inbox and in mails; the rows hold keys only."""

from django.utils.translation import gettext as _

from portal.attention import news
from portal.attention.models import Reminder
from portal.attention.models.about_subjects import ANY_KIND
from portal.talk import comments, places


def _mentioned(reminder: Reminder) -> str:
    return _("%(who)s mentions you in a comment.") % {"who": news.name_by(reminder)}


def _answered(reminder: Reminder) -> str:
    return _("%(who)s answered in a thread of yours.") % {"who": news.name_by(reminder)}


def at_comment(reminder: Reminder) -> str:
    """Where it was said."""
    return f"{places.address(reminder.subject_kind, reminder.subject_id)}#comment-{reminder.params['comment']}"


def register() -> None:
    """Once, in the app's ready()."""
    news.word_with(comments.MENTIONED, ANY_KIND, _mentioned, at=at_comment)
    news.word_with(comments.ANSWERED, ANY_KIND, _answered, at=at_comment)
