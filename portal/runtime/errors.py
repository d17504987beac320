"""What can keep Concord from starting, each said in one sentence to the person at the keyboard."""


class CannotStart(Exception):
    """Something outside Concord is in the way; the message says what, and what to do next."""
