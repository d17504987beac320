"""What deciding together refuses."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Refused, Stale


class _About(Refused):
    def __init__(self, decision):
        told = {"number": decision.number, "page": reverse("together:decision-answering", args=[decision.pk])}
        super().__init__(str(self.sentence) % told, decision=decision.pk)


class NotPut(_About):
    """Answered before it was put to the seats, or after it was settled."""

    code = "decision-not-put"
    sentence = gettext_lazy("%(number)s does not wait for an answer. Put it to the seats first, or ask anew.")


class NotADraft(_About):
    code = "decision-not-a-draft"
    sentence = gettext_lazy("%(number)s was put to the seats already. Change it there, or take it back.")


class DecisionSettled(_About):
    """It was decided or taken back; neither is ever changed."""

    code = "decision-settled"
    sentence = gettext_lazy("%(number)s is settled and stays as it is. Ask a new question that names it.")


class NotYourDecision(_About):
    code = "not-your-decision"
    sentence = gettext_lazy("Only who asked %(number)s and the leaders change it. Ask one of them.")


class NotALeader(_About):
    code = "not-a-leader"
    sentence = gettext_lazy("Only the CIO and the CISO, or who stands in for them, mark an option of %(number)s.")


class NobodyToDeferTo(_About):
    """The table of authority leaves it to one office alone."""

    code = "nobody-to-defer-to"
    sentence = gettext_lazy("Your office alone answers %(number)s, so there is nobody to defer to. Support or oppose it.")


class FormulaAsked(_About):
    """It was put to the two already, and not taken back."""

    code = "formula-asked"
    sentence = gettext_lazy("The formula is what %(number)s asks or has settled. Answer it there, or write another edition.")


class FormulaUndecided(Refused):
    """An edition after the first, without a decision of the two for it."""

    code = "formula-undecided"

    def __init__(self):
        super().__init__(_("This edition of the formula rests on no decision yet. Put it to the two, and agree to it there first."))


class NothingToTalkOf(Refused):
    """Not put to a leader, signed already, or asked by somebody else."""

    code = "nothing-to-talk-of"

    def __init__(self):
        super().__init__(_("It does not wait for your office as one of the leaders. Open it to see who is asked."))


class MarksShown(_About):
    code = "marks-shown"
    sentence = gettext_lazy("Both leaders have marked %(number)s and read each other's. Answer the question itself.")


class MarksBlind(_About):
    code = "marks-blind"
    sentence = gettext_lazy("Neither leader reads yet what the other marked of %(number)s. Mark it, or wait for the other one.")


class CarriedAlready(_About):
    """The option asked for is the one that was marked."""

    code = "carried-already"
    sentence = gettext_lazy("%(number)s asks for that option already. Answer the question itself.")


class BothDefer(_About):
    """An office deferred to the one that defers to it."""

    code = "both-defer"
    sentence = gettext_lazy("The other office deferred to yours on %(number)s, so yours says what it wants.")


class NotForTheArbiterYet(_About):
    code = "not-for-the-arbiter-yet"
    sentence = gettext_lazy(
        "%(number)s is still between the two offices. It comes to you when they have differed for five working days."
    )


class NotTheArbiter(_About):
    code = "not-the-arbiter"
    sentence = gettext_lazy("Only whoever sits in the arbiter's seat settles %(number)s.")


class ArbiterAnswered(_About):
    """The arbiter stood in for an office that the question was put to."""

    code = "arbiter-answered"
    sentence = gettext_lazy(
        "You answered %(number)s for another office, so you do not settle it. Let the two agree, or another arbiter."
    )


class NoOnItsPage(_About):
    """A no without a position: nobody would know that the offices differ."""

    code = "no-on-its-page"
    sentence = gettext_lazy("Say no to %(number)s where your office answers it, so that the difference is kept: %(page)s")


class NotASeat(_About):
    code = "not-a-seat"
    sentence = gettext_lazy("Only who answers %(number)s asks to talk about it first.")


class OnlyCounsel(_About):
    code = "only-counsel"
    sentence = gettext_lazy("Only counsel says whether %(number)s is privileged.")


class ConditionMet(Refused):
    code = "condition-met"
    sentence = gettext_lazy("This condition was met already; what shows it stands beside it.")


class ConditionNotDue(Refused):
    code = "condition-not-in-force"
    sentence = gettext_lazy("This condition counts once the decision has taken effect.")


class NotYourCondition(Refused):
    code = "not-your-condition"
    sentence = gettext_lazy("Only its owner, the office that asked for it and the leaders settle a condition. Ask one of them.")


class MayNotOpenDecision(Refused):
    """A condition would pass to somebody who could not open what it belongs to."""

    code = "may-not-open"

    def __init__(self, decision, person):
        told = {"number": decision.number, "name": person.name}
        sentence = _("%(number)s is not for everybody, and %(name)s may not open it. Choose somebody else for its conditions.")
        super().__init__(sentence % told, decision=decision.pk, person=person.pk)


class ConditionKeepsDate(Refused):
    """A review of a condition was answered otherwise than by meeting it."""

    code = "condition-keeps-its-date"
    sentence = gettext_lazy("A condition is met or it is not: open the decision and say what shows it.")


class DecisionSavedMeanwhile(Stale):
    """Somebody saved first. `facts`: `theirs` by field, `version` now, `by` ("")."""

    def __init__(self, *, theirs, version):
        super().__init__(
            _("Somebody saved this while you were writing. Keep theirs or yours."), theirs=theirs, version=version, by=""
        )


class CharterWaits(Refused):
    code = "charter-waits"
    sentence = gettext_lazy("Another charter waits for signatures. Sign it or take it back first.")


class CharterSettled(Refused):
    code = "charter-settled"
    sentence = gettext_lazy("This charter was signed or taken back; propose another one instead.")


class AreaUnknown(Refused):
    code = "area-unknown"
    sentence = gettext_lazy("The charter in force has no such area. Propose a charter that names it.")


class NotYourOfficesWish(Refused):
    code = "not-your-offices-wish"
    sentence = gettext_lazy("Only whoever fills the seat says what an office would like to lead.")


class NoHandover(Refused):
    code = "no-handover"
    sentence = gettext_lazy("That office answers for this area already. Choose another one.")


class GoalEnded(_About):
    code = "goal-ended"
    sentence = gettext_lazy("%(number)s is no goal any more. Propose another one instead.")


class GoalSavedMeanwhile(DecisionSavedMeanwhile):
    """The same of a goal or a theme."""


class ThemesAreEnough(Refused):
    code = "themes-are-enough"
    sentence = gettext_lazy("There are seven themes. End one first, or put what you mean under one of them.")


class ThemesAreFew(Refused):
    code = "themes-are-few"
    sentence = gettext_lazy("A strategy has at least three themes. Add another one before this one ends, or say it otherwise.")


class ThemeEnded(Refused):
    code = "theme-ended"
    sentence = gettext_lazy("This theme is no part of the strategy any more. Add another one instead.")


class ThemeHasGoals(Refused):
    code = "theme-has-goals"
    sentence = gettext_lazy("Goals stand under this theme. Put them under another one, or end them first.")


class ThemeTaken(Refused):
    code = "theme-taken"
    sentence = gettext_lazy("There is a theme of this name. Use it, or choose another name.")


class NotOneOfThePair(Refused):
    code = "not-one-of-the-pair"
    sentence = gettext_lazy("Only whoever fills the seat of the CIO or the CISO says whether this is measured.")


class MeetingPlanned(Refused):
    code = "meeting-planned"
    sentence = gettext_lazy("The next meeting is planned already. Move it, hold it or call it off first.")


class MeetingSettled(Refused):
    code = "meeting-settled"
    sentence = gettext_lazy("This meeting was held or called off; what was written down stays. Plan another one.")


class ActionDone(Refused):
    code = "action-done"
    sentence = gettext_lazy("This action is done already; what shows it stands beside it.")


class ActionKeepsDate(Refused):
    """A review of an action was answered otherwise than by its being done."""

    code = "action-keeps-its-date"
    sentence = gettext_lazy("An action is done or it is not: close it and say what shows it.")


class NotYourAction(Refused):
    code = "not-your-action"
    sentence = gettext_lazy("Only whoever sees to it and the two who asked for it say that it is done.")


class NotDecided(_About):
    code = "not-decided"
    sentence = gettext_lazy("%(number)s is not decided yet. What becomes of it can be noted once it has taken effect.")


class AchievementSettled(Refused):
    code = "achievement-settled"
    sentence = gettext_lazy("This was published or put aside already. Look at the list for how.")


class NotVerified(Refused):
    code = "not-verified"
    sentence = gettext_lazy("A modelled loss is verified by the other office first. Ask its leader.")


class NotTheOtherOffice(Refused):
    code = "not-the-other-office"
    sentence = gettext_lazy("Only the leader who does not answer for the risk verifies what it costs less.")


class OwnOffice(Refused):
    code = "own-office"
    sentence = gettext_lazy("Your own office proposed this. What it brings belongs into the plan itself.")


class NothingToBack(Refused):
    code = "nothing-to-back"
    sentence = gettext_lazy("This plan is done, refused or taken back. Back one that waits or is under way.")


class BackedAlready(Refused):
    code = "backed-already"
    sentence = gettext_lazy("Your office backs this plan already. Take that back first to bring something else.")


class NotYourBacking(Refused):
    code = "not-your-backing"
    sentence = gettext_lazy("The other office brought this. Only whoever fills its seat takes it back.")


class BackingEnded(Refused):
    code = "backing-ended"
    sentence = gettext_lazy("This was taken back already.")


class CultureOff(Refused):
    code = "culture-off"
    sentence = gettext_lazy("Nothing is counted by department until both offices agree. Ask the CIO and the CISO.")


class QuarterDrawnUp(Refused):
    """Other counts came in for a quarter that was drawn up."""

    code = "quarter-drawn-up"

    def __init__(self, first):
        super().__init__(_("The quarter from %s is drawn up and stays as it is. Bring the next one.") % first.isoformat())


class NotTheHead(Refused):
    code = "not-the-head"

    def __init__(self, unit):
        super().__init__(_("Only whoever heads %s replies to its numbers.") % unit.name)


class LineWithheld(Refused):
    code = "line-withheld"
    sentence = gettext_lazy("The numbers of this department are withheld, so there is nothing to reply to.")


class NotYoursToName(Refused):
    code = "not-yours-to-name"

    def __init__(self, unit):
        super().__init__(_("The head of %s, the CIO or the CISO names its champions. Ask one of them.") % unit.name)


class ChampionAlready(Refused):
    code = "champion-already"

    def __init__(self, person):
        super().__init__(_("%s is a champion of this department already. Choose somebody else.") % person.name)


class ChampionEnded(Refused):
    code = "champion-ended"
    sentence = gettext_lazy("This champion has ended already.")
