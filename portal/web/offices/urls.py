"""people/seats/, people/delegations/, people/leaving/, people/why/, people/roles/, people/units/."""

from django.urls import path

from portal.web.offices.views import delegations, leaving, proposals, roles, seats, units, why

app_name = "offices"
urlpatterns = [
    path("seats/", seats.listed, name="seats"),
    path("seats/aides/", seats.naming, name="aide-naming"),
    path("seats/aides/<int:pk>/dismissal/", seats.dismissal, name="aide-dismissal"),
    path("seats/proposals/new/", proposals.new, name="proposal-new"),
    path("seats/proposals/<int:pk>/", proposals.detail, name="proposal"),
    path("seats/proposals/<int:pk>/confirmation/", proposals.confirmation, name="proposal-confirmation"),
    path("seats/proposals/<int:pk>/refusal/", proposals.refusal, name="proposal-refusal"),
    path("seats/proposals/<int:pk>/withdrawal/", proposals.withdrawal, name="proposal-withdrawal"),
    path("why/", why.asked, name="why"),
    path("roles/", roles.listed, name="roles"),
    path("roles/given/", roles.given, name="roles-given"),
    path("roles/giving/", roles.giving, name="role-giving"),
    path("roles/given/<int:pk>/ending/", roles.ending, name="role-ending"),
    path("units/", units.listed, name="units"),
    path("units/new/", units.new, name="unit-new"),
    path("units/<int:pk>/", units.change, name="unit"),
    path("leaving/", leaving.listed, name="leaving"),
    path("leaving/<int:pk>/", leaving.hand_over, name="hand-over"),
    path("departures/<int:pk>/", leaving.departure, name="departure"),
    path("delegations/", delegations.listed, name="delegations"),
    path("delegations/new/", delegations.new, name="delegation-new"),
    path("delegations/<int:pk>/ending/", delegations.ending, name="delegation-ending"),
]
