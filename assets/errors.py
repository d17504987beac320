"""What can go wrong with assets and discovery files; each error is one sentence that says what to do next."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Invalid


class UnreadableDiscovery(Invalid):
    """A discovery file was refused; nothing of it is stored."""

    code = "unreadable-discovery"
    sentence = _("This file cannot be read as a discovery file. Upload an nmap XML file or a CSV inventory.")


class UnknownFormat(UnreadableDiscovery):
    code = "unknown-format"
    sentence = _("This is neither an nmap XML file nor a CSV inventory. Run nmap with -oX, or save the list as CSV.")


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
