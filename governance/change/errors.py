"""What following a change refuses."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

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


class GateClosed(Refused):
    """A mandatory criterion is neither met by the word of both offices nor waived."""

    code = "gate-closed"

    def __init__(self, initiative, stage, open_criteria):
        questions = [criterion.asks.question for criterion in open_criteria]
        facts = {"number": initiative.number, "stage": stage.label, "count": len(questions), "first": questions[0]}
        sentence = ngettext(
            "%(number)s does not get to “%(stage)s” yet: “%(first)s” is open. Let both offices answer it, or ask for a waiver.",
            "%(number)s does not get to “%(stage)s” yet: %(count)d criteria are open, the first is “%(first)s” Let both offices"
            " answer them, or ask for waivers.",
            len(questions),
        )
        super().__init__(sentence % facts, initiative=initiative.pk, criteria=[criterion.pk for criterion in open_criteria])


class GatePassed(Refused):
    code = "gate-passed"

    def __init__(self, gate):
        sentence = _("%(gate)s was passed already; what was answered stays.")
        super().__init__(sentence % {"gate": str(gate)}, gate=gate.pk)


class AskedAlready(Refused):
    code = "gate-asked"

    def __init__(self, gate):
        super().__init__(_("%(gate)s was put to security already.") % {"gate": str(gate)}, gate=gate.pk)


class SameHand(Refused):
    """One person would answer for both offices."""

    code = "same-hand"
    sentence = gettext_lazy("You answered this one for the other office already, so somebody else answers for yours.")


class CriterionDropped(Refused):
    code = "criterion-dropped"
    sentence = gettext_lazy("Security asks this no more.")


class OnlySecurityDrops(Refused):
    code = "only-security-drops"
    sentence = gettext_lazy("Only the security office asks fewer criteria; ask it, or ask for a waiver.")


class PatternNotApproved(Refused):
    code = "pattern-not-approved"

    def __init__(self, pattern):
        sentence = _("%(number)s is not approved by both offices, or was retired. Choose another pattern.")
        super().__init__(sentence % {"number": pattern.number}, pattern=pattern.pk)


class PatternFitsNothing(Refused):
    code = "pattern-fits-nothing"

    def __init__(self, pattern, initiative):
        sentence = _("%(pattern)s answers nothing that %(initiative)s is still asked.")
        facts = {"pattern": pattern.number, "initiative": initiative.number}
        super().__init__(sentence % facts, pattern=pattern.pk, initiative=initiative.pk)


class PatternOver(Refused):
    code = "pattern-over"
    sentence = gettext_lazy("This pattern was retired or is in use already; propose another one.")


class EditionWaits(Refused):
    code = "edition-waits"

    def __init__(self, base):
        sentence = _("Another edition of “%(set)s” is drafted or waits for its signatures. Change that one, or take it back first.")
        super().__init__(sentence % {"set": base.title}, set=base.key)


class EditionAsBefore(Refused):
    code = "edition-as-before"
    sentence = gettext_lazy("It asks just what the edition in force asks. Add, change or withdraw a criterion first.")


class EditionNotOpen(Refused):
    code = "edition-not-open"

    def __init__(self, row):
        sentence = _("%(edition)s took effect or was taken back, and stays as it is. Draft another one.")
        super().__init__(sentence % {"edition": str(row)}, edition=row.pk)


class EditionOvertaken(Refused):
    """A newer edition of the set came in meanwhile."""

    code = "edition-overtaken"

    def __init__(self, base):
        sentence = _("A newer edition of “%(set)s” is in force. Take this one back, and draft from that one.")
        super().__init__(sentence % {"set": base.title}, set=base.key)


class GoalNotShared(Refused):
    code = "goal-not-shared"

    def __init__(self, goal):
        sentence = _("%(number)s is not signed by both leaders yet, or has ended. Name a goal that is shared.")
        super().__init__(sentence % {"number": goal.number}, goal=goal.pk)


class CriterionMet(Refused):
    code = "criterion-met"
    sentence = gettext_lazy("Both offices say that this is met, so there is nothing to waive.")


class MilestoneReached(Refused):
    code = "milestone-reached"

    def __init__(self, milestone):
        super().__init__(_("“%(title)s” was reached already.") % {"title": milestone.title}, milestone=milestone.pk)


class _AboutLine(Refused):
    def __init__(self, line):
        super().__init__(str(self.sentence) % {"number": line.number}, line=line.pk)


class LineEnded(_AboutLine):
    code = "spend-line-ended"
    sentence = gettext_lazy("%(number)s has ended and stays as it is. Note a new line for a new contract.")


class LineRuns(_AboutLine):
    code = "spend-line-runs"
    sentence = gettext_lazy("%(number)s still runs: what it saves is confirmed once it has ended.")


class NoDouble(_AboutLine):
    code = "no-double"
    sentence = gettext_lazy("No other running line does the same for as much of the organisation as %(number)s.")


class SavingSettled(Refused):
    code = "saving-settled"
    sentence = gettext_lazy("That was decided already; load the page again.")


class StaysForAnother(_AboutLine):
    """It would end although another line was accepted to end because this one stays."""

    code = "line-stays-for-another"
    sentence = gettext_lazy("%(number)s stays so that another line may end. Say first that both of those are needed after all.")


class EndsItself(_AboutLine):
    """It would be what stays, although it was accepted to end."""

    code = "line-ends-itself"
    sentence = gettext_lazy("%(number)s, which would do it instead, is to end itself. Say first that it is needed after all.")


class NothingStays(_AboutLine):
    """The line that was to do it instead has ended too."""

    code = "nothing-stays"
    sentence = gettext_lazy("What was to do the work of %(number)s has ended too, so nothing is saved. Say that both were needed.")


class OfOneOffice(Refused):
    code = "of-one-office"
    sentence = gettext_lazy(
        "You belong to IT or security, so somebody else confirms what is saved there: ask the head of another part, or the arbiter."
    )


class OwnSaving(Refused):
    code = "own-saving"
    sentence = gettext_lazy("Whoever accepted that it ends does not confirm what it saves; somebody else does.")


class PlannedOver(Refused):
    code = "planned-change-over"

    def __init__(self, planned):
        sentence = _("%(number)s is over or was called off, and stays as it was. Plan a new one.")
        super().__init__(sentence % {"number": planned.number}, planned=planned.pk)


class ClashSettled(Refused):
    code = "clash-settled"
    sentence = gettext_lazy("Nobody is asked about this any more; load the page again.")


class NotYourSide(Refused):
    code = "not-your-side"

    def __init__(self, clash):
        sentence = _("%(one)s and %(other)s answer for these two, each once. Ask them.")
        super().__init__(sentence % {"one": clash.planned.owner, "other": clash.other_owner}, clash=clash.pk)


class AnswerAtTheClash(Refused):
    code = "answer-at-the-clash"
    sentence = gettext_lazy("Answer it where the two that meet stand side by side; the other owner reads it there.")
