"""The position in one sentence: every figure in it leads to its rows; the same words open the digest."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from governance.board.figures import Figure, Figures
from governance.board.ground import Ground


@dataclass(frozen=True)
class Part:
    """A stretch of the sentence with named places, and the figures that stand there: name → (words, address)."""

    words: str
    places: dict[str, tuple[str, str]]

    def render(self, place: Callable[[str, str], str], escape: Callable[[str], str]) -> str:
        filled = escape(self.words)
        for name, (text, url) in self.places.items():
            filled = filled.replace("{" + name + "}", place(text, url))
        return filled


@dataclass(frozen=True)
class Sentence:
    """The position; `html` with links, `text` for a mail."""

    parts: tuple[Part, ...]

    @property
    def html(self) -> SafeString:
        def link(text: str, url: str) -> str:
            return format_html('<a href="{}">{}</a>', url, text) if url else format_html("{}", text)

        joined = " ".join(part.render(link, lambda words: format_html("{}", words)) for part in self.parts)
        return mark_safe(joined)  # noqa: S308 (each part was escaped where it was made)

    @property
    def text(self) -> str:
        return " ".join(part.render(lambda text, url: text, lambda words: words) for part in self.parts)


def sentence(
    figures: Figures,
    *,
    is_personal: bool,
    needs: int,
    needs_url: str,
    place: str = "",
    seats: frozenset[str] = frozenset(),
    money: Part | None = None,
) -> Sentence:
    """What stands above everything else on Today and in the digest. `is_personal`: the figures cover what concerns the
    reader alone; `place`: the part of the organisation they cover, where it is not the whole; `seats`: those the reader fills,
    who is spoken to as one of the two who differ; `money`: what a year may cost. Without `needs_url` nothing is said of needs."""
    first = list(_known(figures, is_personal, place))
    if money is not None:
        first.insert(1 if place and not is_personal and first else 0, money)
    last = (_needs(needs, needs_url),) if needs_url else ()
    return Sentence((*first, *_late(figures, seats), *_owned(figures), *last))


def of_ground(ground: Ground, *, needs: int, needs_url: str, accounts_url: str, stale_url: str) -> Sentence:
    """The position for whoever looks after the portal and reads no register."""
    return Sentence((*_looked_after(ground, accounts_url, stale_url), _needs(needs, needs_url)))


def _looked_after(ground: Ground, accounts_url: str, stale_url: str) -> Iterator[Part]:
    count = ngettext("%(n)s person", "%(n)s people", ground.accounts) % {"n": ground.accounts}
    words = ngettext("{n} has an account.", "{n} have an account.", ground.accounts)
    yield Part(words, {"n": (count, accounts_url)})
    if ground.stale:
        words = ngettext("{n} waits to be computed.", "{n} wait to be computed.", ground.stale)
        stale = ngettext("%(n)s score", "%(n)s scores", ground.stale) % {"n": str(apnumber(ground.stale))}
        yield Part(words, {"n": (_start(stale), stale_url)})
    else:
        yield Part(gettext("Every score is up to date."), {})


def _known(figures: Figures, is_personal: bool, place: str) -> Iterator[Part]:
    if "open" in figures.by_key:
        if place and not is_personal:
            yield Part("{place}:", {"place": (place, "")})
        yield _personal(figures.of("open")) if is_personal else _register(figures)


def _owned(figures: Figures) -> Iterator[Part]:
    if owned := figures.of("owned"):
        above = figures.of("owned_above")
        words = gettext("You own {owned}, {above} of them above tolerance.") if above else gettext("You own {owned}.")
        places = {"owned": (ngettext("%(n)s risk", "%(n)s risks", owned.value) % _n(owned), owned.url)}
        yield Part(words, places | ({"above": (str(apnumber(above.value)), above.url)} if above else {}))


def _late(figures: Figures, seats: frozenset[str]) -> Iterator[Part]:
    if safety := figures.of("safety"):
        words = ngettext("{n} can hurt people.", "{n} can hurt people.", safety.value)
        yield Part(words, {"n": (_start(ngettext("%(n)s risk", "%(n)s risks", safety.value) % _n(safety)), safety.url)})
    if different := figures.of("different"):
        who = next((other for seat, other in (("CIO", "CISO"), ("CISO", "CIO")) if seat in seats), "")
        words = gettext("You and the %(seat)s differ on {n}.") % {"seat": who} if who else gettext("The offices differ on {n}.")
        yield Part(words, {"n": (ngettext("%(n)s risk", "%(n)s risks", different.value) % _n(different), different.url)})
    if late := figures.of("review_overdue"):
        words = ngettext("{n} is late.", "{n} are late.", late.value)
        yield Part(words, {"n": (_start(ngettext("%(n)s review", "%(n)s reviews", late.value) % _n(late)), late.url)})


def _needs(needs: int, needs_url: str) -> Part:
    if not needs:
        return Part(gettext("Nothing needs you."), {})
    words = ngettext("{n} needs you.", "{n} need you.", needs)
    return Part(words, {"n": (_start(ngettext("%(n)s thing", "%(n)s things", needs) % {"n": apnumber(needs)}), needs_url)})


def _personal(known: Figure) -> Part:
    if not known:
        return Part(gettext("Nothing that you raised is open."), {})
    words = ngettext("{n} that concerns you is open.", "{n} that concern you are open.", known.value)
    return Part(words, {"n": (_start(ngettext("%(n)s risk", "%(n)s risks", known.value) % _n(known)), known.url)})


def _register(figures: Figures) -> Part:
    known = figures.of("open")
    return _tolerance(figures, known) if known else Part(gettext("No risk is open."), {})


def _tolerance(figures: Figures, known: Figure) -> Part:
    above, new = figures.of("above_tolerance"), figures.of("new_above")
    count = (ngettext("%(n)s open risk", "%(n)s open risks", known.value) % _n(known), known.url)
    if not above:
        within = {"open": (_start(count[0]), known.url)}
        return Part(ngettext("{open} is within tolerance.", "{open} are within tolerance.", known.value), within)
    places = {"above": (_start(str(apnumber(above.value))), above.url), "open": count}
    if not new:
        return Part(
            ngettext("{above} of {open} is above tolerance.", "{above} of {open} are above tolerance.", above.value), places
        )
    places["new"] = (gettext("%(n)s of them new") % _n(new), new.url)
    words = ngettext(
        "{above} of {open} is above tolerance, {new} since {monday}.",
        "{above} of {open} are above tolerance, {new} since {monday}.",
        above.value,
    )
    return Part(words.replace("{monday}", gettext("Monday %(day)s") % {"day": figures.since.strftime("%-d %b")}), places)


def _n(figure: Figure) -> dict[str, str]:
    return {"n": str(apnumber(figure.value))}


def _start(words: str) -> str:
    return words[:1].upper() + words[1:]
