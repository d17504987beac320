"""What is due, who was told, and how it was answered."""

from portal.attention.models.calendar_feed import CalendarFeed
from portal.attention.models.digest import Digest
from portal.attention.models.quiet_hours import QuietHours
from portal.attention.models.reminder import Reminder
from portal.attention.models.review import Review

__all__ = ["CalendarFeed", "Digest", "QuietHours", "Reminder", "Review"]
