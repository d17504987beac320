"""What is said about subjects, and who wants to hear of them."""

from portal.talk.models.comment import Comment
from portal.talk.models.merge import Merge
from portal.talk.models.watch import Watch, WatchMark

__all__ = ["Comment", "Merge", "Watch", "WatchMark"]
