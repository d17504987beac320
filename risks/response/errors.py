"""What the rules of response refuse."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Refused


class IncidentClosed(Refused):
    code = "incident-closed"

    def __init__(self, incident):
        sentence = _("%(number)s is closed. Log a new incident if it happens again.") % {"number": incident.number}
        super().__init__(sentence, incident=incident.pk)


class NotContained(Refused):
    code = "not-contained"

    def __init__(self, incident):
        sentence = _("%(number)s is not contained yet. Say first when it was.") % {"number": incident.number}
        super().__init__(sentence, incident=incident.pk)


class ContainedBefore(Refused):
    code = "contained-before"

    def __init__(self, incident):
        sentence = _("%(number)s was contained before. Open it to see when.") % {"number": incident.number}
        super().__init__(sentence, incident=incident.pk)


class NotItsRisk(Refused):
    code = "not-its-risk"

    def __init__(self, incident, risk):
        sentence = _("%(risk)s is not linked to %(number)s. Link it first.") % {"risk": risk.number, "number": incident.number}
        super().__init__(sentence, incident=incident.pk, risk=risk.pk)


class CameTrue(Refused):
    """Somebody unlinks a risk that was marked as materialised by this incident."""

    code = "came-true"

    def __init__(self, incident, risk):
        sentence = _("%(risk)s came true in %(number)s, so the link stays.") % {"risk": risk.number, "number": incident.number}
        super().__init__(sentence, incident=incident.pk, risk=risk.pk)


class LossIsFinal(Refused):
    code = "loss-is-final"
    sentence = gettext_lazy("This form of loss is final. Correct it by another final amount, with a reason.")

    def __init__(self, incident):
        super().__init__(incident=incident.pk)


class NotADraft(Refused):
    code = "not-a-draft"

    def __init__(self, version):
        sentence = _("Version %(ordinal)s of %(number)s is no draft, so it stays as it is. Draft a new version.")
        super().__init__(sentence % {"ordinal": version.ordinal, "number": version.plan.number}, version=version.pk)


class DraftThere(Refused):
    code = "draft-there"

    def __init__(self, plan):
        sentence = _("%(number)s has a new version in the making already. Open it to go on with that one.")
        super().__init__(sentence % {"number": plan.number}, plan=plan.pk)


class NotAsked(Refused):
    code = "not-asked"

    def __init__(self, version):
        sentence = _("Version %(ordinal)s of %(number)s waits for no signatures.")
        super().__init__(sentence % {"ordinal": version.ordinal, "number": version.plan.number}, version=version.pk)


class PlanRetired(Refused):
    code = "plan-retired"

    def __init__(self, plan):
        super().__init__(_("%(number)s is retired. Open a new plan.") % {"number": plan.number}, plan=plan.pk)


class NotYourPlan(Refused):
    code = "not-your-plan"

    def __init__(self, plan):
        sentence = _("%(number)s is kept by %(owner)s and the leaders. Ask one of them.")
        super().__init__(sentence % {"number": plan.number, "owner": plan.owner}, plan=plan.pk)


class NothingInForce(Refused):
    code = "nothing-in-force"

    def __init__(self, plan):
        sentence = _("No version of %(number)s is in force yet: both leaders sign one first.") % {"number": plan.number}
        super().__init__(sentence, plan=plan.pk)


class AtWork(Refused):
    """A plan that is live was to be activated again for the same, or retired."""

    code = "at-work"

    def __init__(self, plan):
        sentence = _("%(number)s is activated. Open it, or end it first.") % {"number": plan.number}
        super().__init__(sentence, plan=plan.pk)


class ActivationOver(Refused):
    code = "activation-over"
    sentence = gettext_lazy("This activation is over; its log stays as it is.")


class NotCalled(Refused):
    code = "not-called"
    sentence = gettext_lazy("Only those the plan calls and the leaders act here. Ask one of them.")


class StaysPrivate(Refused):
    """Somebody wanted private numbers for an exercise."""

    code = "stays-private"
    sentence = gettext_lazy("Private numbers stay closed in an exercise. They open when the plan is activated for an incident.")


class AlreadyMaterial(Refused):
    code = "already-material"
    sentence = gettext_lazy("It was found material before. Open it to see when and by whom.")


class NotRunningYet(Refused):
    """A notification was marked as given although nothing has started its clock."""

    code = "not-running-yet"
    sentence = gettext_lazy("This clock starts once it is found material or major. Decide that first.")


class NotThisStage(Refused):
    """An exercise was to take a step that does not follow from where it stands."""

    code = "not-this-stage"

    def __init__(self, exercise):
        words = {"number": exercise.number, "state": exercise.get_state_display().lower()}
        super().__init__(_("%(number)s is %(state)s, so this does not follow. Open it to see where it stands.") % words)


class NoGap(Refused):
    code = "no-gap"
    sentence = gettext_lazy("This finding is no gap, so it needs no treatment.")


class GapTreated(Refused):
    code = "gap-treated"

    def __init__(self, finding):
        super().__init__(_("%(number)s treats this gap already.") % {"number": finding.treatment.number})


class EndsWithExercise(Refused):
    code = "ends-with-exercise"
    sentence = gettext_lazy("This is an exercise: end the exercise, and the plan rests with it.")
