"""What is said about subjects."""

from portal.talk.models.comment import Comment

__all__ = ["Comment"]
