"""accounts/…: signing in, and what allauth knows by name."""

from django.urls import path

from portal.people.sign_in import closed
from portal.sign_on.views import entrance

urlpatterns = [
    path("login/", entrance.sign_in, name="account_login"),
    path("oidc/<slug:provider_id>/login/", entrance.start, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", entrance.arrival, name="openid_connect_callback"),
    path("oidc/<slug:provider_id>/trying/", entrance.trying, name="sign-on-trying"),
    path("social/login/cancelled/", closed, name="socialaccount_login_cancelled"),
    path("social/login/error/", closed, name="socialaccount_login_error"),
    path("social/signup/", closed, name="socialaccount_signup"),
    path("social/connections/", closed, name="socialaccount_connections"),
]
