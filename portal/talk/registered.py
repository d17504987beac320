"""What this room adds to the registries."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import changes
from portal.people import explained
from portal.record import redacting
from portal.talk import places, told
from portal.workbench import searchable

subjects.register(
    subjects.Subject(
        kind="comment",
        model="talk.Comment",
        word=_("comment"),
        plural=_("comments"),
        resource="comments",
        url=lambda comment: f"{places.address(*comment.key)}#comment-{comment.pk}",
        label=str,
        unit=lambda _comment: None,
        is_spoken_of=False,
    )
)
changes.words(
    "comment",
    fields={"text": _("words")},
    verbs={
        "comment.written": _("written"),
        "comment.changed": _("said otherwise"),
        "comment.resolved": _("resolved"),
        "comment.reopened": _("reopened"),
        "user.watch_begun": _("began to watch something"),
        "user.watch_ended": _("stopped watching something"),
        "risk.merged": _("merged with another one"),
        "risk.merge_undone": _("parted again from another one"),
        "asset.merged": _("merged with another one"),
        "asset.merge_undone": _("parted again from another one"),
        "file.attached": _("added a file"),
        "file.archived": _("archived a file"),
    },
)
redacting.add(
    redacting.Beside(
        kind="*",
        name="comments.text",
        label=_("What was said about it"),
        model="talk.Comment",
        field="text",
        rows=lambda kind, pk: {"subject_kind": kind, "subject_id": pk},
    )
)
searchable.register(
    searchable.Searchable(
        "comment",
        label=(),
        words=["text"],
        about=("subject_kind", "subject_id"),
        page=lambda pk: reverse("talk:comment", args=[pk]),
    )
)
explained.explain_with("comment", lambda _user, _row: ["about"])
told.register()
