import pytest

from assets.models import Asset, Proposal
from governance.board.demo.build import AlreadySettled, build
from risks import recompute
from risks.models import Risk, ScoreState
from tests.factories.portal import make_user


@pytest.fixture
def verrow(db):
    return build()


def test_verrow_moves_in_with_its_assets_and_risks(verrow):
    assert Asset.objects.filter(archived_at=None).count() == 62
    assert list(Risk.objects.order_by("pk").values_list("number", flat=True)[:2]) != []
    assert Risk.objects.filter(state="OPEN").count() == 47
    assert Proposal.objects.filter(state="OPEN", kind="NEW").count() == 3
    assert recompute.differences() == []
    assert ScoreState.objects.filter(current_value=None).count() == 1


def test_the_demo_moves_only_into_an_empty_portal(db):
    make_user()

    with pytest.raises(AlreadySettled):
        build()
