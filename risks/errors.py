"""What the rules of the register refuse."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.errors import Refused, Stale
from portal.web import shown


class RiskClosed(Refused):
    code = "risk-closed"

    def __init__(self, risk):
        super().__init__(_("%(number)s is closed. Log it anew if it can happen again.") % {"number": risk.number}, risk=risk.pk)


class ConcernSettled(Refused):
    code = "concern-settled"

    def __init__(self, concern):
        sentence = _("%(number)s is settled already; what became of it stands on its page.")
        super().__init__(sentence % {"number": concern.number}, concern=concern.pk)


class NotAtTheDesk(Refused):
    code = "not-at-the-desk"
    sentence = gettext_lazy("Only the triage desk settles a concern. Ask an analyst or the CISO.")


class ReadersAreNotYours(Refused):
    """Somebody who is neither an owner nor a leader wanted to say who may read a confidential risk."""

    code = "readers-are-not-yours"
    sentence = gettext_lazy("Only its owners and the leaders say who may read this risk. Ask one of them.")


class NobodyMayRead(Refused):
    """A confidential risk loses its owner, and no leader is there to take it."""

    code = "nobody-may-read"
    sentence = gettext_lazy("A confidential risk among these needs a leader to take it over. Fill a leader's seat first.")


class MayNotOpen(Refused):
    """What hangs on a confidential risk would pass to somebody who could not even open it."""

    code = "may-not-open"

    def __init__(self, risk, person):
        told = {"number": risk.number, "name": person.name}
        sentence = _(
            "%(number)s is confidential, and %(name)s may not open it. Name %(name)s on the risk first, or choose somebody else"
            " for what hangs on it."
        )
        super().__init__(sentence % told, risk=risk.pk, person=person.pk)


class NotLinked(Refused):
    code = "not-linked"

    def __init__(self, risk, asset):
        sentence = _("%(asset)s is not linked to %(number)s any more.") % {"asset": asset.number, "number": risk.number}
        super().__init__(sentence, risk=risk.pk, asset=asset.pk)


class SavedMeanwhile(Stale):
    """Somebody saved first. `facts`: `theirs` by field as it stands now (rows by id), `version` now, `by` (name or "")."""

    def __init__(self, *, theirs, version, by):
        name = "" if by is None else str(by)
        sentence = _("%(name)s saved this while you were writing. Keep theirs or yours.") % {"name": name or _("Somebody")}
        super().__init__(sentence, theirs=theirs, version=version, by=name)


class Withdrawn(Refused):
    code = "risk-withdrawn"

    def __init__(self, risk):
        super().__init__(_("%(number)s was taken out of the register before.") % {"number": risk.number}, risk=risk.pk)


class NotYourOffice(Refused):
    """Somebody spoke for an office that is not theirs, or below its leader where both offices rate."""

    code = "not-your-office"

    def __init__(self, risk, seat=""):
        if seat:
            sentence = _("Both offices rate %(number)s, so the %(seat)s speaks here. Ask them.")
        else:
            sentence = _("The CIO, the CISO and the owners of %(number)s rate it. Ask one of them.")
        super().__init__(sentence % {"number": risk.number, "seat": seat}, risk=risk.pk)


class NotTheArbiter(Refused):
    code = "not-the-arbiter"

    def __init__(self, risk):
        sentence = _("Only the arbiter decides between the two offices on %(number)s.") % {"number": risk.number}
        super().__init__(sentence, risk=risk.pk)


class StillBetweenTheTwo(Refused):
    code = "still-between-the-two"

    def __init__(self, risk, last_day):
        sentence = _("The CIO and the CISO have until %(day)s to settle %(number)s between them; decide after that.")
        super().__init__(sentence % {"day": shown.date_long(last_day), "number": risk.number}, risk=risk.pk)


class AlreadyRated(Refused):
    code = "already-rated"

    def __init__(self, risk):
        super().__init__(
            _("%(number)s is being rated already. Open it to see where it stands.") % {"number": risk.number}, risk=risk.pk
        )


class NothingToAnswer(Refused):
    code = "nothing-to-answer"

    def __init__(self, risk):
        sentence = _("There is nothing left to answer on %(number)s. Open it to see how it was settled.") % {"number": risk.number}
        super().__init__(sentence, risk=risk.pk)


class RatedByOffices(Refused):
    """Somebody set the present levels past the offices."""

    code = "rated-by-offices"

    def __init__(self, risk):
        sentence = _("The offices have rated %(number)s; its levels change by a rating.") % {"number": risk.number}
        super().__init__(sentence, risk=risk.pk)


class InputNotKept(Refused):
    code = "input-not-kept"
    sentence = gettext_lazy("This score is older than the keeping of inputs. Take the file of a later one.")

    def __init__(self, score):
        super().__init__(score=score.pk)


class NamesHiddenAssets(Refused):
    code = "names-hidden-assets"
    sentence = gettext_lazy("This file would name assets or controls you may not open. Ask the owner of the risk for it.")

    def __init__(self, score):
        super().__init__(score=score.pk)


class ControlRetired(Refused):
    code = "control-retired"

    def __init__(self, control):
        super().__init__(_("%(number)s is retired. Register a new control.") % {"number": control.number}, control=control.pk)


class NotBearing(Refused):
    code = "not-bearing"

    def __init__(self, control, risk):
        sentence = _("%(control)s does not bear on %(risk)s that way any more.")
        super().__init__(sentence % {"control": control.number, "risk": risk.number}, control=control.pk, risk=risk.pk)


class ProvesNothingNow(Refused):
    """Evidence for something that is over."""

    code = "proves-nothing-now"

    def __init__(self, subject):
        sentence = _("%(number)s takes no more evidence: it is over.") % {"number": subject.number}
        super().__init__(sentence, subject=subject.pk)


class EvidenceTakenBack(Refused):
    code = "evidence-taken-back"
    sentence = gettext_lazy("This evidence was taken back already.")


class AnswerWithEvidence(Refused):
    """Somebody answered a review of evidence by words."""

    code = "answer-with-evidence"

    def __init__(self, control):
        sentence = _("Only new evidence answers this. Add it to %(number)s.") % {"number": control.number}
        super().__init__(sentence, control=control.pk)


class FollowsFromPlan(Refused):
    """Somebody set the levels after plan past the treatments."""

    code = "follows-from-plan"

    def __init__(self, risk):
        sentence = _("%(number)s has a plan, and its levels after plan follow from it. Change a treatment.")
        super().__init__(sentence % {"number": risk.number}, risk=risk.pk)


class NotProposed(Refused):
    code = "not-proposed"

    def __init__(self, treatment):
        sentence = _("%(number)s does not wait for an approval. Open it to see where it stands.")
        super().__init__(sentence % {"number": treatment.number}, treatment=treatment.pk)


class NotUnderWay(Refused):
    code = "not-under-way"

    def __init__(self, treatment):
        sentence = _("%(number)s is not under way. Open it to see where it stands.") % {"number": treatment.number}
        super().__init__(sentence, treatment=treatment.pk)


class OwnProposal(Refused):
    code = "own-proposal"
    sentence = gettext_lazy("You proposed this treatment, so someone else decides on it. Ask another leader.")


class NeedsSignatures(Refused):
    """Somebody approved by one word what the table of authority lets others approve."""

    code = "needs-signatures"

    def __init__(self, treatment, who):
        sentence = _("%(number)s is approved by the signature of: %(who)s. Ask them, or sign it on its page.")
        super().__init__(sentence % {"number": treatment.number, "who": who}, treatment=treatment.pk)


class StepsOpen(Refused):
    code = "steps-open"

    def __init__(self, treatment, count):
        sentence = ngettext(
            "%(count)d step of %(number)s is open. Finish it, or change the plan.",
            "%(count)d steps of %(number)s are open. Finish them, or change the plan.",
            count,
        )
        super().__init__(sentence % {"count": count, "number": treatment.number}, treatment=treatment.pk)


class EvidenceMissing(Refused):
    code = "evidence-missing"

    def __init__(self, treatment):
        sentence = _("%(number)s is done only with evidence. Add a file, a link or a fact first.") % {"number": treatment.number}
        super().__init__(sentence, treatment=treatment.pk)


class StepFinished(Refused):
    code = "step-finished"

    def __init__(self, step):
        super().__init__(_("This step is finished, or the plan goes without it."), step=step.pk)


class AnswerByDoing(Refused):
    """Somebody answered the date of a plan by words."""

    code = "answer-by-doing"

    def __init__(self, treatment):
        sentence = _("A plan's date is met by doing it. Finish it on the page of %(number)s, or propose another date there.")
        super().__init__(sentence % {"number": treatment.number}, treatment=treatment.pk)


class TableWaits(Refused):
    code = "table-waits"
    sentence = gettext_lazy("A table of authority waits for its signatures already. Sign it, or take it back first.")


class TableSigned(Refused):
    code = "table-signed"
    sentence = gettext_lazy("This table was signed or taken back before. Propose a new one.")


class SafetyForMoney(Refused):
    code = "safety-for-money"

    def __init__(self, risk):
        sentence = _(
            "%(number)s is about safety at level 4 or 5, which is never traded for money. Give another reason, or treat it."
        )
        super().__init__(sentence % {"number": risk.number}, risk=risk.pk)


class ExceptionClosed(Refused):
    code = "exception-closed"

    def __init__(self, exception):
        super().__init__(_("%(number)s is closed. Propose a new one.") % {"number": exception.number}, exception=exception.pk)


class NotYourException(Refused):
    code = "not-your-exception"

    def __init__(self, exception):
        sentence = _("%(number)s is its proposer's, its owner's, the owners' of its risk, and the leaders'. Ask one of them.")
        super().__init__(sentence % {"number": exception.number}, exception=exception.pk)


class PolicyStillBroken(Refused):
    """Somebody closed a risk on which deviations from policy rest that are in force."""

    code = "policy-still-broken"

    def __init__(self, risk, exceptions):
        numbers = ", ".join(one.number for one in exceptions)
        sentence = ngettext(
            "%(numbers)s still lets something deviate from policy on account of %(risk)s. Close it first.",
            "%(numbers)s still let something deviate from policy on account of %(risk)s. Close them first.",
            len(exceptions),
        )
        super().__init__(sentence % {"numbers": numbers, "risk": risk.number}, exceptions=[one.pk for one in exceptions])


class ExceptionWaits(Refused):
    """The same is proposed already and waits for its signatures."""

    code = "exception-waits"

    def __init__(self, exception):
        sentence = _("%(number)s asks for the same and waits for its signatures. Change that one, or take it back.")
        super().__init__(sentence % {"number": exception.number}, exception=exception.pk)


class NotInForce(Refused):
    code = "not-in-force"

    def __init__(self, exception):
        sentence = _("%(number)s was never in force, so there is nothing to extend. Change it instead.")
        super().__init__(sentence % {"number": exception.number}, exception=exception.pk)


class EndsOnItsDay(Refused):
    """Somebody answered an end as if it were a question whether it is still true."""

    code = "ends-on-its-day"

    def __init__(self, exception):
        sentence = _("%(number)s ends on its day whatever is answered here. Open it to extend or close it.")
        super().__init__(sentence % {"number": exception.number}, exception=exception.pk)


class FormulaWaits(Refused):
    code = "formula-waits"
    sentence = gettext_lazy("Another formula version is open already. Let it be signed, or take it back first.")


class FormulaNotOpen(Refused):
    code = "formula-not-open"

    def __init__(self, row):
        sentence = _("Formula version %(number)s is used or taken back, so it never changes. Draft a new one.")
        super().__init__(sentence % {"number": row.number}, number=row.number)


class FormulaAsBefore(Refused):
    code = "formula-as-before"

    def __init__(self, number):
        sentence = _("These are the parameters of version %(number)s, which is in force. Change one of them.")
        super().__init__(sentence % {"number": number}, number=number)


class BreachOver(Refused):
    code = "breach-over"

    def __init__(self, breach):
        sentence = _("%(number)s is back within tolerance, so nothing is to be decided.") % {"number": breach.risk.number}
        super().__init__(sentence, breach=breach.pk)


class NotYourBreach(Refused):
    code = "not-your-breach"

    def __init__(self, breach):
        sentence = _("The owners of %(number)s and the leaders decide on this. Ask one of them.") % {"number": breach.risk.number}
        super().__init__(sentence, breach=breach.pk)


class OneStaysOpen(Refused):
    """Something of a risk stands in the way of merging it into another one."""

    code = "one-stays-open"
    WHY = {
        "confidential": gettext_lazy("%(number)s is confidential, the other one is not. Make that one confidential first."),
        "exception": gettext_lazy("An exception of %(number)s is open and speaks of that risk alone. Close it first."),
        "retained": gettext_lazy("A plan under way retains %(number)s and speaks of that risk alone. Settle it first."),
        "rating": gettext_lazy("%(number)s is being rated. Settle the rating first."),
    }

    def __init__(self, risk, why):
        super().__init__(self.WHY[why] % {"number": risk.number}, risk=risk.pk, why=why)
