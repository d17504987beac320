"""What a pack says, as plain JSON: the one thing all its files are made of."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from governance.board import pack_blocks, pack_strip
from governance.board.models import BoardPack, PackBlock
from governance.board.output import pictures
from portal.people import organisations
from portal.signing import registry
from portal.signing import standing as standings
from portal.web import shown

Document = dict[str, Any]


def of(pack: BoardPack) -> Document:
    """Of a pack read `whole()`. Times are those of the organisation's zone, which the file names."""
    organisation = organisations.current()
    zone = organisation.time_zone if organisation else "UTC"
    with timezone.override(zone):
        return {
            "number": pack.number,
            "title": pack.title,
            "organisation": organisation.name if organisation else "",
            "unit": pack.unit.name,
            "as_of": _("Numbers as of %(at)s (%(zone)s), at seal %(seq)d of the record.")
            % {"at": shown.moment(pack.numbers.as_of), "zone": zone, "seq": pack.numbers.seal_seq},
            "moment": pack.released_at.isoformat() if pack.released_at else "",
            "released": _("Released on %(at)s") % {"at": shown.moment(pack.released_at)} if pack.released_at else "",
            "draft": "" if pack.is_released else _("Not released: a draft, signed by nobody"),
            "seal": f"{pack.numbers.seal_hash}",
            "digest": pack.digest,
            "blocks": [_block(pack, one) for one in pack.blocks.all()],
            "signatures": _signatures(pack),
            "words": _fixed(),
        }


def _block(pack: BoardPack, block: PackBlock) -> Document:
    value = pack_blocks.shown_by(pack, block)
    return {
        "heading": pack_blocks.heading(block),
        "kind": str(block.get_kind_display()),
        "said": _said(block),
        "sentence": value.get("sentence", ""),
        "figures": [[one["label"], one["value"]] for one in value.get("figures", ())],
        "columns": value.get("columns", []),
        "rows": value.get("rows", []),
        "more": value.get("more", ""),
        "heat": pictures.heat(value["cells"]) if value.get("cells") else None,
        "curve": pictures.curve(value["curve"]) if value.get("curve") else None,
        "strip": pictures.strip(pack_strip.groups(value)) if value.get("strip") else None,
        "is_stale": bool(value.get("is_stale")),
    }


def _said(block: PackBlock) -> list[dict[str, str]]:
    """Words, answer and printed dispute, each with who said it."""
    found = []
    for part, how in (("words", ""), ("answer", _("answers")), ("dispute", _("disputes this number"))):
        row = getattr(block, part)
        if row is None or (part == "dispute" and not block.dispute_is_printed):
            continue
        who = str(row.written_by) if row.written_by else _("the portal")
        who = f"{who}, {registry.office_word(row.office)}" if row.office else who
        found.append({"text": row.text, "who": f"{who} {how}".strip(), "part": part})
    return found


def _signatures(pack: BoardPack) -> list[list[str]]:
    """(office, who, when) of each that signed."""
    return [
        [
            slot.words,
            _("%(who)s, as substitute") % {"who": slot.signature.signed_by}
            if slot.signature.as_substitute
            else str(slot.signature.signed_by),
            shown.moment(slot.signature.signed_at),
        ]
        for slot in standings.of(pack).slots
        if slot.signature is not None
    ]


def _fixed() -> dict[str, str]:
    """Words of the form itself."""
    return {
        "office": _("Office"),
        "who": _("Who"),
        "when": _("When"),
        "signed_off": _("Signed off"),
        "notice": _("Signed off in Concord: an approval with a second factor, no qualified electronic signature."),
        "page": _("page"),
        "of": _("of"),
        "stale": _("Some scores behind this number waited to be computed when it was read."),
        "nothing": _("Nothing."),
        "likelihood": _("Likelihood"),
        "impact": _("Impact"),
        "strip": _("Height: practised today, of 4. Line: where it should be."),
        "digest": _("Digest of what both signed"),
        "seal": _("Seal of the record"),
        "contents": _("What this pack holds"),
    }
