from itertools import count

import pytest

from assets.models import Asset

serial = count(1)


@pytest.fixture
def asset(company):
    """`asset(reachability="REMOTE")`: something in Northfield that a risk can befall."""

    def make(**fields):
        number = f"A-T{next(serial):05d}"
        believable = {"number": number, "name": f"PLC {number}", "kind": "OT_DEVICE", "reachability": "NONE"}
        return Asset.objects.create(**(believable | {"unit": company.northfield} | fields))

    return make
