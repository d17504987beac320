"""What looking back refuses.

Refused
├── NotOverYet      what lies ahead is not known
├── NothingKeptYet  nothing was written down that early
└── OfNoUnit        as of a day is answered for parts of the organisation
"""

from django.utils.translation import gettext_lazy

from portal.errors import Refused


class NotOverYet(Refused):
    code = "not-over-yet"
    sentence = gettext_lazy("That moment lies ahead. Ask for one that is over.")


class NothingKeptYet(Refused):
    code = "nothing-kept-yet"
    sentence = gettext_lazy("Nothing was written down that early. Ask for a later day.")


class OfNoUnit(Refused):
    code = "of-no-unit"
    sentence = gettext_lazy("Looking back is for parts of the organisation, and none is opened to you by a role.")
