"""Where decisions are read, asked, answered and settled."""

from django.urls import path

from governance.together.views import alignment, answers, conditions, decisions, goals, meetings, ownership, positions

app_name = "together"
urlpatterns = [
    path("decisions/", decisions.listed, name="decisions"),
    path("decisions/new/", decisions.new, name="decision-new"),
    path("decisions/<int:pk>/", decisions.decision, name="decision"),
    path("decisions/<int:pk>/words/", decisions.change, name="decision-words"),
    path("decisions/<int:pk>/putting/", decisions.putting, name="decision-putting"),
    path("decisions/<int:pk>/withdrawal/", decisions.withdrawal, name="decision-withdrawal"),
    path("decisions/<int:pk>/talk/", decisions.talk, name="decision-talk"),
    path("decisions/<int:pk>/privilege/", decisions.privilege, name="decision-privilege"),
    path("decisions/<int:pk>/answering/", positions.answering, name="decision-answering"),
    path("decisions/<int:pk>/settling/", positions.settling, name="decision-settling"),
    path("decisions/<int:pk>/position/", positions.position, name="decision-position"),
    path("decisions/<int:pk>/arbitration/", positions.arbitration, name="decision-arbitration"),
    path("ownership/", ownership.areas, name="ownership"),
    path("ownership/charter/", ownership.new, name="charter-new"),
    path("ownership/charter/<int:pk>/withdrawal/", ownership.withdrawal, name="charter-withdrawal"),
    path("ownership/wish/", ownership.wish, name="ownership-wish"),
    path("ownership/handover/", ownership.handover, name="ownership-handover"),
    path("alignment/", alignment.terms, name="alignment"),
    path("alignment/consent/", alignment.consent, name="alignment-consent"),
    path("alignment/<slug:key>/", alignment.term, name="alignment-term"),
    path("goals/", goals.sight, name="goals"),
    path("goals/new/", goals.new, name="goal-new"),
    path("goals/<int:pk>/", goals.goal, name="goal"),
    path("goals/<int:pk>/words/", goals.change, name="goal-words"),
    path("goals/<int:pk>/reading/", goals.reading, name="goal-reading"),
    path("goals/<int:pk>/ending/", goals.ending, name="goal-ending"),
    path("goals/themes/new/", goals.theme_new, name="theme-new"),
    path("goals/themes/<int:pk>/", goals.theme, name="theme-words"),
    path("goals/themes/<int:pk>/ending/", goals.theme_ending, name="theme-ending"),
    path("answer/", answers.listed, name="answer"),
    path("answer/waiting/", answers.waiting, name="answer-waiting"),
    path("answer/<slug:kind>/<int:pk>/", answers.card, name="answer-card"),
    path("meetings/", meetings.listed, name="meetings"),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/holding/", meetings.holding, name="meeting-holding"),
    path("meetings/<int:pk>/moving/", meetings.moving, name="meeting-moving"),
    path("meetings/<int:pk>/calling-off/", meetings.calling_off, name="meeting-calling-off"),
    path("meetings/<int:pk>/actions/", meetings.asking, name="meeting-asking"),
    path("meetings/actions/<int:pk>/completion/", meetings.completion, name="meeting-action-completion"),
    path("conditions/<int:pk>/meeting/", conditions.meeting, name="condition-meeting"),
]
