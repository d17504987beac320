"""Money of the engine as pages write it."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from risks import loss_words

register = template.Library()


@register.filter
def loss(amount):
    """€210 k: two digits, which is what an estimate can bear."""
    return loss_words.money(amount)


@register.filter
def signed_loss(amount):
    """+€210 k, −€40 k: a part of a change."""
    return ("+" if amount > 0 else "") + loss_words.money(amount)


@register.filter
def chance(share):
    """12 %: a share or a chance, 0 to 1."""
    return loss_words.share(share)


@register.filter
def agreed_chance(share):
    """2.5 %: to the last digit."""
    return loss_words.exact_share(share)


@register.filter
def signed_share(share):
    """+140 %, −30 %: a return."""
    return f"{'+' if share > 0 else '−' if share < 0 else ''}{abs(share) * 100:,.0f}{loss_words.PERCENT}"


@register.filter
def payback(years):
    """3 months, 2.5 years; under a month where it is less."""
    months = round(years * 12)
    if months < 1:
        return _("under a month")
    if months < 24:
        return ngettext("%(n)d month", "%(n)d months", months) % {"n": months}
    return _("%(n).1f years") % {"n": years}
