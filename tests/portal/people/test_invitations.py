from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail, signing

from portal import clock
from portal.errors import Invalid
from portal.people import accounts, invitations, letters
from portal.people.errors import AlreadyIn, EmailTaken, InvitationOver, NoUnit, OwnAccount, PersonOnly
from portal.people.models import Invitation, Letter, RoleAssignment, User
from portal.record.models import AuditEntry
from tests.factories.portal import make_user

STRONG = "a-long-enough-pass-phrase"
ARRIVAL = {"name": "Dana Whitlock", "password": STRONG, "language": "en", "time_zone": "Europe/Lisbon"}


@pytest.fixture
def admin(person):
    return person("ADMIN", name="Ada Okafor")


@pytest.fixture
def invited(company, admin):
    return invitations.invite("dana@verrow.example", "Dana W.", unit=company.northfield, roles=["ANALYST", "OWNER"], actor=admin)


def token(invitation):
    invitation.refresh_from_db()
    return invitations.token_of(invitation)


def test_an_invited_person_is_there_with_their_roles_but_cannot_sign_in_yet(company, admin, invited):
    dana = User.objects.get(email="dana@verrow.example")

    assert not dana.has_usable_password()
    roles = RoleAssignment.objects.filter(user=dana, ended_at=None).order_by("role")
    assert list(roles.values_list("role", "unit", "granted_by")) == [
        ("ANALYST", company.northfield.pk, admin.pk),
        ("OWNER", company.northfield.pk, admin.pk),
    ]
    assert invited.standing == Invitation.State.OPEN
    assert AuditEntry.objects.filter(verb="user.invited", subject_id=dana.pk, actor=admin).count() == 1


def test_roles_are_given_for_the_company_where_no_unit_is_named(company, admin):
    user = invitations.invite("bo@verrow.example", "Bo", roles=["BOARD"], actor=admin).user

    assert user.unit == company.root
    assert RoleAssignment.objects.get(user=user).unit == company.root


def test_the_mail_says_who_invites_where_to_and_until_when(admin, invited):
    letters.send_waiting()

    sent = mail.outbox[0]
    assert (sent.to, sent.subject) == (["dana@verrow.example"], "Your account in Concord")
    assert "Ada Okafor made you an account in Concord, where Verrow Manufacturing keeps its risks" in sent.body
    assert invitations.link_of(invited) in sent.body
    assert invitations.link_of(invited) in sent.alternatives[0][0]


def test_an_account_is_invited_once(admin, invited):
    with pytest.raises(EmailTaken):
        invitations.invite(" DANA@verrow.example", "Dana", actor=admin)

    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "named"),
    [({"email": "nowhere"}, "email"), ({"language": "tlh"}, "language"), ({"time_zone": "Mars/Olympus"}, "time_zone")],
)
def test_wrong_input_is_told_by_field_and_invites_nobody(company, admin, fields, named):
    with pytest.raises(Invalid) as refusal:
        invitations.invite(**{"email": "bo@verrow.example", "name": "Bo", "actor": admin} | fields)

    assert set(refusal.value.fields) == {named}
    assert not Invitation.objects.exists() and not Letter.objects.exists()


def test_of_many_all_are_invited_or_none(company, admin):
    guests = [invitations.Guest("bo@verrow.example", "Bo"), invitations.Guest("bo@verrow.example", "Bo again")]

    with pytest.raises(EmailTaken):
        invitations.invite_all(guests, actor=admin)

    assert not User.objects.filter(email="bo@verrow.example").exists()
    assert not Letter.objects.exists()


def test_nobody_is_invited_before_there_is_an_organisation(db):
    with pytest.raises(NoUnit):
        invitations.invite("bo@verrow.example", "Bo", actor=None)

    assert not User.objects.exists()


def test_accepting_sets_name_password_language_and_zone(invited):
    dana = invitations.accept(invitations.by_token(token(invited)), **ARRIVAL)

    dana.refresh_from_db()
    assert (dana.name, dana.time_zone, dana.check_password(STRONG)) == ("Dana Whitlock", "Europe/Lisbon", True)
    assert AuditEntry.objects.filter(verb="user.invitation_accepted", actor=dana).count() == 1


def test_a_weak_password_accepts_nothing(invited):
    with pytest.raises(Invalid):
        invitations.accept(invited, **ARRIVAL | {"password": "short"})

    assert invitations.by_token(token(invited)).standing == Invitation.State.OPEN
    assert not User.objects.get(pk=invited.user_id).has_usable_password()


