"""Widgets of our own look."""

from django.forms import RadioSelect


class Scale(RadioSelect):
    """Levels 1 to 5 as one strip of radio buttons; the template draws number and word."""
