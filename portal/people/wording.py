"""What a letter about an account says: a title, some sentences, and the one address that goes with them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.people import invitations, organisations, resets
from portal.people.addresses import absolute
from portal.people.models import Invitation, Letter, User


@dataclass(frozen=True)
class Wording:
    """`moments` by name are shown in the reader's zone; `url` may be empty."""

    title: str
    sentences: tuple[str, ...]
    url: str = ""
    verb: str = ""
    until: Any = None  # when the address stops working


def compose(letter: Letter, recipient: User) -> EmailMultiAlternatives | None:
    """The mail, or None where it was overtaken. In the language and zone that are active."""
    words = WORDINGS[letter.kind](letter, recipient)
    if words is None:
        return None
    organisation = organisations.current()
    context = {"words": words, "person": recipient, "organisation": organisation.name if organisation else "Concord"}
    mail = EmailMultiAlternatives(
        subject=words.title,
        body=render_to_string("people/mail/letter.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[recipient.email],
        headers={"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("people/mail/letter.html", context), "text/html")
    return mail


def _invitation(letter: Letter, recipient: User) -> Wording | None:
    invitation = _open_invitation(letter)
    if invitation is None:
        return None
    organisation = organisations.current()
    where = organisation.name if organisation else _("your organisation")
    by = invitation.invited_by
    return Wording(
        title=_("Your account in Concord"),
        sentences=(
            _("%(by)s made you an account in Concord, where %(where)s keeps its risks and the decisions about them.")
            % {"by": by, "where": where}
            if by
            else _("An account was made for you in Concord, where %(where)s keeps its risks and the decisions about them.")
            % {"where": where},
            _("The link below lets you choose a password and a second factor. It works once."),
            _("If you did not expect this, leave it unopened and tell whoever you know there."),
        ),
        url=invitations.link_of(invitation),
        verb=_("Come in"),
        until=invitation.expires_at,
    )


def _factor_invitation(letter: Letter, recipient: User) -> Wording | None:
    invitation = _open_invitation(letter)
    if invitation is None:
        return None
    return Wording(
        title=_("Add a second factor to your account"),
        sentences=(
            _("%(by)s lets you add a second factor: an authenticator app or a passkey.") % {"by": _who(invitation)},
            _("The link below asks for your password first. It works once."),
        ),
        url=invitations.link_of(invitation),
        verb=_("Add a second factor"),
        until=invitation.expires_at,
    )


def _factor_reset(letter: Letter, recipient: User) -> Wording | None:
    invitation = _open_invitation(letter)
    if invitation is None:
        return None
    return Wording(
        title=_("Your second factor was taken away"),
        sentences=(
            _("%(by)s took the second factor of your account away and ended every session of yours.") % {"by": _who(invitation)},
            _("The link below asks for your password and lets you add a new factor. It works once."),
            _("If you did not ask for this, tell another administrator or your CISO now."),
        ),
        url=invitations.link_of(invitation),
        verb=_("Add a new factor"),
        until=invitation.expires_at,
    )


def _password_reset(letter: Letter, recipient: User) -> Wording | None:
    if not resets.may(recipient):
        return None
    return Wording(
        title=_("A new password for Concord"),
        sentences=(
            _("Somebody, most likely you, asked for a new password for this account."),
            _("The link below lets you choose one; your second factor stays as it is. It works once, within an hour."),
            _("If it was not you, nothing has changed and there is nothing to do."),
        ),
        url=resets.link_of(recipient),
        verb=_("Choose a new password"),
    )


def _told(title: Callable[[], str], sentence: Callable[[], str]) -> Callable[[Letter, User], Wording]:
    """A letter that only tells: what happened, and what to do if it was not the reader."""

    def wording(letter: Letter, recipient: User) -> Wording:
        return Wording(
            title=title(),
            sentences=(sentence(), _("If it was not you, tell an administrator now.")),
            url=absolute(reverse("people:account")),
            verb=_("Look at your account"),
        )

    return wording


def _door_opened(letter: Letter, recipient: User) -> Wording | None:
    person = User.objects.filter(pk=letter.params["person"]).first()
    if person is None:
        return None
    return Wording(
        title=_("An administrator was made at the host"),
        sentences=(
            _("Somebody with access to the machine that runs Concord made %(name)s (%(email)s) an administrator.")
            % {"name": person.name, "email": person.email},
            _("This is the way back in where no administrator is left. It stands in the record; ask them why it was needed."),
        ),
    )


def _open_invitation(letter: Letter) -> Invitation | None:
    return Invitation.objects.open().select_related("invited_by").filter(pk=letter.params["invitation"]).first()


def _who(invitation: Invitation) -> str:
    return invitation.invited_by.name if invitation.invited_by else _("An administrator")


WORDINGS: dict[str, Callable[[Letter, User], Wording | None]] = {
    "invitation": _invitation,
    "factor-invitation": _factor_invitation,
    "factor-reset": _factor_reset,
    "password-reset": _password_reset,
    "password-changed": _told(
        lambda: _("Your password was changed"), lambda: _("The password of your account was changed and every other session ended.")
    ),
    "factor-added": _told(lambda: _("A second factor was added"), lambda: _("Your account has a second factor more than before.")),
    "factor-removed": _told(
        lambda: _("A second factor was removed"), lambda: _("Your account has a second factor less than before.")
    ),
    "door-opened": _door_opened,
}


def word_with(kind: str, function: Callable[[Letter, User], Wording | None]) -> None:
    """A higher room words letters of its own: `function(letter, recipient)`, None where it was overtaken."""
    if kind in WORDINGS:
        raise ValueError(f"{kind} is worded already")
    WORDINGS[kind] = function