def test_an_invitation_is_accepted_once(invited):
    invitations.accept(invited, **ARRIVAL)

    with pytest.raises(InvitationOver):
        invitations.accept(invited, **ARRIVAL | {"password": "quite-another-pass-phrase"})

    assert User.objects.get(pk=invited.user_id).check_password(STRONG)


def test_a_link_ends_after_a_week(invited):
    link = token(invited)

    with clock.stopped(clock.now() + timedelta(days=7, minutes=1)), pytest.raises(InvitationOver):
        invitations.by_token(link)
    assert invitations.by_token(link) == invited


def test_a_link_sent_again_replaces_the_earlier_one_and_lasts_anew(admin, invited):
    old = token(invited)

    with clock.stopped(clock.now() + timedelta(days=6)):
        again = invitations.send_again(invited.user, actor=admin)

        assert again == invited
        assert again.expires_at > invited.expires_at
        assert invitations.by_token(token(again)) == invited
    with pytest.raises(InvitationOver):
        invitations.by_token(old)


def test_an_overtaken_letter_never_goes_out(admin, invited):
    invitations.revoke(invited.user, actor=admin)

    assert letters.send_waiting() == (0, 0)
    assert mail.outbox == []
    assert Letter.objects.get().dropped_at is not None


def test_a_revoked_link_leads_nowhere(admin, invited):
    link = token(invited)

    invitations.revoke(invited.user, actor=admin)

    with pytest.raises(InvitationOver):
        invitations.by_token(link)
    assert AuditEntry.objects.filter(verb="user.invitation_revoked").count() == 1


def test_revoking_nothing_says_nothing(admin):
    invitations.revoke(make_user(), actor=admin)

    assert not AuditEntry.objects.exists()


def test_a_closed_account_is_not_come_in_to(admin, invited):
    link = token(invited)

    accounts.close(invited.user, actor=admin)

    with pytest.raises(InvitationOver):
        invitations.by_token(link)
    with pytest.raises(InvitationOver):
        invitations.accept(invited, **ARRIVAL)


@pytest.mark.parametrize("link", ["", "x", "W10:1abc:abc", signing.Signer(salt="another salt").sign_object([1, "guess"])])
def test_a_forged_link_leads_nowhere(invited, link):
    with pytest.raises(InvitationOver):
        invitations.by_token(link)


def test_the_key_alone_makes_no_link(invited):
    ours = signing.Signer(salt="concord.invitation")
    for odd in ([invited.pk, "guess"], [invited.pk], {"a": 1}, 7, None):
        with pytest.raises(InvitationOver):
            invitations.by_token(ours.sign_object(odd))


def test_who_came_in_is_not_invited_again(admin, invited):
    invitations.accept(invited, **ARRIVAL)

    with pytest.raises(AlreadyIn):
        invitations.send_again(invited.user, actor=admin)


def test_the_link_lets_the_person_add_a_factor_after_the_password_and_only_then(invited):
    assert not invitations.allows_factor(invited.user, invited.pk)

    dana = invitations.accept(invited, **ARRIVAL)

    assert invitations.allows_factor(dana, invited.pk)
    assert not invitations.allows_factor(make_user(), invited.pk)
    assert not invitations.allows_factor(dana, None)
    invitations.finish(dana)
    assert not invitations.allows_factor(dana, invited.pk)


def test_somebody_with_a_password_may_be_let_add_a_factor(admin):
    dana = make_user("Dana", password=STRONG)

    invitation = invitations.offer_factor(dana, actor=admin)

    assert invitation.purpose == Invitation.Purpose.FACTOR
    assert invitations.allows_factor(dana, invitation.pk)
    with pytest.raises(InvitationOver):
        invitations.accept(invitation, **ARRIVAL)
    letters.send_waiting()
    assert "Ada Okafor lets you add a second factor" in mail.outbox[0].body


def test_nobody_lets_themselves_add_a_factor_and_no_service_account_has_one(admin):
    Authenticator.objects.filter(user=admin).delete()
    with pytest.raises(OwnAccount):
        invitations.offer_factor(admin, actor=admin)
    with pytest.raises(PersonOnly):
        invitations.offer_factor(make_user(is_service=True), actor=admin)

    assert not Invitation.objects.exists()
