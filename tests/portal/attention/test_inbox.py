from datetime import timedelta

from portal import clock
from portal.attention import inbox, tasks
from portal.attention.models import Reminder
from portal.people import organisations


def test_only_what_was_settled_and_read_a_year_ago_is_forgotten(subject, person):
    owner, thing = person("OWNER"), subject()
    long_ago, lately = (clock.now() - timedelta(days=days) for days in (366, 364))
    cases = {"old": (long_ago, long_ago), "unread": (None, long_ago), "open": (long_ago, None), "recent": (long_ago, lately)}
    for name, (read_at, settled_at) in cases.items():
        Reminder.objects.create(
            recipient=owner,
            subject_kind="tested",
            subject_id=thing.pk,
            kind=f"tested.{name}.due",
            due_on=organisations.today(),
            read_at=read_at,
            settled_at=settled_at,
        )

    tasks.clear_inboxes()

    assert sorted(Reminder.objects.values_list("kind", flat=True)) == ["tested.open.due", "tested.recent.due", "tested.unread.due"]
    assert inbox.of(owner).count() == 1
