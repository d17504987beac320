"""What can go wrong with assets and discovery files; each error is one sentence that says what to do next."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Invalid, Refused, Stale


class UnreadableDiscovery(Invalid):
    """A discovery file was refused; nothing of it is stored."""

    code = "unreadable-discovery"
    sentence = _("This file cannot be read as a discovery file. Upload an nmap XML file, or an inventory as CSV or Excel.")


class UnknownFormat(UnreadableDiscovery):
    code = "unknown-format"
    sentence = _("This is neither an nmap XML file nor a CSV or Excel inventory. Run nmap with -oX, or save the list as either.")


class EmptyDiscovery(UnreadableDiscovery):
    code = "empty-discovery"
    sentence = _("The file is empty. Choose the file that the scan wrote.")


class NothingDiscovered(UnreadableDiscovery):
    code = "nothing-discovered"
    sentence = _("No host in this file answered, so there is nothing to take in. Check the scan's targets and run it again.")


class NothingListed(UnreadableDiscovery):
    code = "nothing-listed"
    sentence = _("The list has a header and no rows, so there is nothing to take in. Export it again with its rows.")


class HostileDiscovery(UnreadableDiscovery):
    code = "hostile-discovery"
    sentence = _("The file declares XML entities, which nmap never writes, so it was not read. Use the file as nmap wrote it.")


class TruncatedDiscovery(UnreadableDiscovery):
    code = "truncated-discovery"
    sentence = _("The file ends in the middle. Let the scan finish, or copy the file again, and upload the whole of it.")


class MalformedDiscovery(UnreadableDiscovery):
    code = "malformed-discovery"
    sentence = _("The file is damaged and cannot be read to its end. Export it again and upload the new file.")


class DiscoveryTooLarge(UnreadableDiscovery):
    code = "discovery-too-large"
    sentence = _("The file is larger than %(limit)s once unpacked. Split the scan, or use the command take_in_discovery.")

    def __init__(self, limit_bytes: int):
        megabytes = limit_bytes // 1_000_000
        limit = f"{megabytes // 1000} GB" if megabytes >= 1000 else f"{megabytes} MB"
        super().__init__(self.sentence % {"limit": limit}, limit_bytes=limit_bytes)


class NotAnInventory(UnreadableDiscovery):
    """A CSV file whose rows or columns do not make an inventory; the sentence names the place."""

    code = "not-an-inventory"


class NoBillOfMaterials(Invalid):
    """A file is no bill of materials that can be read; nothing of it is stored."""

    code = "no-bill-of-materials"
    sentence = _("This is no bill of materials in CycloneDX JSON. Let the build write one, 1.2 to 1.6.")

    def __init__(self, sentence=""):
        super().__init__(sentence, fields={"file": [sentence or self.sentence]})


class OutOfReach(Refused):
    """The unit is not among those the person works for."""

    code = "out-of-reach"

    def __init__(self, unit):
        super().__init__(_("You do not work for %(unit)s. Ask somebody there to do this.") % {"unit": unit}, unit=unit.pk)


class TakenIdentifier(Invalid):
    """Another current asset is known by this already."""

    code = "taken-identifier"

    def __init__(self, field, value, number):
        if number:
            sentence = _("%(number)s is known by %(value)s already. Open that asset, or correct the value.")
        else:
            sentence = _("An asset you may not open is known by %(value)s already. Correct the value, or ask an administrator.")
        sentence = sentence % {"number": number, "value": value}
        super().__init__(sentence, fields={field: [sentence]})


class ChangedMeanwhile(Stale):
    """Somebody saved the asset while this was being written."""

    def __init__(self, asset):
        sentence = _("Somebody changed %(asset)s while you were writing. Look at what it says now, then save again.")
        super().__init__(sentence % {"asset": asset}, version=asset.version)


class Archived(Refused):
    code = "archived"

    def __init__(self, asset):
        super().__init__(_("%(asset)s is archived, so it no longer changes.") % {"asset": asset}, asset=asset.pk)


class NotArchived(Refused):
    code = "not-archived"

    def __init__(self, asset):
        super().__init__(_("%(asset)s is in use already.") % {"asset": asset}, asset=asset.pk)


class MergedAway(Refused):
    """The asset was made one with another; it comes back by parting them."""

    code = "merged-away"

    def __init__(self, asset):
        super().__init__(_("%(asset)s was made one with another. Part them again instead.") % {"asset": asset}, asset=asset.pk)


class AlreadyLeaning(Refused):
    code = "already-leaning"
    sentence = _("This dependency is recorded already. Open either asset to see it.")


class LeansOnItself(Invalid):
    code = "leans-on-itself"

    def __init__(self):
        sentence = _("An asset does not lean on itself. Choose another one.")
        super().__init__(sentence, fields={"supporting": [sentence]})


class AlreadySettled(Refused):
    code = "already-settled"

    def __init__(self, proposal):
        sentence = _("“%(proposal)s” was settled meanwhile. Reload the run to see by whom.")
        super().__init__(sentence % {"proposal": proposal.title}, proposal=proposal.pk)


class NoLongerTrue(Refused):
    """The asset changed between the proposal and its acceptance."""

    code = "no-longer-true"

    def __init__(self, proposal):
        sentence = _("“%(proposal)s” changed since this run was read. Take in a newer scan, or change the asset by hand.")
        super().__init__(sentence % {"proposal": proposal.title}, proposal=proposal.pk)


class Undecided(Refused):
    """A conflict needs to be told which asset it is."""

    code = "undecided"

    def __init__(self, proposal):
        sentence = _("“%(proposal)s” may be more than one asset. Say which one it is, or that it is a new one.")
        super().__init__(sentence % {"proposal": proposal.title}, proposal=proposal.pk)


class NotMatched(Refused):
    code = "not-matched"

    def __init__(self, proposal):
        sentence = _("“%(proposal)s” was not accepted as an asset that stood there already, so there is nothing to part.")
        super().__init__(sentence % {"proposal": proposal.title}, proposal=proposal.pk)


class KnownByNothingElse(Refused):
    code = "known-by-nothing-else"

    def __init__(self, asset):
        sentence = _("%(asset)s is known by nothing else than what was seen here. Change its name, or archive it.")
        super().__init__(sentence % {"asset": asset}, asset=asset.pk)


class NoReasonGiven(Invalid):
    code = "no-reason"

    def __init__(self):
        sentence = _("Say in a few words why this is ignored, so that others need not ask.")
        super().__init__(sentence, fields={"reason": [sentence]})


class NothingChosen(Invalid):
    code = "nothing-chosen"
    sentence = _("Nothing is chosen. Tick the rows first, or use the button of one row.")


class UnreadableExploitedList(Invalid):
    """A file is not the list of known exploited vulnerabilities; nothing of it is stored."""

    code = "unreadable-list"
    sentence = _("This is not the list of known exploited vulnerabilities. Fetch it from CISA as JSON, and bring that file.")

    def __init__(self, sentence=""):
        super().__init__(sentence, fields={"file": [sentence or self.sentence]})


class OlderList(Refused):
    """The list that is here is newer than the file."""

    code = "older-list"

    def __init__(self, edition):
        super().__init__(
            _("The list of %(edition)s is here already, and this file is older. Fetch the newest one.") % {"edition": edition}
        )


class NotListed(Invalid):
    """The CVE is not on the list, so a person cannot confirm it as exploited."""

    code = "not-listed"

    def __init__(self, cve):
        sentence = _("%(cve)s is not on the list of known exploited vulnerabilities. Check the number, or bring a newer list.")
        super().__init__(sentence % {"cve": cve}, fields={"cve": [sentence % {"cve": cve}]})


class NoCve(Invalid):
    code = "no-cve"

    def __init__(self):
        sentence = _("Write the number of the vulnerability like CVE-2024-12345.")
        super().__init__(sentence, fields={"cve": [sentence]})


class NoGroundGiven(Invalid):
    """A match is settled by words that others can check."""

    code = "no-ground"

    def __init__(self):
        sentence = _("Say in a few words what shows it, so that others can check it.")
        super().__init__(sentence, fields={"note": [sentence]})


class NotConfirmed(Refused):
    """Only what is confirmed can be mended."""

    code = "not-confirmed"

    def __init__(self, match):
        super().__init__(_("%(cve)s is not confirmed on this asset, so there is nothing to mend.") % {"cve": match.cve})


class RuleTaken(Refused):
    code = "rule-taken"
    sentence = _("There is such a rule already. End that one first, if it is wrong.")


class BadRule(Invalid):
    """An alias or a version rule that says nothing."""

    code = "bad-rule"

    def __init__(self, field, sentence):
        super().__init__(sentence, fields={field: [sentence]})


class SupplierArchived(Refused):
    code = "archived"

    def __init__(self, supplier):
        super().__init__(_("%(supplier)s is archived, so it no longer changes.") % {"supplier": supplier}, supplier=supplier.pk)


class StillSupplies(Refused):
    """Assets name the supplier still."""

    code = "still-supplies"

    def __init__(self, supplier, count):
        sentence = _("%(count)d assets in use name %(supplier)s. Take it off them first.")
        super().__init__(sentence % {"count": count, "supplier": supplier}, supplier=supplier.pk)


class NotOfThisKind(Invalid):
    """Something is filled in that nothing of this kind has."""

    code = "not-of-this-kind"

    def __init__(self, fields, kind):
        sentence = _("Nothing of the kind %(kind)s has this. Leave it empty, or choose another kind.") % {"kind": kind}
        super().__init__(sentence, fields={name: [sentence] for name in fields})


class NotHeld(Refused):
    """Only what is in quarantine is released or left unread."""

    code = "not-held"

    def __init__(self, run):
        super().__init__(_("This run is not in quarantine. Reload it to see how it stands."), run=run.pk)


class ZoneArchived(Refused):
    code = "archived"

    def __init__(self, zone):
        super().__init__(_("The zone %(zone)s is archived, so it no longer changes.") % {"zone": zone}, zone=zone.pk)


class StillInZone(Refused):
    """Assets name the zone still."""

    code = "still-in-zone"

    def __init__(self, zone, count):
        sentence = _("%(count)d assets in use stand in the zone %(zone)s. Give them another zone first.")
        super().__init__(sentence % {"count": count, "zone": zone}, zone=zone.pk)


class AlreadyConnected(Refused):
    code = "already-connected"
    sentence = _("There is a conduit between these zones already. End that one first, if something else may cross.")


class AlreadyOwned(Refused):
    """Somebody was named meanwhile."""

    code = "already-owned"

    def __init__(self, asset):
        sentence = _("%(owner)s answers for %(asset)s already. Change the asset to name somebody else.")
        super().__init__(sentence % {"owner": asset.owner, "asset": asset}, asset=asset.pk)


class AnswerByNaming(Refused):
    """Somebody answered by words what is answered by naming owners."""

    code = "answer-by-naming"

    def __init__(self, wanted):
        sentence = _("Name an owner for each asset of %(unit)s that waits for one. The question ends with the last of them.")
        super().__init__(sentence % {"unit": wanted.unit}, unit=wanted.unit_id)
