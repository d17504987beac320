"""What this room tells of alignment: the board's questions that both answered in the same words."""

from datetime import date

from django.db.models import Min

from governance.board.models import PackQuestion
from governance.together.alignment_feeds import ANSWER_WORKING_DAYS
from governance.together.alignment_terms import Found, Row, feed
from portal.people import organisations, working_days


def board_answered_jointly(first: date, today: date) -> Found:
    """Questions that were answered, or are late: within five working days both had signed one answer. What waits within its days
    is not counted yet."""
    rows = []
    for question in PackQuestion.objects.filter(asked_at__gte=organisations.morning(first)).order_by("pk"):
        due = working_days.after(organisations.day_of(question.asked_at), ANSWER_WORKING_DAYS)
        if question.answered_at is not None:
            rows.append(Row("board-question", question.pk, organisations.day_of(question.answered_at) <= due))
        elif due < today:
            rows.append(Row("board-question", question.pk, went_well=False))
    began = PackQuestion.objects.aggregate(at=Min("asked_at"))["at"]
    return Found(rows, organisations.day_of(began) if began else None)


feed(board_answered_jointly.__name__, board_answered_jointly)
