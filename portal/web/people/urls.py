"""Coming in by a link, the list of people, one's own account."""

from django.urls import path

from portal.web.people.views import account, entrance, factors, invitations, people, service

app_name = "people"
urlpatterns = [
    path("invitation/<str:token>/", entrance.invitation, name="invitation"),
    path("accounts/password/new/<str:key>/", entrance.new_password, name="new-password"),
    path("people/", people.people, name="people"),
    path("people/invitation/", invitations.one, name="invite"),
    path("people/invitation/list/", invitations.many, name="invite-list"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/invitation/", people.invitation_again, name="invitation-again"),
    path("people/<int:pk>/invitation/revocation/", people.invitation_revocation, name="invitation-revocation"),
    path("people/<int:pk>/closing/", people.closing, name="closing"),
    path("people/<int:pk>/reopening/", people.reopening, name="reopening"),
    path("people/<int:pk>/factors/reset/", people.factor_reset, name="factor-reset"),
    path("people/<int:pk>/factors/invitation/", people.factor_invitation, name="factor-invitation"),
    path("people/<int:pk>/sessions/end/", people.sessions_end, name="sessions-end"),
    path("people/<int:pk>/sessions/<int:session_pk>/end/", people.session_end, name="session-end"),
    path("people/service-accounts/", service.making, name="service-accounts"),
    path("people/<int:pk>/tokens/", service.token, name="tokens"),
    path("people/<int:pk>/tokens/<int:token_pk>/revocation/", service.revocation, name="token-revocation"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/sessions/end/", account.sessions_end, name="my-sessions-end"),
    path("account/sessions/<int:pk>/end/", account.session_end, name="my-session-end"),
    path("account/factors/", factors.factors, name="factors"),
    path("account/factors/link/", factors.link, name="factor-link"),
    path("account/factors/everybody/", factors.everybody, name="factor-rule"),
    path("account/factors/app/", factors.app, name="factor-app"),
    path("account/factors/passkey/", factors.passkey, name="factor-passkey"),
    path("account/factors/recovery-codes/", factors.recovery_codes, name="recovery-codes"),
    path("account/factors/<int:pk>/removal/", factors.removal, name="factor-removal"),
]
