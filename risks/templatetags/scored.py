"""Template filters: keys of scores in words."""

from django import template

from portal.web import shown
from risks import meanings, wording

register = template.Library()
register.filter("causes", wording.causes)


@register.simple_tag
def what_levels_mean():
    """For each scale that was said: its word, and (level, meaning) for each level."""
    known = meanings.known()
    words = {meanings.Scale.LIKELIHOOD: wording.LIKELIHOOD, **wording.AREAS}
    return [(words[scale], meanings.in_words(scale, known).items()) for scale in words if scale in known]


@register.filter
def measured(value):
    """A reading or a bound as people write it: 12.5, −3, 0."""
    return "" if value in (None, "") else shown.measured(value)
