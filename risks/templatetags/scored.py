"""Template filters: keys of scores in words."""

from django import template

from risks import wording

register = template.Library()
register.filter("causes", wording.causes)
