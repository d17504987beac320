"""Words that things of any kind may bear: name one, call it otherwise, merge two that mean the same, and part them again."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.errors import Invalid
from portal.record import audit
from portal.workbench import custom_fields
from portal.workbench.errors import FieldSavedMeanwhile, TagMerged, TagTouched
from portal.workbench.models import Particulars, Tag

KEEP = "workbench.keep_tags"
LONGEST_NAME = Tag._meta.get_field("name").max_length
MERGED = "tag.merged"


@transaction.atomic
def name(*, actor: Any, name: str) -> Tag:
    """A new tag. Raises Invalid, PermissionDenied."""
    _require(actor)
    tag = _saved(Tag(name=_checked(name)))
    audit.record(actor, "tag.named", actor, {"tag": tag.pk})
    return tag


@transaction.atomic
def rename(tag: Tag, *, actor: Any, version: int | None, name: str) -> Tag:
    """Call it otherwise wherever it stands. Raises Invalid, Stale, TagMerged, PermissionDenied."""
    tag = _locked(tag, actor)
    if version is not None and version != tag.version:
        raise FieldSavedMeanwhile(tag)
    tag.name, tag.version = _checked(name), tag.version + 1
    _saved(tag)
    audit.record(actor, "tag.renamed", actor, {"tag": tag.pk})
    return tag


@transaction.atomic
def merge(tag: Tag, into: Tag, *, actor: Any) -> Tag:
    """Whatever bears `tag` bears `into` from now on, seen by `actor` or not: it is the same word. Raises Invalid, TagMerged,
    PermissionDenied."""
    first, second = sorted((tag.pk, into.pk))
    locked = {pk: _locked(Tag(pk=pk), actor) for pk in (first, second)} if first != second else {}
    if not locked:
        sentence = _("Choose another tag than itself.")
        raise Invalid(sentence, {"into": [sentence]})
    tag, into = locked[tag.pk], locked[into.pk]
    moved, rows = {}, list(Particulars.objects.select_for_update().filter(tags__contains=[tag.pk]).order_by("pk"))
    for row in rows:
        moved[str(row.pk)] = [row.version + 1, into.pk in row.tags]
        row.tags, row.version = sorted({*row.tags, into.pk} - {tag.pk}), row.version + 1
    _write(rows)
    tag.merged_into, tag.moved, tag.version = into, moved, tag.version + 1
    tag.save()
    custom_fields.moved()
    audit.record(actor, MERGED, actor, {"tag": tag.pk, "into": into.pk, "rows": len(moved)})
    return tag


@transaction.atomic
def part(tag: Tag, *, actor: Any) -> Tag:
    """Undo a merge, while nothing that was moved was touched since. Raises TagTouched, Invalid where the name is taken by now,
    PermissionDenied."""
    _require(actor)
    tag = Tag.objects.select_for_update(of=("self",)).select_related("merged_into").get(pk=tag.pk)
    into = tag.merged_into
    if into is None:
        raise Invalid(_("This tag stands for itself. Load the page of tags again."))
    if into.merged_into_id is not None:
        raise TagMerged(into)
    rows = list(Particulars.objects.select_for_update().filter(pk__in=[int(pk) for pk in tag.moved]).order_by("pk"))
    if any(row.version != tag.moved[str(row.pk)][0] or into.pk not in row.tags for row in rows):
        raise TagTouched
    for row in rows:
        kept = set(row.tags) if tag.moved[str(row.pk)][1] else set(row.tags) - {into.pk}
        row.tags, row.version = sorted({*kept, tag.pk}), row.version + 1
    _write(rows)
    tag.merged_into, tag.moved, tag.version = None, {}, tag.version + 1
    _saved(tag)
    audit.record(actor, "tag.parted", actor, {"tag": tag.pk, "from": into.pk, "rows": len(rows)})
    return tag


def _require(actor: Any) -> None:
    if not actor.has_perm(KEEP):
        raise PermissionDenied


def _locked(tag: Tag, actor: Any) -> Tag:
    _require(actor)
    tag = Tag.objects.select_for_update().get(pk=tag.pk)
    if tag.merged_into_id is not None:
        raise TagMerged(tag)
    return tag


def _write(rows: list[Particulars]) -> None:
    Particulars.objects.bulk_update(rows, ["tags", "version"], batch_size=500)


def _checked(told: str) -> str:
    name = " ".join(told.split())
    if not 1 <= len(name) <= LONGEST_NAME or set(name) & set(";,"):
        sentence = _("Name it in 1 to 40 characters, without commas and semicolons: they part tags from one another.")
        raise Invalid(sentence, {"name": [sentence]})
    return name


def _saved(tag: Tag) -> Tag:
    try:
        with transaction.atomic():
            tag.save()
    except IntegrityError:
        sentence = _("There is a tag of this name already. Merge the two where they mean the same.")
        raise Invalid(sentence, {"name": [sentence]}) from None
    custom_fields.moved()
    return tag
