"""What this room adds to the registries."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal import subjects
from portal.archive import changes, reconciling
from portal.attention import news
from portal.record import redacting
from portal.workbench import searchable

for kind, model, word, plural, resource, page in (
    ("redaction", "archive.Redaction", _("redaction"), _("redactions"), "redactions", "archive:redactions"),
    ("hold", "archive.LegalHold", _("legal hold"), _("legal holds"), "legal-holds", "archive:holds"),
    ("disposal", "archive.Disposal", _("disposal"), _("disposals"), "disposals", "archive:retention"),
):
    subjects.register(
        subjects.Subject(
            kind=kind,
            model=model,
            word=word,
            plural=plural,
            resource=resource,
            url=lambda _subject, page=page: reverse(page),
            label=str,
            unit=lambda _subject: None,
        )
    )

changes.words(
    "redaction",
    verbs={
        "redaction.proposed": _("proposed"),
        "redaction.carried_out": _("carried out"),
        "redaction.refused": _("refused"),
    },
)
changes.words("organisation", verbs={reconciling.DIFFERED: _("Kept sums differed from their rows, and were mended")})
news.word_with(
    reconciling.DIFFERED,
    "organisation",
    lambda reminder: (
        ngettext(
            "%(n)s kept sum differed from its rows and was mended; the record says by how much.",
            "%(n)s kept sums differed from their rows and were mended; the record says by how much.",
            reminder.params["count"],
        )
        % {"n": reminder.params["count"]}
    ),
)
changes.words("hold", verbs={"hold.placed": _("placed"), "hold.lifted": _("lifted")})
changes.words("disposal", verbs={"disposal.run": _("disposed of what was over")})

redacting.add(
    redacting.Beside(
        kind="*",
        name="files.name",
        label=_("Names of files"),
        model="record.StoredFile",
        field="name",
        rows=lambda kind, pk: {"subject_kind": kind, "subject_id": pk},
        forget=lambda files: files.update(name=redacting.MARK),
    )
)
redacting.add(
    redacting.Beside(
        kind="*",
        name="imports.changes",
        label=_("What an import told of it"),
        model="workbench.ImportRow",
        field="changes",
        rows=lambda kind, pk: {"sheet_import__kind": kind, "subject_id": pk},
        forget=lambda rows: rows.update(label=redacting.MARK, changes=[], undo={}),
    )
)

redacting.add(
    redacting.Beside(
        kind="*",
        name="bulk_edits.changes",
        label=_("What a change of many rows told of it"),
        model="workbench.BulkEditRow",
        field="changes",
        rows=lambda kind, pk: {"bulk_edit__kind": kind, "subject_id": pk},
        forget=lambda rows: rows.update(changes=[], undo={}, sentence=""),
    )
)

searchable.register(searchable.Searchable("hold", label=["matter"], words=["reason", "lifting_reason"]))
