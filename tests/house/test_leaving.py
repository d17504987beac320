"""When somebody leaves: every column that names a person is handed over, or named here as kept on purpose, with the reason."""

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models.sql import Query

from portal.people import holdings
from portal.people.models import User

NOBODY = -987_654_321  # no row has it; where a group asks for it, that column is handed over
# Why a person stays named → the columns: each says what they did and when, or is part of their account.
KEPT = {
    "It says who added the row, which is as true once they are gone.": """
        assets.Asset.registered_by assets.ComponentList.imported_by assets.Conduit.recorded_by assets.CriticalityOverride.set_by
        assets.Dependency.recorded_by assets.DiscoveryRun.started_by assets.ExploitedList.imported_by
        assets.ExploitedRule.recorded_by assets.ScanPermit.granted_by assets.SourceOrder.set_by assets.Supplier.registered_by
        assets.Zone.registered_by board.BoardPack.opened_by change.PlannedChange.planned_by change.SpendLine.noted_by
        compliance.AuditFinding.written_by compliance.ControlMapping.mapped_by compliance.Crosswalk.imported_by
        compliance.Framework.imported_by compliance.InternalAudit.planned_by compliance.ManagementReview.opened_by
        compliance.Profile.opened_by compliance.ShortfallPlan.begun_by compliance.Statement.opened_by people.Delegation.named_by
        people.RoleAssignment.granted_by record.StoredFile.created_by risks.Activation.started_by risks.Control.registered_by
        risks.ControlRisk.linked_by risks.Evidence.collected_by risks.Exercise.planned_by risks.Finding.noted_by
        risks.Incident.reported_by risks.IncidentLoss.noted_by risks.IncidentRisk.linked_by risks.Indicator.registered_by
        risks.IndicatorRisk.linked_by risks.Inject.told_by risks.Levels.set_by risks.LossScenario.estimated_by
        risks.PlanVersion.drafted_by risks.Reading.taken_by risks.ResponsePlan.opened_by risks.Risk.logged_by
        risks.RiskAsset.linked_by sign_on.IdentityProvider.created_by sign_on.RoleRule.made_by together.CultureChampion.named_by
        together.GoalReading.taken_by together.Meeting.planned_by together.Theme.added_by webhooks.Subscription.created_by""",
    "It says who settled or ended something.": """
        archive.Disposal.started_by archive.LegalHold.lifted_by archive.Redaction.decided_by assets.ExploitedMatch.settled_by
        assets.Proposal.settled_by attention.Review.closed_by change.Criterion.dropped_by compliance.AuditFinding.closed_by
        people.AppointmentProposal.settled_by people.Delegation.ended_by people.Departure.handed_over_by
        people.Departure.person people.Opening.used_by record.StoredFile.archived_by risks.Activation.ended_by
        risks.Activation.material_by risks.Breach.decided_by risks.Concern.settled_by risks.Evidence.withdrawn_by
        risks.FormulaVersion.in_force_by risks.IncidentRisk.materialised_by risks.Reading.withdrawn_by
        risks.RiskException.closed_by risks.Treatment.decided_by risks.Treatment.done_by risks.TreatmentStep.done_by
        talk.Comment.resolved_by talk.Merge.merged_by talk.Merge.undone_by together.Achievement.settled_by
        together.Condition.met_by together.CultureChampion.ended_by together.Meeting.held_by""",
    "It is an answer, a signature or words of theirs: nobody else's are put in its place.": """
        board.AnswerWords.written_by board.BlockWords.written_by board.FrozenNumbers.frozen_by change.Criterion.it_by
        change.Criterion.security_by change.Saving.accepted_by change.Saving.confirmed_by change.SeenAsset.it_by
        change.SeenAsset.security_by compliance.CorrectiveAction.agreed_by compliance.CorrectiveAction.done_by
        compliance.BlindPracticeRating.rated_by compliance.CorrectiveAction.verified_by compliance.PracticeRating.rated_by
        record.AuditEntry.actor
        risks.ActivationMark.by risks.BlindRating.rated_by risks.Rating.rated_by signing.Signature.signed_by
        talk.Comment.author talk.Comment_mentions.user together.Achievement.cio together.Achievement.ciso
        together.Achievement.verified_by together.AlignmentConsent.said_by together.Backing.backed_by
        together.BlindMark.marked_by together.CultureConsent.said_by together.CultureCount.told_by
        together.CultureReply.written_by together.DecisionOutcome.noted_by together.OptionMark.marked_by
        together.OwnershipWish.stated_by""",
    "It stands so in what was frozen to be signed; the thing itself is handed over.": "compliance.PlannedTreatment.owner",
    "It says who asked; the answer is due all the same, and whoever may ask may go on.": """
        archive.LegalHold.placed_by archive.Redaction.proposed_by board.BoardPack.proposed_by board.PackQuestion.asked_by
        change.Clash.other_by change.Clash.planned_by change.GateEdition.drafted_by change.Initiative.proposed_by
        change.Pattern.proposed_by
        compliance.ManagementReview.proposed_by compliance.PracticeRound.talk_asked_by compliance.Statement.proposed_by
        people.AppointmentProposal.proposed_by
        risks.AuthorityTable.proposed_by risks.Concern.raised_by risks.ConcernSender.person risks.FormulaVersion.drafted_by
        risks.IncidentRisk.proposed_by risks.PlanVersion.asked_by risks.RatingRound.asked_by risks.RatingRound.talk_asked_by
        risks.RiskException.changed_by risks.RiskException.proposed_by risks.Treatment.first_proposed_by
        risks.Treatment.proposed_by signing.SignatureRequest.asked_by together.Charter.proposed_by
        together.Condition.asked_by together.Decision.asked_by together.Goal.proposed_by together.MeetingAction.asked_by
        together.TalkAsked.asked_by workbench.FieldRenewal.asked_by""",
    "It is a question that is a review as well, which passes on; whom it asks is found anew each day.": """
        assets.OwnersWanted.asked""",
    "Whoever is named there settles it first: nobody leaves before (portal/people/standing.py).": """
        people.AppointmentProposal.holder people.AppointmentProposal.substitute""",
    "It is their own mail, inbox or calendar, which stops with the account.": """
        archive.HeadLetter.recipient attention.CalendarFeed.person attention.Digest.recipient attention.QuietHours.person
        attention.Reminder.recipient people.Letter.recipient talk.Watch.person""",
    "It is a piece of work of theirs alone, which is gone after 30 days.": """
        assets.DiscoveryPush.started_by web.IdempotencyKey.user workbench.BulkEdit.started_by workbench.SheetImport.started_by""",
    "It is part of the account, and closes with it.": """
        account.EmailAddress.user admin.LogEntry.user mfa.Authenticator.user people.BrowserSession.user
        people.ServiceToken.user sign_on.DirectoryPerson.user socialaccount.SocialAccount.user""",
    "It is a service account, which no person leaves.": "webhooks.Subscription.reader",
}


