"""All pages on one page, in groups, for whoever may open them: so that none is known by its address alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.people.access import OPEN_TO_ALL, permitted
from portal.web import entrances, shell
from portal.web.pages import answer


@dataclass(frozen=True, slots=True)
class Place:
    """A page by its word and what one finds there; who may open it is said by its view alone."""

    url_name: str
    label: str | Promise
    about: str | Promise


def _on_the_rail() -> tuple[Place, ...]:
    """The rail in its order, so that whoever looks for a page by its word finds it here as well."""
    return tuple(Place(entry.url_name, entry.label, "") for entry in (*shell.RAIL, *shell.KEEPING))


GROUPS: tuple[tuple[str | Promise, tuple[Place, ...]], ...] = (
    (_("Rooms"), _on_the_rail()),
    (
        _("Yours"),
        (
            Place("workbench:search", _("Search"), _("By words or number, over everything that you may open.")),
            Place("first-hour", _("First hour"), _("What to try first in your role, and what the words mean here.")),
            Place("attention:inbox", _("Inbox"), _("What the portal told you.")),
            Place("talk:watches", _("What you watch"), _("Of which things you hear, and how to stop.")),
            Place("attention:quiet-hours", _("Quiet hours"), _("When no mail goes out to you.")),
            Place("attention:reviews", _("Reviews"), _("What you confirm or change, and by when.")),
            Place("risks:concerns", _("What you raised"), _("Your concerns, and what became of each.")),
            Place("workbench:jobs", _("Jobs"), _("Work behind the pages: how far it is, and what failed.")),
            Place("attention:calendar", _("Calendar"), _("What is due to you, in the calendar you use.")),
            Place("workbench:keys", _("Keys"), _("What the keyboard does, and how to switch single keys off.")),
            Place("people:account", _("Account"), _("Password, second factors, and where you are signed in.")),
            Place("archive:own", _("Held on you"), _("Everything the portal keeps about you.")),
        ),
    ),
    (
        _("Risks and assets"),
        (
            Place("risks:register", _("Register"), _("Every risk that you may open.")),
            Place("risks:heatmap", _("Heat map"), _("How many risks stand at which likelihood and impact.")),
            Place("risks:crown-jewels", _("Crown jewels"), _("What matters most, what carries it, what could happen to it.")),
            Place("risks:differences", _("Differences"), _("Where the two offices rate a risk differently.")),
            Place("risks:log", _("Log a risk"), _("Four fields, then the likely duplicates.")),
            Place("risks:concerns", _("Concerns"), _("What colleagues noticed, and what became of it.")),
            Place("risks:controls", _("Controls"), _("What works against risks, and the evidence for it.")),
            Place("risks:treatments", _("Treatments"), _("What is planned, by when, and what it costs.")),
            Place("risks:indicators", _("Indicators"), _("What is watched, its readings, and what left its bounds.")),
            Place("risks:money", _("Loss in money"), _("What all risks together may cost in a year, and what plans buy.")),
            Place("risks:exceptions", _("Exceptions"), _("Dated permissions, with their price and their end.")),
            Place("risks:exceptions-live", _("Live exceptions, priced"), _("What is permitted today, and what that costs.")),
            Place("risks:authority", _("Table of authority"), _("Who may accept what, up to which band and sum.")),
            Place("risks:formula-versions", _("Formula versions"), _("What makes a score, and what another formula would change.")),
            Place("risks:appetite", _("Appetite"), _("What we want to carry, and what we still accept, by kind and place.")),
            Place("risks:plans", _("Response plans"), _("Who does what when a risk comes true, and whom to reach.")),
            Place("risks:exercises", _("Exercises"), _("Plans tried with a clock, and the gaps they showed.")),
            Place("risks:incidents", _("Incidents"), _("What happened, what it cost, and which risks came true.")),
            Place("assets:inventory", _("Inventory"), _("What we have, and what leans on what.")),
            Place("assets:discovery", _("Discovery"), _("What scanners saw, and what they propose.")),
            Place("assets:zones", _("Zones"), _("Zones and conduits by Purdue level, and what crosses without one.")),
            Place("assets:care", _("Coverage and care"), _("Assets without an owner, and where no scan has looked.")),
            Place("assets:suppliers", _("Suppliers"), _("Whom we lean on outside, by which contract.")),
            Place("assets:exploited", _("Known exploited"), _("Vulnerabilities in use by attackers, and where we have them.")),
            Place("workbench:bulk-edits", _("Changes of many rows"), _("What you set in many rows at once, and how to undo it.")),
            Place("workbench:saved-views", _("Saved views"), _("Lists by the filters, columns and order that somebody named.")),
            Place(
                "workbench:imports",
                _("Imports"),
                _("Bring a sheet of risks, assets, controls or plans along, checked whole first."),
            ),
            Place("workbench:tags", _("Tags"), _("Words that things of any kind may bear, and which of them mean the same.")),
            Place("risks:recompute", _("Recompute"), _("Which scores are behind, and why.")),
        ),
    ),
    (
        _("Begin something"),
        (
            Place("together:decision-new", _("Ask for a decision"), _("A question for both offices.")),
            Place("change:spend-line-new", _("Note what is paid"), _("One contract: to whom, for what, by which office.")),
            Place("change:initiative-new", _("Propose an initiative"), _("A change, from the idea on.")),
            Place("change:planned-new", _("Plan a change or a freeze"), _("When it happens, and which assets it touches.")),
            Place("change:pattern-new", _("Propose a pattern"), _("A way of building that both offices approve once.")),
            Place("together:goal-new", _("Propose a shared goal"), _("One measure from IT, one from security.")),
            Place("together:theme-new", _("Add a theme"), _("One of the three to seven of the strategy.")),
            Place("risks:concern-new", _("Raise a concern"), _("What could happen, and where: two answers.")),
            Place("assets:registration", _("Register an asset"), _("One that no scanner sees.")),
            Place("risks:control-new", _("Register a control"), _("What works against a risk.")),
            Place("risks:indicator-new", _("Register an indicator"), _("What is to be watched, and its bounds.")),
            Place("risks:incident-new", _("Log an incident"), _("What happened, and when it was noticed.")),
            Place("risks:plan-new", _("Write a response plan"), _("Who does what when a risk comes true.")),
            Place("risks:exception-new", _("Propose an exception"), _("A dated permission, with its price.")),
            Place("risks:appetite-change", _("Change the appetite"), _("What is carried and still accepted, by kind and place.")),
            Place("risks:formula-version-new", _("Draft a formula version"), _("Another way to score, tried before it counts.")),
            Place("archive:placing", _("Place a legal hold"), _("Nothing it covers is disposed of or redacted.")),
            Place("offices:aide-naming", _("Name who prepares for you"), _("Who drafts and tidies for your seat.")),
            Place("offices:proposal-new", _("Propose a change of a seat"), _("Another person confirms it.")),
            Place("offices:unit-new", _("Found a unit"), _("A company, division, department or site.")),
            Place("people:invite", _("Invite somebody"), _("They get a link that works once.")),
            Place("people:invite-list", _("Invite a list of people"), _("All of them or none.")),
            Place("people:password", _("Change your password"), _("Every other session of yours ends.")),
            Place("people:factors", _("Second factors"), _("Your apps, passkeys, recovery codes; and when everybody needs one.")),
        ),
    ),
    (
        _("Together"),
        (
            Place("together:decisions", _("Decisions"), _("Asked of both offices, signed by each, dissent kept.")),
            Place("together:alignment", _("Alignment"), _("How the two work together, from what happened alone.")),
            Place("together:answer", _("Answer"), _("At most seven cards that wait for you, and what you wait for.")),
            Place("together:meetings", _("The pair's meeting"), _("Its agenda builds itself; minutes and actions.")),
            Place("together:culture", _("Culture"), _("What departments noticed, reported and learned, as counts by quarter.")),
            Place("together:achievements", _("Achievements"), _("What was reached, to the credit of both offices.")),
            Place("together:goals", _("Shared goals"), _("Themes, goals, and what they are there for.")),
            Place("together:ownership", _("Who leads what"), _("The charter, and where leading is unclear.")),
            Place(
                "change:ledger", _("Ledger"), _("What IT and security pay, what both pay for twice, what goes on by itself soon.")
            ),
            Place("change:initiatives", _("Initiatives"), _("What is under way, as a list, a board and a road map.")),
            Place("change:under-way", _("Change under way"), _("How much stands where, what is late, and who was not asked.")),
            Place("change:calendar", _("Change calendar"), _("What is planned when, by place, and what does not go together.")),
            Place("change:patterns", _("Approved patterns"), _("Ways of building that need no second answer at a gate.")),
            Place("change:gate-editions", _("What gates ask"), _("The sets of criteria in force, and the next editions of them.")),
        ),
    ),
    (
        _("Board"),
        (Place("board:pack-verify", _("Verify a file of a pack"), _("Whether a PDF is the one both leaders signed.")),),
    ),
    (
        _("Compliance"),
        (
            Place("compliance:frameworks", _("Frameworks"), _("What we answer to, requirement by requirement.")),
            Place("compliance:profiles", _("Profiles"), _("How well each part of us does what is asked.")),
            Place("compliance:statements", _("Statements of applicability"), _("Which controls apply, and why; signed by both.")),
            Place("compliance:internal-audits", _("Internal audits"), _("What audits found, what is done about it, and reviews.")),
            Place("compliance:crosswalks", _("Crosswalks"), _("What corresponds between frameworks.")),
            Place("compliance:framework-import", _("Bring a catalog along"), _("OSCAL catalogs, profiles, and CSV lists.")),
        ),
    ),
    (
        _("People and seats"),
        (
            Place("offices:seats", _("Seats"), _("Who sits where, who stands in, and what is proposed.")),
            Place("offices:delegations", _("Who answers for whom"), _("Delegates, with from when to when.")),
            Place("offices:roles", _("Roles"), _("What each role may do and sees.")),
            Place("offices:roles-given", _("Roles given"), _("Who holds which role, and where.")),
            Place("offices:units", _("Units"), _("The tree of the organisation.")),
            Place("people:people", _("People"), _("Accounts, invitations, and who lacks a second factor.")),
            Place("sign_on:providers", _("Single sign-on"), _("Identity providers, and the roles that follow from groups.")),
            Place("offices:leaving", _("Somebody leaves"), _("Hand over what a person holds, in one step.")),
            Place("offices:why", _("Why can this person see that?"), _("Every rule that opens a thing to somebody.")),
        ),
    ),
    (
        _("The record"),
        (
            Place("archive:heads", _("Heads"), _("The log's last hash, day by day.")),
            Place("archive:retention", _("Retention"), _("What is kept for how long, and what would go.")),
            Place("archive:holds", _("Legal holds"), _("What nothing may dispose of.")),
            Place("archive:redactions", _("Redactions"), _("Words taken out by two people.")),
        ),
    ),
    (
        _("The portal"),
        (
            Place("setup:settings", _("Settings"), _("Organisation, units, leaders, levels, appetite, people.")),
            Place("workbench:custom-fields", _("Custom fields"), _("Fields that you add to a kind; each is a column of its list.")),
            Place("webhooks:webhooks", _("Webhooks"), _("Other systems that are told what happens here.")),
            Place("api-docs", _("API"), _("Everything a page shows, for programs.")),
        ),
    ),
)


_more: list[tuple[str | Promise, Callable[[], Sequence[Place]]]] = []


def add_group(title: str | Promise, places: Callable[[], Sequence[Place]]) -> None:
    """A room whose pages come from a registry of its own names them once, in its ready()."""
    _more.append((title, places))


@require_safe
@permitted(OPEN_TO_ALL)
def listed(request: HttpRequest) -> HttpResponse:
    """Every page beside the rail that the reader may open."""
    return answer(request, "web/pages.html", {"groups": groups_for(request.user)})


def groups_for(user: Any, words: str = "") -> list[tuple[str | Promise, list[dict[str, Any]]]]:
    """The groups with what `user` may open of them, and what holds every one of these `words`; none of them is empty."""
    wanted = words.lower().split()
    found = []
    for title, places in (*GROUPS, *((title, more()) for title, more in _more)):
        links = [one for one in map(_link(user), places) if one and _holds(wanted, title, one)]
        if links:
            found.append((title, links))
    return found


def _holds(wanted: list[str], title: str | Promise, link: dict[str, Any]) -> bool:
    told = f"{title} {link['label']} {link['about']}".lower()
    return all(word in told for word in wanted)


def _link(user: Any) -> Any:
    def link(place: Place) -> dict[str, Any] | None:
        try:
            url = reverse(place.url_name)
        except NoReverseMatch:
            return None
        if not entrances.may_open(user, url):
            return None
        return {"url": url, "label": place.label, "about": place.about}

    return link
