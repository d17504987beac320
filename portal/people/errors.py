"""What accounts, roles, seats and tokens refuse."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Refused, Stale


class EmailTaken(Refused):
    sentence = _("There is an account with this e-mail already; give that one another role instead.")
    code = "email-taken"


class OwnAccount(Refused):
    sentence = _("You cannot do this to your own account; ask another administrator.")
    code = "own-account"


class CircularLine(Refused):
    sentence = _("A line cannot come back to where it began; name somebody who does not report to this person.")
    code = "circular-line"


class NeverSeated(Refused):
    sentence = _("Administrators, auditors, preparers and integrations never fill a seat; end that role first.")
    code = "never-seated"


class HoldsASeat(Refused):
    sentence = _("Whoever fills a seat or stands in for one is no administrator, auditor or preparer; end the appointment first.")
    code = "holds-a-seat"


class SubstituteNeeded(Refused):
    sentence = _("One person never fills two seats; name a substitute for the second one.")
    code = "substitute-needed"


class SubstituteSeated(Refused):
    sentence = _("The substitute fills a seat already, and one person never fills two; name somebody else.")
    code = "substitute-seated"


class ArbiterApart(Refused):
    sentence = _("The arbiter settles what the seats leave open, so is never one of them; choose somebody else.")
    code = "arbiter-apart"


class ServiceAccountOnly(Refused):
    sentence = _("Tokens and the integration role are for service accounts; people sign in.")
    code = "service-account-only"


class PersonOnly(Refused):
    sentence = _("A service account has tokens, and neither a password nor a second factor.")
    code = "person-only"


class CurrencyFixed(Refused):
    sentence = _("The currency was set once and stays: every amount in the register is written in it.")
    code = "currency-fixed"


class StepsOpen(Refused):
    sentence = _("The set-up is not done yet: answer the steps that are open first.")
    code = "steps-open"


class AlreadySetUp(Refused):
    sentence = _("This organisation is set up already; change it in its settings.")
    code = "already-set-up"


class AlreadyIn(Refused):
    sentence = _("This person has come in already; who lost their password asks for a new one at the sign-in page.")
    code = "already-in"


class InvitationOver(Refused):
    sentence = _("This link is used up, too old or was withdrawn. Ask the administrator who invited you for a new one.")
    code = "invitation-over"


class LinkOver(Refused):
    sentence = _("This link is used up or too old. Ask for a new one.")
    code = "link-over"


class NobodyThere(Refused):
    sentence = _("Nobody has an account with this e-mail; give a name as well to make one.")
    code = "nobody-there"


class NoUnit(Refused):
    sentence = _("There is no organisation yet; set it up first.")
    code = "no-unit"


class FactorNotAllowed(Refused):
    sentence = _("A second factor is added with another one, or by a link an administrator sends you.")
    code = "factor-not-allowed"


class LinkJustSent(Refused):
    sentence = _("A link went to your e-mail a moment ago. Open it in this browser; if none comes, ask again in ten minutes.")
    code = "link-just-sent"


class LastFactor(Refused):
    sentence = _("You need a second factor here and this is your only one; add another before you remove it.")
    code = "last-factor"


class FactorNeeded(Refused):
    sentence = _("You need a second factor here. Sign in to the pages and add one first.")
    code = "factor-needed"
    status = 403


class NoFactor(Refused):
    sentence = _("There is no second factor to recover; add one first.")
    code = "no-factor"


class TooOften(Refused):
    sentence = _("That was too often. Wait a quarter of an hour and try again.")
    code = "too-often"
    status = 429


class SomebodyThere(Refused):
    sentence = _("Somebody lives in this portal already; an administrator invites you.")
    code = "somebody-there"


class OpeningOver(Refused):
    sentence = _("This link leads nowhere any more: it was used, is older than a day, or a newer one was made.")
    code = "opening-over"


class TwoPeopleNeeded(Refused):
    sentence = _("Two people change a seat: propose the change, and let another administrator or the arbiter confirm it.")
    code = "two-people-needed"


class NobodySits(Refused):
    sentence = _("This seat is vacant already.")
    code = "nobody-sits"


class ProposalWaits(Refused):
    sentence = _("A change of this seat waits already; settle that one first.")
    code = "proposal-waits"


class OwnProposal(Refused):
    sentence = _("You proposed this, so another administrator or the arbiter confirms it.")
    code = "own-proposal"


class OwnAppointment(Refused):
    sentence = _("This names you, so somebody else settles it.")
    code = "own-appointment"


class NotYourProposal(Refused):
    sentence = _("Only whoever proposed or confirmed this takes it back; you can refuse it while it waits.")
    code = "not-your-proposal"


class AlreadySettled(Refused):
    sentence = _("This was settled already. Load it again to see how.")
    code = "already-settled"


class MovedOn(Stale):
    sentence = _("Somebody else changed this while you had it open. Look at it as it stands now, then decide.")


class NotADelegate(Refused):
    sentence = _("A delegate answers reviews by their own roles, so name somebody who may; administrators and auditors never do.")
    code = "not-a-delegate"


class OtherOffice(Refused):
    sentence = _("Nobody answers for one seat while they fill another or stand in for it; name somebody else.")
    code = "other-office"


class DelegatedAlready(Refused):
    sentence = _("Somebody is named for some of these days already; end that first, or choose other days.")
    code = "delegated-already"


class SeatNamesItself(Refused):
    sentence = _("Whoever fills a seat names their delegate themselves.")
    code = "seat-names-itself"


class NotYourDelegation(Refused):
    sentence = _("You name who answers for you; for others an administrator does.")
    code = "not-your-delegation"


class NotYourSeat(Refused):
    sentence = _("Whoever fills this seat names who prepares for it and advises it.")
    code = "not-your-seat"


class NotYoursToHandOver(Refused):
    sentence = _("An administrator, or somebody in this person's line, hands over what they hold.")
    code = "not-yours-to-hand-over"


class StillSeated(Refused):
    sentence = _("This person fills a seat, stands in or is proposed for one. Two people change that first; then come back.")
    code = "still-seated"


class LastAdministrator(Refused):
    sentence = _("This is the only administrator. Give somebody else that role first.")
    code = "last-administrator"


class StillHolds(Refused):
    sentence = _("They still hold things. Hand them over first, or leave them behind on purpose.")
    code = "still-holds"
