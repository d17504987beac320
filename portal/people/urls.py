"""Signing in and out. Of allauth's pages only those that belong here; the others keep their name and answer 404, or are pages of
our own (portal/web/people)."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.webauthn import views as passkeys
from django.urls import path, re_path

from portal.people.sign_in import closed, leaving, renewing

# allauth asks for these addresses by name, so they exist; nobody signs up or changes an address by themselves, and
# passwords and factors have pages of our own.
CLOSED = {
    "account_signup": "signup/",
    "account_email": "email/",
    "account_email_verification_sent": "confirm-email/",
    "account_change_password": "password/change/",
    "account_set_password": "password/set/",
    "account_reset_password_from_key_done": "password/reset/key/done/",
    "account_confirm_login_code": "login/code/confirm/",
    "mfa_index": "2fa/",
    "mfa_activate_totp": "2fa/totp/activate/",
    "mfa_deactivate_totp": "2fa/totp/deactivate/",
    "mfa_view_recovery_codes": "2fa/recovery-codes/",
    "mfa_generate_recovery_codes": "2fa/recovery-codes/generate/",
    "mfa_download_recovery_codes": "2fa/recovery-codes/download/",
}

urlpatterns = [
    path("logout/", leaving(account.logout), name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", renewing(account.reauthenticate), name="account_reauthenticate"),
    path("2fa/authenticate/", factors.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", renewing(factors.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/reauthenticate/passkey/", renewing(passkeys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    *(path(address, closed, name=name) for name, address in CLOSED.items()),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", closed, name="account_confirm_email"),
    re_path(r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", closed, name="account_reset_password_from_key"),
]
