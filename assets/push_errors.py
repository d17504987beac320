"""What can go wrong while a discovery file comes in parts."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Refused


class PushEnded(Refused):
    """A part, or the finish, of a push that was taken in or abandoned."""

    code = "push-ended"

    def __init__(self, push):
        sentence = _("This push has ended: %(state)s. Begin another one with POST /api/v1/discovery-pushes/.")
        super().__init__(sentence % {"state": push.get_state_display()}, push=push.pk)


class PartDiffers(Refused):
    code = "part-differs"

    def __init__(self, number):
        sentence = _("Part %(number)d is here already with another SHA-256. Give this one another number, or push the file anew.")
        super().__init__(sentence % {"number": number}, number=number)


class PartsMissing(Refused):
    """The parts that came are not the parts 1 to `told`."""

    code = "parts-missing"

    def __init__(self, missing, have, told):
        named = ", ".join(str(number) for number in missing[:50])
        if missing:
            sentence = _("%(count)d of %(told)d parts are missing: %(named)s. Send them, then finish again.")
        else:
            sentence = _("%(have)d parts are here, more than the %(told)d that you count. Finish with their true number.")
        facts = {"count": len(missing), "told": told, "have": have, "named": named}
        super().__init__(sentence % facts, missing=missing)


class TooManyPushes(Refused):
    code = "too-many-pushes"

    def __init__(self, most):
        sentence = _("%(most)d pushes of this account are open. Finish one, or wait a day until it is abandoned.")
        super().__init__(sentence % {"most": most})
