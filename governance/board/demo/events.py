"""What happens at Verrow on some day."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Event:
    """Something that happens on a day, counted back from today; within a day in `order`."""

    days_ago: int
    order: int
    happen: Callable[[], object]
