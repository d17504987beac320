"""What packs are made of, as data: the sources of numbers, and the templates that put them in an order for a reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from governance.board.models import BoardPack, PackBlock

Kind, Template = PackBlock.Kind, BoardPack.Template
Word = str | Promise


@dataclass(frozen=True, slots=True)
class Source:
    """What a block shows: its kind, and its heading in every pack."""

    kind: str
    heading: Word


@dataclass(frozen=True, slots=True)
class Line:
    """One block of a template; `hint` says to its author what belongs there."""

    source: str
    hint: Word = ""
    needs_words: bool = True


SOURCES: Mapping[str, Source] = {
    "summary": Source(Kind.NARRATIVE, _("In short")),
    "outlook": Source(Kind.NARRATIVE, _("What comes next")),
    "measures": Source(Kind.NARRATIVE, _("What we do about it")),
    "request": Source(Kind.NARRATIVE, _("What we ask of you")),
    "thanks": Source(Kind.NARRATIVE, _("What you did")),
    "position": Source(Kind.FIGURE, _("Where we stand")),
    "money": Source(Kind.FIGURE, _("What a year may cost")),
    "curve": Source(Kind.CHART, _("How likely a year costs more")),
    "heat_map": Source(Kind.CHART, _("Where the risks stand")),
    "top_risks": Source(Kind.TABLE, _("The highest risks")),
    "safety": Source(Kind.TABLE, _("What can hurt people")),
    "decided": Source(Kind.TABLE, _("What was decided")),
    "compliance": Source(Kind.TABLE, _("How well we do what is asked of us")),
    "achievements": Source(Kind.TABLE, _("What was reached together")),
    "exceptions": Source(Kind.EXCEPTIONS, _("What we permit for a time")),
    "losses": Source(Kind.LOSSES, _("What it did cost")),
    "incident": Source(Kind.TABLE, _("What happened")),
    "change": Source(Kind.CHANGE, _("What changed since the last pack")),
    "decision": Source(Kind.DECISION, _("A decision asked")),
    "dissent": Source(Kind.DISSENT, _("One of us sees it otherwise")),
}
OF_THE_BLOCK = frozenset({"change", "decision", "dissent", "incident"})  # not among the frozen numbers: each pack has its own
SCORED = frozenset({"position", "heat_map", "top_risks", "safety", "money", "curve"})  # stale while scores wait to be computed

TEMPLATES: Mapping[str, Sequence[Line]] = {
    Template.QUARTER: (
        Line("summary", _("The quarter in three sentences, for somebody who reads nothing else.")),
        Line("position", _("What the figures say, and why.")),
        Line("change", _("What moved most, and through what.")),
        Line("heat_map", _("What the picture shows.")),
        Line("top_risks", _("What these have in common.")),
        Line("safety", _("What is done for the people near them."), needs_words=False),
        Line("money", _("Whether that is more than we want to carry.")),
        Line("curve", needs_words=False),
        Line("losses", _("What we learned from it.")),
        Line("exceptions", _("Which of these worry you.")),
        Line("compliance", needs_words=False),
        Line("decided", needs_words=False),
        Line("achievements", needs_words=False),
        Line("outlook", _("What the next quarter brings.")),
    ),
    Template.INCIDENT: (
        Line("summary", _("What happened, in three sentences.")),
        Line("incident", _("What the dates and sums do not tell.")),
        Line("measures", _("What was done, and what is still to do.")),
        Line("position", needs_words=False),
        Line("request", _("What you need of the reader, or that you need nothing.")),
    ),
    Template.INSURER: (
        Line("summary", _("What changed since the policy was priced.")),
        Line("money", _("How the estimate was made.")),
        Line("curve", needs_words=False),
        Line("losses", _("What was claimed of it.")),
        Line("compliance", _("Which controls stand behind it.")),
        Line("exceptions", needs_words=False),
    ),
    Template.CUSTOMER: (
        Line("summary", _("How we look after what customers entrust to us.")),
        Line("compliance", _("What is checked, and by whom.")),
        Line("heat_map", needs_words=False),
        Line("outlook", _("What comes next.")),
    ),
    Template.REGULATOR: (
        Line("summary", _("What the regulator asked, and the answer.")),
        Line("position", _("How these figures come about.")),
        Line("compliance", _("Where we are below our target, and until when.")),
        Line("exceptions", needs_words=False),
        Line("losses", _("Which of these were reported, and when.")),
        Line("decided", needs_words=False),
        Line("measures", _("What is done about the gaps.")),
    ),
    Template.ALL_STAFF: (
        Line("summary", _("What everybody here should know, in plain words.")),
        Line("heat_map", needs_words=False),
        Line("achievements", needs_words=False),
        Line("thanks", _("Where colleagues made a difference.")),
        Line("request", _("The one thing everybody can do.")),
    ),
}


def hint(pack: BoardPack, block: PackBlock) -> Word:
    """What belongs into the words of this block."""
    return next((line.hint for line in TEMPLATES[pack.template] if line.source == block.source), "")
