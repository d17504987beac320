"""What the rules of indicators and their readings refuse."""

from django.utils.translation import gettext as _

from portal.errors import Refused


class IndicatorRetired(Refused):
    code = "indicator-retired"

    def __init__(self, indicator):
        sentence = _("%(number)s is retired. Register a new indicator if it is to be watched again.")
        super().__init__(sentence % {"number": indicator.number}, indicator=indicator.pk)


class NotSpeaking(Refused):
    code = "not-speaking"

    def __init__(self, indicator, risk):
        sentence = _("%(indicator)s does not speak of %(risk)s. Load the page again to see what it does.")
        super().__init__(sentence % {"indicator": indicator.number, "risk": risk.number}, indicator=indicator.pk, risk=risk.pk)


class ReadingDiffers(Refused):
    """Another value stands for that moment, or came by that external id."""

    code = "reading-differs"

    def __init__(self, reading):
        told = {"number": reading.indicator.number, "value": f"{reading.value.normalize():f}"}
        told["at"] = reading.observed_at.isoformat(timespec="minutes")
        sentence = _("%(number)s was read as %(value)s at %(at)s already. Take that reading back if it was wrong.")
        super().__init__(sentence % told, reading=reading.pk)


class ReadingTakenBack(Refused):
    code = "reading-taken-back"

    def __init__(self, reading):
        super().__init__(_("This reading was taken back before; it counts no more."), reading=reading.pk)


class AnswerByReading(Refused):
    """Somebody answered the question for a reading by words."""

    code = "answer-by-reading"

    def __init__(self, indicator):
        sentence = _("Only a reading answers this. Write it down on the page of %(number)s.") % {"number": indicator.number}
        super().__init__(sentence, indicator=indicator.pk)
