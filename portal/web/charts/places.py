"""Coordinates as text, so that a template never writes them with another language's decimal comma. (calculation)"""


def place(value: float) -> str:
    """At most one decimal, never a trailing zero nor a minus zero."""
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text
