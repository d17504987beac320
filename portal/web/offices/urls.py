"""people/seats/, people/delegations/."""

from django.urls import path

from portal.web.offices.views import delegations, proposals, seats

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
    path("delegations/", delegations.listed, name="delegations"),
    path("delegations/new/", delegations.new, name="delegation-new"),
    path("delegations/<int:pk>/ending/", delegations.ending, name="delegation-ending"),
]
