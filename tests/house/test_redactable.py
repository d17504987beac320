"""Wherever people write, their words can be taken away again; what cannot is named here, with the reason."""

from django.contrib.postgres.fields import ArrayField
from django.db.models import BinaryField, CharField, JSONField, TextField

from portal import subjects
from portal.archive import redactions
from portal.record import redacting
from tests.house.test_models import is_event, ours

# Columns that no redaction reaches. `*` is every column of a model.
SAFE = {
    "record.AuditEntry.*": "keys and numbers; the words lie beside it, in EntryText, which goes by `entries`",
    "record.EntryText.text": "goes by `entries` of a redaction, and stays found out by its digest",
    "record.DayHead.hash": "computed",
    "record.Seal.hash": "computed",
    "record.FileChunk.content": "a file goes whole or not at all: it has no words of its own",
    "record.Total.measure": "a key",
    "record.TotalChange.measure": "a key",
    "signing.SignedContent.content": "loses the same words as its subject (`portal/signing/redacted.py`)",
    "signing.SignatureRequest.*": "keys of offices",
    "signing.RedactedContent.after": "computed",
    "archive.Disposal.*": "counts by line of the table",
    "archive.HeadLetter.last_error": "the class of an error; one line a day and auditor",
    "archive.KeptLine.*": "keys, numbers and days; the words stand in the version of the row that it names",
    "archive.KeptMoment.*": "numbers of the record",
    "archive.LegalHold.kinds": "keys",
    "archive.LegalHold.subjects": "keys",
    "archive.Redaction.fields": "names of columns",
    "archive.Redaction.entries": "ids",
    "archive.Redaction.wholes": "kinds and ids",
    "attention.Digest.last_error": "gone after a year",
    "attention.Reminder.*": "keys; gone a year after it was read",
    "people.BrowserSession.*": "gone after 90 days",
    "people.Departure.*": "keys of people and of what they held",
    "people.Letter.*": "gone after 90 days",
    "people.Organisation.steps_done": "keys",
    "people.Organisation.working_days": "numbers",
    "people.ServiceToken.*": "what an administrator calls a machine; no history keeps it",
    "webhooks.Subscription.events": "kinds and verbs",
    "webhooks.Subscription.secret": "sealed",
    "webhooks.Subscription.former_secret": "sealed",
    "webhooks.Delivery.*": "keys and kinds of errors; gone after 30 days",
    "webhooks.Attempt.*": "kinds of errors; gone after 30 days",
    "sign_on.IdentityProvider.*": "what administrators call a server, its addresses, and what it answered to a check",
    "sign_on.RoleRule.*": "the name that a directory gives a group, and keys",
    "sign_on.DirectoryGroup.*": "the directory's own words: it says them again",
    "sign_on.DirectoryPerson.*": "the directory's own words: it says them again, and drops them",
    "web.IdempotencyKey.*": "gone after 48 hours",
    "workbench.CustomField.*": "what an administrator calls a field of a kind",
    "workbench.Particulars.tags": "ids",
    "workbench.Tag.*": "a word of the house, called otherwise where it says too much; ids and versions",
    "workbench.SearchEntry.*": "the words of a subject's own row: a trigger follows whatever becomes of them",
    "workbench.SheetImport.*": "read by whoever brought the sheet alone; the file is gone after 30 days",
    "workbench.ImportProblem.*": "read by whoever brought the sheet alone",
    "workbench.BulkEdit.*": "read by whoever changed the rows alone",
    "workbench.BulkEditRow.*": "goes with `bulk_edits.changes` of what the row stands for",
    "workbench.ImportRow.*": "goes with `imports.changes` of what the row became",
    "compliance.ManagementReview.inputs": "counts by key",
    "assets.Asset.services": "what a scanner saw",
    "assets.Asset.criticality_path": "ids",
    "assets.Asset.told_by": "names of fields and of scanners",
    "assets.SourceOrder.sources": "names of scanners",
    "assets.Identifier.value": "an address of a machine",
    "assets.DiscoveryRun.*": "what a scanner wrote",
    "assets.Observation.*": "what a scanner saw",
    "assets.ObservedIdentifier.value": "an address of a machine",
    "assets.DiscoveryPart.*": "what a scanner wrote; gone once its push has ended",
    "assets.DiscoveryPush.*": "what an integration says of a file",
    "assets.Component.*": "what a build wrote",
    "assets.ComponentList.*": "what a build wrote",
    "assets.Zone.networks": "addresses of machines",
    "assets.ExploitedList.*": "what a publisher says",
    "assets.ExploitedRule.key": "computed from names of products",
    "assets.ExploitedRule.listed_key": "computed from names of products",
    "assets.ExploitedVulnerability.*": "a published list",
    "assets.Proposal.*": "what a scanner proposed, and keys",
    "board.KeptPosition.*": "keys, numbers, and names of units as they were",
    "board.FrozenNumbers.*": "numbers and titles as both leaders signed them: what was published is not unsaid",
    "board.PackBlock.own_value": "what a pack showed when both leaders signed it; the words of people stand in BlockWords",
    "compliance.PracticeRound.rated_offices": "keys of offices",
    "compliance.Requirement.parts": "the text of a published framework",
    "compliance.Requirement.parameters": "the text of a published framework",
    "talk.Merge.moves": "keys, days and states of what was moved",
    "together.FaultSeen.key": "a key",
    "together.Meeting.agenda": "keys, ids and days",
    "together.AlignmentReading.*": "keys and ids",
    "together.OwnershipArea.key": "a key, the same from edition to edition",
    "together.OwnershipArea.risk_categories": "keys",
    "together.OwnershipWish.area_key": "a key",
    "change.GateEdition.criteria": "what gates ask, as both leaders signed it; a next edition says it otherwise",
    "change.GateTemplate.*": "a set of criteria as it came along",
    "change.Pattern.answers": "how things are built, as both leaders signed it; a new pattern says it otherwise",
    "change.TemplateCriterion.*": "a set of criteria as it came along",
    "risks.AuthorityTable.lines": "keys and sums",
    "together.BlindMark.reason": "nobody reads it; once revealed it is a mark, which goes by `marks.reason`",
    "compliance.BlindPracticeRating.reason": "nobody reads it; once revealed it is a rating, which goes by `ratings.reason`",
    "risks.BlindRating.reason": "nobody reads it; once revealed it is a rating, which goes by `ratings.reason`",
    "risks.FormulaPreview.*": "numbers, and the class of an error",
    "risks.FormulaVersion.parameters": "numbers",
    "risks.PlanAction.*": "what offices do, as both leaders signed it; a new version says it otherwise",
    "risks.PlanClock.*": "laws and hours, as both leaders signed them",
    "risks.PlanContact.*": "who is reached at work, as both leaders signed it; a new version names others",
    "risks.PrivateReach.reach": "no history; gone with the version it belongs to",
    "risks.CellChange.cells": "computed",
    "risks.LossMove.*": "computed",
    "risks.LossResult.*": "computed",
    "risks.LossScenario.losses": "sums and keys; the source of one estimate is not reached yet, which is open",
    "risks.PortfolioLoss.*": "computed",
    "risks.RatingRound.rated_offices": "keys",
    "risks.ScaleMeaning.bounds": "numbers",
    "risks.Score.*": "computed from keys and numbers",
    "risks.ScoreState.*": "computed from keys and numbers",
    "risks.StaleScore.*": "keys",
}


