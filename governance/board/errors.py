"""What looking back refuses, beside what the archive does (NotOverYet, NothingKeptYet).

Refused
└── OfNoUnit  as of a day is answered for parts of the organisation
"""

from django.utils.translation import gettext_lazy

from portal.errors import Refused


class OfNoUnit(Refused):
    code = "of-no-unit"
    sentence = gettext_lazy("Looking back is for parts of the organisation, and none is opened to you by a role.")
