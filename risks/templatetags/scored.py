"""Template filters: keys of scores in words."""

from django import template

from risks import meanings, wording

register = template.Library()
register.filter("causes", wording.causes)


@register.simple_tag
def what_levels_mean():
    """For each scale that was said: its word, and (level, meaning) for each level."""
    known = meanings.known()
    words = {meanings.Scale.LIKELIHOOD: wording.LIKELIHOOD, **wording.AREAS}
    return [(words[scale], meanings.in_words(scale, known).items()) for scale in words if scale in known]