def naming_people():
    """Every column of a row that people or workers write in which a person stands; history repeats them."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy and not hasattr(model, "pgh_tracked_model")
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is get_user_model()
    }


def asked_for(part):
    """The columns in which a query, or a part of one, looks for NOBODY."""
    if isinstance(part, Query):
        return asked_for(part.where)
    found = set()
    left, right = getattr(part, "lhs", None), getattr(part, "rhs", None)
    if right == NOBODY:
        found.add(f"{left.target.model._meta.label}.{left.target.name}")
    inner = [*getattr(part, "children", ()), left, right, getattr(part, "query", None)]
    return found.union(*(asked_for(one) for one in inner if one is not None and not isinstance(one, (str, int))))


def handed_over():
    leaver = User(pk=NOBODY)
    return set().union(*(asked_for(group.rows(leaver).query) for group in holdings.groups()))


def test_every_column_that_names_a_person_is_handed_over_or_kept_on_purpose(company):
    kept = [name for names in KEPT.values() for name in names.split()]
    handed, known = handed_over(), naming_people()

    assert len(kept) == len(set(kept))
    assert known - handed - set(kept) == set(), "hand these over (portal/people/holdings.py), or say why they stay"
    assert set(kept) - known == set(), "these are not there any more"
    assert set(kept) & handed == set(), "these are handed over by now"
    assert {"risks.Risk.it_owner", "risks.PlanContact.person", "risks.Activation_people.user", "people.Appointment.holder"} < handed
