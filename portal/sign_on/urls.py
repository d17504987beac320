"""people/sign-on/."""

from django.urls import path

from portal.sign_on.views import providers, rules

app_name = "sign_on"
urlpatterns = [
    path("people/sign-on/", providers.listed, name="providers"),
    path("people/sign-on/rules/", rules.added, name="rules"),
    path("people/sign-on/rules/<int:pk>/ending/", rules.ending, name="rule-ending"),
    path("people/sign-on/<int:pk>/", providers.detail, name="provider"),
    path("people/sign-on/<int:pk>/checking/", providers.checking, name="provider-checking"),
    path("people/sign-on/<int:pk>/starting/", providers.starting, name="provider-starting"),
    path("people/sign-on/<int:pk>/stopping/", providers.stopping, name="provider-stopping"),
    path("people/sign-on/<int:pk>/ending/", providers.ending, name="provider-ending"),
]
