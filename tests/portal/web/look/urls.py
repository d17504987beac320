"""The style page, every component in each of its states, and one page of answers; never part of the product."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import render
from django.urls import include, path

from portal.errors import Refused
from portal.web import charts, failures, widgets
from portal.web.pages import answer
from portal.web.shell import Link, Shell

TODAY = date(2026, 11, 23)
LIKELIHOODS = ("Rare", "Unlikely", "Possible", "Likely", "Almost certain")
IMPACTS = ("Minor", "Limited", "Serious", "Major", "Severe")
COUNTS = ((1, 2, 2, 1, 1), (2, 4, 5, 2, 1), (2, 4, 5, 3, 1), (1, 3, 2, 1, 1), (1, 1, 1, 0, 0))
BANDS = ("very-low", "low", "low", "medium", "medium", "high", "high", "severe", "severe")

RAIL = (("today", "Today", None), ("risks", "Risks", 47), ("assets", "Assets", 62), ("change", "Change", 14))
REST = (("decisions", "Decisions", 3), ("together", "Together", None), ("compliance", "Compliance", None), ("money", "Money", None))


def link(key, label, count, current=""):
    return Link(key, label, f"/{key}/", key, current, count)


SHELL = Shell(
    first=tuple(link(*entry, current="page" if entry[0] == "risks" else "") for entry in RAIL),
    rest=tuple(link(*entry) for entry in REST),
    personal=(link("inbox", "Inbox", 2), link("review", "Reviews", 5)),
    name="Marta Lindqvist",
    organisation="Verrow Manufacturing",
    offices="CIO",
    seat="cio",
    today=TODAY,
    theme_url="/theme/",
    sign_out_url="/out/",
)


class LogForm(forms.Form):
    event = forms.CharField(label="What could happen?", help_text="One sentence: the event, not the cause.")
    asset = forms.CharField(label="Which asset?", required=False)
    likelihood = forms.ChoiceField(label="How likely?", choices=list(enumerate(LIKELIHOODS, 1)), widget=widgets.Scale)
    area = forms.ChoiceField(
        label="How bad, and in what?", choices=[("f", "Financial"), ("o", "Operational")], widget=forms.RadioSelect
    )
    owner = forms.ChoiceField(label="Who should own it?", choices=[("", "Nobody yet"), ("1", "Priya Nair")], required=False)
    named_only = forms.BooleanField(label="Only people named on it may see it", required=False)
    grounds = forms.CharField(label="What makes you think so?", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    evidence = forms.FileField(label="Evidence", required=False)


def filled_form():
    form = LogForm({"likelihood": "3", "asset": "PLC-C", "named_only": "1"})
    form.add_error("asset", "Three assets start with PLC-C. Pick one, or leave it empty.")
    return form


def exposure():
    cells = [
        charts.Cell(row, column, COUNTS[row - 1][column - 1], BANDS[row + column - 2], f"/risks/?likelihood={row}&impact={column}")
        for row in range(1, 6)
        for column in range(1, 6)
    ]
    movers = [
        charts.Mover("R-0017", (3, 4), (4, 4), "/risks/17/"),
        charts.Mover("R-0012", (5, 3), (4, 3)),
        charts.Mover("R-0035", (2, 2), (3, 2)),
        charts.Mover("R-0026", (3, 1), (2, 1)),
        charts.Mover("R-0047", None, (5, 3)),
        charts.Mover("R-0003", (2, 5), (3, 4)),
    ]
    beyond = {(5, 3), (5, 4), (5, 5), (4, 4), (4, 5)}
    return charts.heat_map(cells, movers, likelihood_words=LIKELIHOODS, impact_words=IMPACTS, beyond_tolerance=beyond)


def score_terms():
    terms = (
        ("Likelihood 4 × impact 4, operational", "48.0", "Agreed rating of 3 November"),
        ("Effective criticality 5", "7.0", "Order to delivery leans on it"),
        ("Remote exposure", "5.5", "Maintenance link on EWS-04, run 118"),
        ("Safety zone", "3.5", "Z-3 Press line 2 is safety-relevant"),
        ("Treatment late", "2.0", "T-0088 is 19 days past its date"),
        ("Control: offline backups", "-4.0", "C-034, effectiveness 0.55"),
    )
    return charts.waterfall([charts.Step(label, Decimal(points), note, "#") for label, points, note in terms], limit=Decimal(60))


def movement():
    changes = (
        ("Treatment T-0088 passed its due date", "2.0", "5 Nov"),
        ("Restore test passed", "-4.0", "9 Nov"),
        ("Link found", "9.0", "17 Nov"),
    )
    return charts.waterfall(
        [charts.Step(label, Decimal(points), when=when) for label, points, when in changes], start=Decimal("55.0")
    )


def risks():
    rows = (
        ("Cloud locked after loss of admin accounts", 81, "severe", 1, 19, (70, 72, 74, 79, 81)),
        ("Ransomware reaches Northfield line control", 62, "high", 7, 3, (55, 57, 53, 60, 62)),
        ("Invoice paid to a changed bank account", 52, "medium", 0, -9, (52, 52, 52)),
        ("Dock scanners keep factory passwords", 38, "low", -2, 160, (40, None, 38)),
        ("Badge reader supplier stops support", 19, "very-low", -6, 140, ()),
    )
    return [
        {
            "code": f"R-00{number}",
            "name": name,
            "score": score,
            "band": band,
            "change": change,
            "due_on": TODAY + timedelta(days),
            "spark": charts.sparkline([None if v is None else Decimal(v) for v in run], limit=Decimal(60)),
            "run": f"R-00{number} over twelve weeks",
        }
        for number, (name, score, band, change, days, run) in enumerate(rows, 10)
    ]


class OneQuestion(forms.Form):
    event = forms.CharField(label="What could happen?", help_text="One sentence.")


def answers(request):
    """A form that answers 422 with itself, the whole page or only its card."""
    asked = OneQuestion(request.POST or None)
    status = 200 if request.method == "GET" or asked.is_valid() else 422
    return answer(request, "answers.html#card", {"shell": SHELL, "form": asked}, status=status)


def refused(request):
    raise Refused("You proposed this treatment, so someone else approves it.")


def missing(request):
    raise Http404


def broken(request):
    return failures.failed(request)


def style(request):
    messages.success(request, "R-0017 is logged.")
    messages.error(request, "Priya Nair saved likelihood 4 while you were writing 3. Keep hers or yours.")
    context = {
        "shell": SHELL,
        "late": TODAY - timedelta(10),
        "soon": TODAY + timedelta(5),
        "at": datetime(2026, 11, 23, 8, 31, tzinfo=UTC),
        "risks": risks(),
        "pages": {"shown": 5, "total": 47, "previous_url": "", "next_url": "?cursor=x", "hidden_count": 3},
        "form": filled_form(),
        "changes": [{"label": "Option B, cost", "before": "€25 k", "after": "€40 k"}],
        "bands": ("severe", "high", "medium", "low", "very-low"),
        "map": exposure(),
        "fall": score_terms(),
        "moved": movement(),
    }
    return render(request, "style.html", context)


urlpatterns = [
    path("style/", style),
    path("answers/", answers),
    path("answers/refused/", refused),
    path("answers/missing/", missing),
    path("answers/broken/", broken),
    path("errors/403/", failures.forbidden),
    path("errors/404/", failures.missing),
    path("errors/500/", failures.failed),
    path("accounts/", include("allauth.urls")),
]
handler404 = "portal.web.failures.missing"
