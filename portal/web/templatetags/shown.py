"""Template filters over `portal.web.shown`."""

from django import template

from portal.web import shown

register = template.Library()

register.filter("score", shown.score)
register.filter("whole", shown.whole)
register.filter("money", shown.money)
register.filter("money_exact", shown.money_exact)
register.filter("two_digits", shown.two_digits)
register.filter("band_key", shown.band_key)
register.filter("band_number", shown.band_number)
register.filter("band_word", shown.band_word)
register.filter("date_short", shown.date_short)
register.filter("date_long", shown.date_long)
register.filter("moment", shown.moment)
register.filter("due_word", shown.due_word)
register.filter("due_tone", shown.due_tone)


@register.filter
def points(value):
    """62.0, −4.5."""
    return shown.points(value)


@register.filter
def signed_points(value):
    """+7.0, −4.5: a part of a score or of a change."""
    return shown.points(value, signed=True)


@register.filter
def signed_whole(value):
    """+7, −11."""
    return shown.whole(value, signed=True)
