"""Help where the question arises: a word of the house, with its meaning and the way to the glossary."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from portal.web import glossary

register = template.Library()


@register.simple_tag
def means(key):
    """What a word means, folded away; KeyError for a word that the glossary lacks."""
    term = glossary.BY_KEY[key]
    return format_html(
        '<details class="twin"><summary>{}</summary><p>{} <a href="{}#{}">{}</a></p></details>',
        _("What is meant by “%s”?") % term.word,
        term.means,
        reverse("first-hour"),
        term.key,
        _("All words of the house"),
    )
