"""Which departments of a quarter show no counts: small ones, and as many more that subtraction reveals nothing. (calculation)"""

from collections.abc import Mapping

SMALLEST_GROUP = 10  # people


def withheld(people: Mapping[int, int | None]) -> frozenset[int]:
    """Of departments with how many work there (None: nobody said), those to withhold. Where some are small, whoever knows the
    sum of all knows the sum of those; so two at least, of ten people at least, are withheld together, the smallest others first."""
    small = {pk for pk, count in people.items() if count is None or count < SMALLEST_GROUP}
    others = sorted((count, pk) for pk, count in people.items() if pk not in small and count is not None)
    known = sum(people[pk] or 0 for pk in small)
    while small and others and (len(small) < 2 or known < SMALLEST_GROUP):
        count, pk = others.pop(0)
        small.add(pk)
        known += count
    return frozenset(small)
