"""The words of this room."""

from django.utils.translation import gettext_lazy as _

# cause: (title, what it means and what to do, status)
CAUSES = {
    "cancelled": (_("You came back without signing in"), _("Nothing happened. Try again, or sign in with your password."), 403),
    "lost": (
        _("This sign-in was begun elsewhere, or too long ago"),
        _("Begin again from the sign-in page, in this browser, without going back by its history."),
        400,
    ),
    "no-answer": (
        _("The identity provider does not answer"),
        _("Try again in some minutes. Administrators sign in with their password and check the provider."),
        502,
    ),
    "another-issuer": (
        _("The identity provider is not the one that was named"),
        _("It calls itself otherwise than an administrator wrote, who has to mend that. Sign in with your password meanwhile."),
        502,
    ),
    "refused-there": (
        _("The identity provider did not let you through"),
        _("Ask whoever runs it whether your account there may use Concord."),
        403,
    ),
    "client-refused": (
        _("The identity provider does not know Concord"),
        _("An administrator has to mend the client id or the secret of the provider; nothing that you do here helps."),
        502,
    ),
    "code-refused": (
        _("The identity provider took its answer back"),
        _("Begin again from the sign-in page: an answer counts once, and for a short while."),
        403,
    ),
    "stopped": (_("Nobody signs in by this provider at present"), _("Sign in with your password, or ask an administrator."), 403),
    "no-address": (
        _("The identity provider does not say who you are by e-mail"),
        _("Ask whoever runs it to give Concord the claim “email”."),
        403,
    ),
    "address-not-proven": (
        _("The identity provider does not vouch for your address"),
        _("Prove your address there, or ask an administrator whether every address of this provider counts as proven."),
        403,
    ),
    "nobody": (
        _("Nobody here has this address"),
        _("Accounts come by invitation. Ask an administrator, and name the number below."),
        403,
    ),
    "closed": (_("This account is closed"), _("An administrator can open it again. Nothing you did in Concord is lost."), 403),
    "another-subject": (
        _("This account came in as somebody else before"),
        _("The provider names another person for your address than last time. An administrator has to part them."),
        403,
    ),
    "no-account-made": (
        _("No account can be made of what the provider says"),
        _("Your name or address there is not one that Concord can take. Ask an administrator, and name the number below."),
        403,
    ),
    "passwords-closed": (
        _("Passwords are for administrators here"),
        _("Your organisation signs in by its identity provider: take the button on the sign-in page."),
        403,
    ),
}

STEPS = {
    "description": _("The provider describes itself"),
    "issuer": _("It names itself as the issuer you wrote"),
    "endpoints": _("It says where to sign in, where tokens come from, who somebody is, and by which keys it signs"),
    "pkce": _("It takes a proof key for code exchange by S256"),
    "keys": _("Its keys can be read"),
}
