"""No depth at which a loop of calls maps memory at each turn."""

import resource
import threading

from portal.room import with_room

TURNS = 300
DEPTHS = range(0, 400, 2)


def turn(number: int) -> int:
    return number


turn.__code__ = turn.__code__.replace(co_stacksize=200)  # as large as that of a function with much in hand


def faults_at(depth: int) -> int:
    """How many new pages a loop of calls touches, `depth` calls further up."""
    if depth:
        return faults_at(depth - 1)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for number in range(TURNS):
        turn(number)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def worst(function) -> int:
    """In a thread, whose stack begins empty."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.extend(function(depth) for depth in DEPTHS))
    thread.start()
    thread.join()
    return max(found)


def test_a_loop_of_calls_at_any_depth_touches_no_new_pages():
    assert worst(faults_at) >= TURNS  # somewhere each turn maps a block: what the room is for
    assert worst(with_room(faults_at)) < TURNS / 10


def test_what_is_given_room_answers_as_before():
    @with_room
    def difference(first: int, *, second: int) -> int:
        """First less second."""
        return first - second

    assert difference(7, second=5) == 2
    assert (difference.__name__, difference.__doc__) == ("difference", "First less second.")
