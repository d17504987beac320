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


class NotDeclared(_About):
    """It would leave the idea without saying what it adds or changes."""

    code = "initiative-not-declared"
    sentence = gettext_lazy(
        "%(number)s says not yet what it adds or changes. Declare that first: kind, zone, class of data, how many."
    )


class NotYourAnswer(_About):
    """Neither the owner's side nor the security office."""

    code = "not-your-answer"
    sentence = gettext_lazy(
        "On %(number)s its owner, its sponsor and the CIO answer for IT, the CISO's office and whoever it names for security."
    )


class SeenSettled(Refused):
    code = "seen-settled"
    sentence = gettext_lazy("Both offices agree on this one already. What belongs to the initiative is changed in its declaration.")


class AnswerAtTheInitiative(Refused):
    """Somebody answered by closing a review what is answered on the page of the initiative."""

    code = "answer-at-the-initiative"

    def __init__(self, initiative):
        sentence = _("Say on the page of %(number)s whether it belongs there, so that both offices see your answer.")
        super().__init__(sentence % {"number": initiative.number}, initiative=initiative.pk)


class MilestoneReached(Refused):
    code = "milestone-reached"

    def __init__(self, milestone):
        super().__init__(_("“%(title)s” was reached already.") % {"title": milestone.title}, milestone=milestone.pk)
