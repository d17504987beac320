"""Coming in by a link, the list of people, one's own account."""

from django.urls import path

from portal.web.people.views import account, entrance, factors

app_name = "people"
urlpatterns = [
    path("invitation/<str:token>/", entrance.invitation, name="invitation"),
    path("accounts/password/new/<str:key>/", entrance.new_password, name="new-password"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/sessions/end/", account.sessions_end, name="my-sessions-end"),
    path("account/sessions/<int:pk>/end/", account.session_end, name="my-session-end"),
    path("account/factors/", factors.factors, name="factors"),
    path("account/factors/app/", factors.app, name="factor-app"),
    path("account/factors/passkey/", factors.passkey, name="factor-passkey"),
    path("account/factors/recovery-codes/", factors.recovery_codes, name="recovery-codes"),
    path("account/factors/<int:pk>/removal/", factors.removal, name="factor-removal"),
]
