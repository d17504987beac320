"""What the calculations refuse, in one sentence."""


class Unquantifiable(ValueError):
    """Numbers that mean no annual loss; the message is a sentence that says what to change."""


def need(holds: object, sentence: str) -> None:
    """Raise Unquantifiable with `sentence` unless it `holds`."""
    if not holds:
        raise Unquantifiable(sentence)