def written():
    """Every column that can hold words: (model, column)."""
    for model in ours():
        if is_event(model) or not model._meta.managed:
            continue
        for field in model._meta.concrete_fields:
            holds = isinstance(field, CharField | TextField | JSONField | ArrayField | BinaryField)
            if holds and not field.choices and not field.unique and not field.generated and not _is_key(field):
                yield model._meta.label, field.name


def _is_key(field):
    return field.name in redacting.KEYS or (field.max_length or redacting.SHORTEST) < redacting.SHORTEST


def reached():
    """Every column that a redaction can name: (model, column)."""
    own = {
        (described.model, field.name) for kind, described in subjects.all_kinds().items() for field in redactions.fields_of(kind)
    }
    return own | {(one.model, one.field.partition(".")[0]) for one in redacting.all_beside()}


def is_safe(label, column):
    return f"{label}.*" in SAFE or f"{label}.{column}" in SAFE


def test_every_column_that_holds_words_is_reached_by_a_redaction_or_named_with_a_reason():
    """Register the model as a kind (portal/subjects.py), its words beside one (portal/record/redacting.py), or name it above."""
    known = reached()

    assert ("risks.Rating", "reason") in known
    assert [f"{label}.{column}" for label, column in written() if (label, column) not in known and not is_safe(label, column)] == []


def test_nothing_is_named_that_is_not_there_or_is_reached():
    columns, known = set(written()), reached()
    labels = {label for label, _column in columns}

    for line in SAFE:
        label, _dot, column = line.rpartition(".")
        assert label in labels if column == "*" else (label, column) in columns - known, line
