"""Where change is followed: initiatives, what they declare, and the gates they pass."""

from django.urls import path

from governance.change.views import calendar, declarations, gates, initiatives, ledger, patterns

app_name = "change"
urlpatterns = [
    path("initiatives/", initiatives.listed, name="initiatives"),
    path("initiatives/under-way/", initiatives.under_way, name="under-way"),
    path("initiatives/new/", initiatives.new, name="initiative-new"),
    path("initiatives/<int:pk>/", initiatives.initiative, name="initiative"),
    path("initiatives/<int:pk>/words/", initiatives.change, name="initiative-words"),
    path("initiatives/<int:pk>/stage/", initiatives.stage, name="initiative-stage"),
    path("initiatives/<int:pk>/stopping/", initiatives.stopping, name="initiative-stopping"),
    path("initiatives/<int:pk>/declaration/", declarations.declaration, name="initiative-declaration"),
    path("initiatives/<int:pk>/pattern/", patterns.use, name="initiative-pattern"),
    path("initiatives/<int:pk>/risks/", patterns.risk, name="initiative-risks"),
    path("initiatives/<int:pk>/risks/<int:risk_pk>/removal/", patterns.risk_removal, name="initiative-risk-removal"),
    path("initiatives/<int:pk>/goals/", initiatives.goals, name="initiative-goals"),
    path("gates/<int:pk>/", gates.gate, name="gate"),
    path("gates/<int:pk>/asking/", gates.asking, name="gate-asking"),
    path("criteria/<int:pk>/answer/", gates.answering, name="criterion-answer"),
    path("criteria/<int:pk>/dropping/", gates.dropping, name="criterion-dropping"),
    path("criteria/<int:pk>/waiver/", gates.waiver, name="criterion-waiver"),
    path("change-calendar/", calendar.calendar, name="calendar"),
    path("change-calendar/new/", calendar.new, name="planned-new"),
    path("change-calendar/<int:pk>/", calendar.planned, name="planned"),
    path("change-calendar/<int:pk>/words/", calendar.change, name="planned-words"),
    path("change-calendar/<int:pk>/calling-off/", calendar.calling_off, name="planned-calling-off"),
    path("clashes/<int:pk>/", calendar.clash, name="clash"),
    path("patterns/", patterns.listed, name="patterns"),
    path("patterns/new/", patterns.new, name="pattern-new"),
    path("patterns/<int:pk>/", patterns.pattern, name="pattern"),
    path("patterns/<int:pk>/retiring/", patterns.retiring, name="pattern-retiring"),
    path("ledger/", ledger.listed, name="ledger"),
    path("ledger/new/", ledger.new, name="spend-line-new"),
    path("ledger/<int:pk>/", ledger.line, name="spend-line"),
    path("ledger/<int:pk>/words/", ledger.change, name="spend-line-words"),
    path("ledger/<int:pk>/ending/", ledger.ending, name="spend-line-ending"),
    path("ledger/<int:pk>/saving/", ledger.accepting, name="spend-line-saving"),
    path("savings/<int:pk>/confirmation/", ledger.confirming, name="saving-confirmation"),
    path("savings/<int:pk>/dropping/", ledger.dropping, name="saving-dropping"),
    path("seen/<int:pk>/answer/", declarations.seen, name="seen-answer"),
    path("milestones/<int:pk>/reaching/", initiatives.reaching, name="milestone-reaching"),
]
