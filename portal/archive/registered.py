"""What this room adds to the registries."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import changes

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
changes.words("hold", verbs={"hold.placed": _("placed"), "hold.lifted": _("lifted")})
changes.words("disposal", verbs={"disposal.run": _("disposed of what was over")})
