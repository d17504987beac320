"""Which known risks a new one may be: shared words, weighed, then shared assets and category."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import Count, F, Q

from risks.models import Risk

CANDIDATES = 60
MOST_SHOWN = 5
FEWEST_SHARED = 2
ENOUGH = 0.55
# Words that many risks hold say little about which one it is.
COMMON = {"access", "attack", "business", "company", "control", "data", "event", "failur", "informat", "line", "outag", "plant"}
COMMON |= {"process", "product", "risk", "secur", "server", "site", "system", "user"}
COMMON_WEIGHT = 0.4
SHARED_ASSET = 0.25
SAME_CATEGORY = 0.05
# What people call the same thing differently; all become the first word.
SAME = {
    word: words[0]
    for words in (
        ("ransomware", "malware", "virus", "trojan", "cryptolocker"),
        ("supplier", "vendor", "contractor", "provider"),
        ("stolen", "theft", "steal", "stole", "robbed"),
        ("leak", "leaks", "leaked", "disclosed", "disclosure", "exposed"),
        ("phishing", "phished", "phish"),
        ("password", "passwords", "credential", "credentials", "login", "logins"),
        ("outage", "blackout", "downtime"),
        ("employee", "staff", "worker", "workers", "personnel"),
        ("backup", "backups", "restore", "restored", "restoring"),
        ("invoice", "invoices", "bill", "bills"),
        ("fire", "blaze", "burns"),
        ("flood", "flooded", "flooding", "water"),
        ("stop", "stops", "stopped", "halt", "halts", "halted", "standstill"),
        ("laptop", "laptops", "notebook", "notebooks"),
        ("unpatched", "outdated", "unsupported"),
    )
    for word in words
}


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A known risk and how much [0–1 and a little] of the new one's words it shares."""

    risk: Risk
    likeness: float


def find(text: str, *, user: Any, category: str = "", asset_ids: Collection[int] = (), but: Risk | None = None) -> list[Duplicate]:
    """The risks `user` may see that `text` probably says again, likeliest first, at most five. Two queries."""
    known = _said(text)
    wanted = _lexemes([known])[0]
    if not wanted:
        return []
    query = SearchQuery(" | ".join(f"'{lexeme}'" for lexeme in sorted(_spellings(wanted))), config="english", search_type="raw")
    risks = Risk.objects.visible_to(user).current().filter(Q(search=query))
    if but is not None:
        risks = risks.exclude(pk=but.pk)
    shared = Count("asset_links", filter=Q(asset_links__asset__in=list(asset_ids)))
    ranked = risks.annotate(rank=SearchRank(F("search"), query), shared_assets=shared).order_by("-rank", "pk")
    found = list(ranked.defer("search")[:CANDIDATES])
    titles = _lexemes([_said(risk.title) for risk in found])
    duplicates = [
        Duplicate(risk, likeness)
        for risk, title in zip(found, titles, strict=True)
        if (likeness := _likeness(wanted, title, risk, category)) >= ENOUGH
    ]
    return sorted(duplicates, key=lambda one: (-one.likeness, one.risk.pk))[:MOST_SHOWN]


def _likeness(wanted: set[str], title: set[str], risk: Any, category: str) -> float:
    """How much of the shorter of two titles the other says too; a shared asset counts as some of it."""
    shared = wanted & title
    if not shared or (len(shared) < FEWEST_SHARED and not risk.shared_assets):
        return 0.0
    share = _weight(shared) / max(min(_weight(wanted), _weight(title)), 1.5)
    return share + (SHARED_ASSET if risk.shared_assets else 0) + (SAME_CATEGORY if risk.category == category else 0)


def _weight(lexemes: set[str]) -> float:
    return sum(COMMON_WEIGHT if lexeme in COMMON else 1.0 for lexeme in lexemes)


def _said(text: str) -> str:
    """`text` in one word for each thing."""
    return " ".join(SAME.get(word, word) for word in re.findall(r"[^\W_]+", text.lower()))


def _spellings(lexemes: set[str]) -> set[str]:
    """`lexemes` and the stems of all words that mean one of them: rows were written in their own words."""
    heads = {word: head for word, head in SAME.items() if head != word}
    stems = _lexemes([f"{word} {head}" for word, head in heads.items()]) if heads else []
    meant = set(lexemes)
    for pair in stems:
        if pair & lexemes:
            meant |= pair
    return meant


def _lexemes(texts: Sequence[str]) -> list[set[str]]:
    """The stems PostgreSQL finds in each text. One query."""
    if not texts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array(to_tsvector('english', text)) FROM unnest(%s::text[]) WITH ORDINALITY AS given(text, place)"
            " ORDER BY place",
            [list(texts)],
        )
        return [set(lexemes) for (lexemes,) in cursor.fetchall()]
