"""What can go wrong with frameworks; each error is one sentence that says what to do next."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portal.errors import Invalid, Refused, Stale


class UnreadableCatalog(Invalid):
    """A file was refused; nothing of it is stored."""

    code = "unreadable-catalog"
    sentence = _("This is no catalog that can be read. Bring an OSCAL catalog or profile as JSON, or a CSV list of requirements.")

    def __init__(self, sentence: Any = "", **facts: Any):
        super().__init__(sentence, {"file": [sentence or self.sentence]}, **facts)


BROKEN = {
    "empty": _("The file names no requirement that can be assessed. Check that it holds a catalog."),
    "too-many": _("The file names more than %(about)s requirements. Part it into several frameworks."),
    "too-deep": _("The tree in this file goes too deep at %(about)s. Keep it to 24 levels."),
    "twice": _("The file names %(about)s twice. Give every requirement an identifier of its own."),
    "orphan": _("%(about)s stands below something that is not in this file. Add its parent, or leave it away."),
    "cycle": _("%(about)s stands below itself. Mend its parent."),
    "unnamed": _("Something in this file has no name or identifier %(about)s. Name it, and bring the file again."),
    "too-long": _("%(about)s is longer than a requirement may be. Shorten it."),
    "unspeakable": _("%(about)s holds characters that no text has. Save the file as UTF-8, and bring it again."),
}


def broken(reason: str, about: str = "") -> UnreadableCatalog:
    """The sentence for a BrokenCatalog."""
    return UnreadableCatalog(" ".join((_t(BROKEN[reason]) % {"about": about}).replace(" .", ".").split()))


class EditionTaken(Refused):
    code = "edition-taken"

    def __init__(self, framework: Any):
        super().__init__(
            _t("%(name)s is there already, with other requirements. Give this file another version.") % {"name": framework},
            framework=framework,
        )


class NoSuchCatalog(Invalid):
    """A profile selects from a catalog that is not here."""

    code = "no-such-catalog"

    def __init__(self, missing: str = ""):
        sentence = (
            _t("No catalog here holds %(missing)s, which this profile selects. Import the catalog first.") % {"missing": missing}
            if missing
            else _t("The catalog that this profile selects from is not here. Import it first, or say which one it is.")
        )
        super().__init__(sentence, {"file": [sentence]})


class MappedAlready(Refused):
    code = "mapped-already"
    sentence = _("This control answers this requirement already. Change what is said there.")

    def __init__(self, mapping: Any):
        super().__init__(mapping=mapping)


class NothingToAnswer(Refused):
    code = "nothing-to-answer"

    def __init__(self, requirement: Any):
        sentence = _t("%(identifier)s is not assessed itself. Choose one of the requirements below it.")
        super().__init__(sentence % {"identifier": requirement.identifier}, requirement=requirement)


class NotSuggested(Refused):
    code = "not-suggested"
    sentence = _("This was settled meanwhile. Look at the requirement again.")


class OldEdition(Refused):
    code = "old-edition"

    def __init__(self, framework: Any):
        sentence = _t("%(framework)s is superseded, so what was said there stays. Work on its newest edition.")
        super().__init__(sentence % {"framework": framework}, framework=framework)


class ProfileThere(Refused):
    code = "profile-there"
    sentence = _("This unit has a profile of this framework already. Open that one.")


class TiersOfOrganisation(Refused):
    code = "tiers-of-organisation"
    sentence = _("Tiers are those of the CSF and speak of the organisation as a whole. Set them in its own profile of the CSF.")


class NotYourOffice(Refused):
    code = "not-your-office"
    sentence = _("This is not yours to rate. Let the leader of an office that owns it rate it, or change who owns it.")

    def __init__(self, owner: str = ""):
        super().__init__(owner=owner)


class NothingLeftToAnswer(Refused):
    code = "nothing-to-answer"

    def __init__(self, practice: Any):
        sentence = _t("There is nothing left to answer on %(identifier)s. Open it to see how it was settled.")
        super().__init__(sentence % {"identifier": practice.requirement.identifier}, practice=practice.pk)


class OfficeLosesItsSay(Refused):
    code = "office-loses-its-say"

    def __init__(self, office: str):
        sentence = _t("The %(office)s would no longer rate this. Let its leader change who owns it.")
        super().__init__(sentence % {"office": office}, office=office)


class SavedOver(Stale):
    sentence = _("Somebody else saved this meanwhile. Look at what stands there now, and save again.")

    def __init__(self, version: int):
        super().__init__(version=version, theirs={}, by=None)


class NothingToDecide(Refused):
    code = "nothing-to-decide"

    def __init__(self, framework: Any):
        sentence = _t("%(framework)s has no controls to choose from. Choose the newest edition of ISO/IEC 27001.")
        super().__init__(sentence % {"framework": framework}, framework=framework)


class StatementThere(Refused):
    code = "statement-there"
    sentence = _("This unit has a statement for this framework already. Work on that one.")


class StatementGone(Refused):
    code = "statement-gone"
    sentence = _("This statement is a draft again, or gone. Look at it as it stands now.")


class Undecided(Refused):
    code = "undecided"

    def __init__(self, count: int):
        sentence = (
            _t("%(count)d controls are not decided yet. Say of each whether it applies, and why.") % {"count": count}
            if count
            else _t("The scope is empty. Say what the management system covers.")
        )
        super().__init__(sentence, count=count)


class AuditConcluded(Refused):
    code = "audit-concluded"
    sentence = _("This audit is concluded: nothing is added to it. Plan another one.")


class FindingClosed(Refused):
    code = "finding-closed"
    sentence = _("This finding is closed. Write a new one in another audit if it came back.")


class ActionUnderWay(Refused):
    code = "action-under-way"
    sentence = _("A corrective action is under way. Let it be done and verified before another one is agreed.")


class NoActionUnderWay(Refused):
    code = "no-action-under-way"
    sentence = _("No corrective action waits for this. Agree on one first, or look at how the finding stands now.")


class NotYourAction(Refused):
    code = "not-your-action"

    def __init__(self, owner: Any):
        sentence = _t("%(owner)s sees to this action and says when it is done. Ask them.") % {"owner": owner}
        super().__init__(sentence, owner=owner)


class OwnAction(Refused):
    code = "own-action"
    sentence = _("You had a hand in this action, so somebody else verifies that it works.")


class ActionKeepsDate(Refused):
    code = "action-keeps-date"
    sentence = _("A corrective action has its day. Say on the finding what was done.")


class ReviewGone(Refused):
    code = "review-gone"
    sentence = _("This review is a draft again, or gone. Look at it as it stands now.")


class ReviewThere(Refused):
    code = "review-there"
    sentence = _("This unit has a management review of that day already. Work on that one.")


class NothingDecided(Refused):
    code = "nothing-decided"
    sentence = _("The outcome is empty. Say what was decided, even if it is to change nothing.")


class NoShortfall(Refused):
    code = "no-shortfall"
    sentence = _("This is practised as it should be, or nobody has rated it. Rate it and set its target first.")
