"""Drawn signs, taken from one static file of symbols."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html

from portal.web import shown

register = template.Library()

SPRITE = "img/marks.svg"
SEATS = {"cio", "ciso", "both", "none"}


def _use(css_class: str, size: int, symbol: str):
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" aria-hidden="true"><use href="{}#{}"/></svg>',
        css_class,
        size,
        size,
        static(SPRITE),
        symbol,
    )


@register.simple_tag
def icon(name):
    """The icon `name`; always beside its word."""
    return _use("icon", 16, f"i-{name}")


@register.simple_tag
def shape(band):
    """The shape of a band: bar, triangle down, diamond, triangle up, square; nothing for no band."""
    number = shown.band_number(band)
    return _use("shape", 10, f"b{number}") if number else ""


@register.simple_tag
def seat(name):
    """A ring for the CIO, a dot for the CISO, both for both, dashed for nobody yet."""
    return _use("seat", 14, f"s-{name if name in SEATS else 'none'}")


@register.simple_tag
def symbol(name):
    """The address of one symbol, for `use` inside a chart."""
    return f"{static(SPRITE)}#{name}"
