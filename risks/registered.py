"""Which kinds this app adds to the registry, and what attention asks of them."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets import merging as merging_of_assets
from portal import subjects
from portal.archive import changes, reconciling
from portal.attention import reviews
from portal.record import redacting
from portal.talk import merging as merging_of_all
from portal.workbench import importable, searchable
from risks import cadence, history, import_fields, importing, merging, panels, recounting, reviewed


def _material(risk):
    fields = ("number", "title", "cause", "consequence", "category", "unit_id", "it_owner_id", "security_owner_id", "accountable")
    return {field: getattr(risk, field) for field in fields}


subjects.register(
    subjects.Subject(
        kind="risk",
        model="risks.Risk",
        word=_("risk"),
        plural=_("risks"),
        resource="risks",
        page="risks:risk",
        url=lambda risk: reverse("risks:risk", args=[risk.pk]),
        label=str,
        material=_material,
        related=("unit",),
    )
)
subjects.register(
    subjects.Subject(
        kind="scale-meaning",
        model="risks.ScaleMeaning",
        word=_("meaning of levels"),
        plural=_("meanings of levels"),
        resource="scale-meanings",
        url=lambda _meaning: "",
        label=str,
        unit=lambda _meaning: None,
    )
)

redacting.name_words("risks.ScaleMeaning", "words")
for name, label, model, field in (
    ("levels.reason", _("Reasons of its levels"), "risks.Levels", "reason"),
    ("ratings.reason", _("Reasons of ratings"), "risks.Rating", "reason"),
    ("ratings.before", _("Reasons of levels from before a rating"), "risks.RatingRound", "levels_before.reason"),
):
    redacting.add(redacting.Beside("risk", name, label, model, field, rows=lambda _kind, pk: {"risk": pk}))

changes.told_by("risk", history.read)
changes.words(
    "risk",
    fields=history.LABELS,
    verbs={
        "risk.logged": _("logged"),
        "risk.changed": _("changed"),
        "risk.levels_set": _("levels set"),
        "risk.asset_linked": _("asset linked"),
        "risk.asset_unlinked": _("asset unlinked"),
        "risk.reviewed": _("reviewed"),
        "risk.closed": _("closed"),
        "risk.reopened": _("opened again"),
        "risk.withdrawn": _("taken out of the register"),
        "rating.given": _("rated"),
    },
)
reviews.on_answer(cadence.REVIEW, reviewed.take_answer)
reviews.sides_with(cadence.REVIEW, cadence.sides)
reviews.changes_with(cadence.REVIEW, reviewed.since_last)
reviews.changed_at(cadence.REVIEW, reviewed.where_to_rate)
subjects.add_panel("asset", "risks", "risks/_of_asset.html", panels.on_assets, order=10)

merging_of_all.register(
    merging_of_all.Mergeable(
        kind="risk",
        permission="risks.close_risk",
        check=merging.check,
        move=merging.move,
        after=merging.after,
        related=("unit", "it_owner", "security_owner"),
        quiet_verbs=frozenset({"score.recomputed"}),
    )
)
merging_of_assets.also(merging.move_assets)

reconciling.add("risks.", recounting.recount)
importable.register(
    importable.Importable(
        kind="risk",
        permission="risks.log_risk",
        fields=import_fields.FIELDS,
        identified_by=("title", "unit"),
        questions=import_fields.QUESTIONS,
        check_mapping=import_fields.check_mapping,
        find=importing.find,
        numbered=importing.numbered,
        taken=importing.taken,
        plan=importing.plan,
        carry_out=importing.carry_out,
        take_back=importing.take_back,
        quiet_verbs=frozenset({"score.recomputed"}),
    )
)

searchable.register(
    searchable.Searchable("risk", label=["title"], words=["cause", "consequence", "grounds", "external_id"], number="number")
)
