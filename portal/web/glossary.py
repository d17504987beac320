"""The words of the house: what each means here, what nobody says instead, and where it is met. Help, the glossary and the test of
words read this one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Word = str | Promise


@dataclass(frozen=True, slots=True)
class Term:
    """One word by its key, which is its anchor; `instead` are English words that no page says for it; `page` is where it is met."""

    key: str
    word: Word
    means: Word
    instead: Sequence[str] = ()
    page: str = ""


TERMS: tuple[Term, ...] = (
    Term(
        "alignment",
        _("Alignment"),
        _("How the CIO and the CISO work together, read from what happened, never from opinions."),
        page="together:alignment",
    ),
    Term(
        "annual-loss",
        _("Annual loss"),
        _("What a year may cost, in money: the long-run average, and what one year in twenty costs more than."),
        ("value at risk", "loss expectancy"),
        "risks:money",
    ),
    Term(
        "appetite",
        _("Appetite and tolerance"),
        _("Appetite is what we want to carry, tolerance how far beyond it we still accept. Above tolerance something is decided."),
        ("threshold",),
        "risks:appetite",
    ),
    Term(
        "band",
        _("Band"),
        _("A score as a word: Severe from 80, High from 60, Medium from 40, Low from 20, Very low below."),
        ("critical risk",),
        "risks:register",
    ),
    Term(
        "control",
        _("Control and its effectiveness"),
        _("What works against a risk. Its effectiveness is the share of the risk that it removes, as its evidence shows."),
        ("control strength", "control maturity"),
        "risks:controls",
    ),
    Term(
        "criticality",
        _("Criticality"),
        _("How much would break with an asset, 1 to 5; its own, and what it takes over from what leans on it."),
        ("VIP asset",),
        "assets:inventory",
    ),
    Term(
        "crown-jewel",
        _("Crown jewel"),
        _("An asset without which the organisation could not go on for long."),
        page="risks:crown-jewels",
    ),
    Term(
        "decision",
        _("Decision and position"),
        _("A question put to the seats. A position is how an office stands on it; one against it is kept as dissent."),
        ("vote", "voting"),
        "together:decisions",
    ),
    Term(
        "difference",
        _("Difference"),
        _("Where the two offices rate or decide otherwise. Both numbers stand side by side until they settle it."),
        page="risks:differences",
    ),
    Term(
        "exception",
        _("Exception"),
        _("A dated, priced permission to leave something as it is: a risk accepted, a policy not kept, a gate waived."),
        page="risks:exceptions",
    ),
    Term(
        "gate",
        _("Gate"),
        _("What is asked of a change before its next stage; what an approved pattern answers needs no second look."),
        page="change:initiatives",
    ),
    Term(
        "indicator",
        _("Indicator and reading"),
        _("What we watch, and one dated value of it. Outside of its bounds it adds to the score of its risks."),
        ("KPI",),
        "risks:indicators",
    ),
    Term(
        "levels",
        _("Likelihood and impact"),
        _("How likely and how bad, each from 1 to 5 in words. Of the areas of impact the worst one counts."),
        ("probability", "severity"),
        "risks:heatmap",
    ),
    Term(
        "now",
        _("Without controls, now, after plan"),
        _("The same risk three times: inherent without controls, now as controls work today, residual once plans are done."),
        ("gross risk", "net risk"),
        "risks:register",
    ),
    Term(
        "ownership",
        _("Ownership area"),
        _("A subject, such as backup, with one office that is accountable for it; the charter that both signed says which."),
        page="together:ownership",
    ),
    Term(
        "pack",
        _("Pack"),
        _("What the board reads: numbers frozen at one moment, words of named people, signed by both leaders."),
        page="board:packs",
    ),
    Term("rating", _("Rating"), _("What one office thinks of a risk. Both rate without seeing the other's, then both are shown.")),
    Term(
        "safety",
        _("Safety lane"),
        _("Risks that can hurt people. They come first, and are never turned into money nor traded."),
        page="board:today",
    ),
    Term(
        "score",
        _("Shared score"),
        _("One number from 0 to 100 for a risk, the same for everybody, made of terms that add up exactly and can be opened."),
        page="risks:register",
    ),
    Term(
        "seat",
        _("Seat"),
        _("CIO, CISO or CSO: one holder at a time, and a named substitute. Nobody fills two seats of one decision."),
        page="offices:seats",
    ),
    Term(
        "stale",
        _("Stale"),
        _("Signed before something changed, or a number that waits to be computed anew. It says since when."),
    ),
    Term(
        "treatment",
        _("Treatment"),
        _("One agreed way to change a risk: avoid, reduce, share or retain it, with steps of both offices."),
        ("action item",),
        "risks:treatments",
    ),
    Term(
        "you-may-not-open",
        _("n you may not open"),
        _("Confidential risks count in totals, so that numbers tie out; only named people and leaders open them."),
    ),
)
BY_KEY = {term.key: term for term in TERMS}


def never_said() -> dict[str, str]:
    """Each word that no page says, in small letters, with the key of the one that is said instead."""
    return {word.lower(): term.key for term in TERMS for word in term.instead}
