"""What following a change refuses."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Refused


class _About(Refused):
    def __init__(self, initiative, **facts):
        words = {"number": initiative.number, **{name: str(value) for name, value in facts.items()}}
        super().__init__(str(self.sentence) % words, initiative=initiative.pk, **facts)


class InitiativeStopped(_About):
    code = "initiative-stopped"
    sentence = gettext_lazy("%(number)s was stopped and stays as it is. Propose it anew if it is wanted again.")


class InitiativeLive(_About):
    code = "initiative-live"
    sentence = gettext_lazy("%(number)s is live already. Propose another initiative for what comes next.")


class NotTheNextStage(_About):
    """A stage was jumped, gone back, or reached by somebody else meanwhile."""

    code = "not-the-next-stage"
    sentence = gettext_lazy("%(number)s stands at “%(stands)s”: load its page again, and move it one stage at a time.")


class MilestoneReached(Refused):
    code = "milestone-reached"

    def __init__(self, milestone):
        super().__init__(_("“%(title)s” was reached already.") % {"title": milestone.title}, milestone=milestone.pk)
