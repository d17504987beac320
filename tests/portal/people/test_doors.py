import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django_htmx.middleware import HtmxDetails

from portal.people.access import OPEN_TO_ALL, holds, permitted
from tests.factories.portal import make_user


@permitted("risks.view_risk")
def page(request):
    return HttpResponse("the page")


@permitted(OPEN_TO_ALL)
def hall(request):
    return HttpResponse("the hall")


@pytest.fixture
def asked(rf, db):
    def asking(view, user=None, method="get", path="/risks/?band=HIGH", **facts):
        from django.contrib.auth.models import AnonymousUser

        request = getattr(rf, method)(path, **facts)
        request.user = user or AnonymousUser()
        request.htmx = HtmxDetails(request)
        return view(request)

    return asking


def test_a_stranger_signs_in_and_comes_back(asked):
    response = asked(page)

    assert response["Location"] == "/accounts/login/?next=%2Frisks%2F%3Fband%3DHIGH"


def test_an_expired_session_sends_htmx_to_the_sign_in_page_as_a_whole(asked):
    facts = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://testserver/risks/7/?tab=why"}

    response = asked(page, method="post", path="/risks/7/levels/", **facts)

    assert (response.status_code, response.content) == (200, b"")
    assert response["HX-Redirect"] == "/accounts/login/?next=%2Frisks%2F7%2F%3Ftab%3Dwhy"


def test_a_boosted_link_is_redirected_like_any_other(asked):
    facts = {"HTTP_HX_REQUEST": "true", "HTTP_HX_BOOSTED": "true", "HTTP_HX_CURRENT_URL": "http://testserver/"}

    assert asked(page, **facts).status_code == 302


@pytest.mark.parametrize(
    ("referer", "back"),
    [("http://testserver/risks/7/?x=1", "%2Frisks%2F7%2F"), ("https://elsewhere.example/risks/7/", "%2F"), ("", "%2F")],
)
def test_after_an_expired_form_one_comes_back_to_its_page(asked, referer, back):
    response = asked(page, method="post", path="/risks/7/closing/", HTTP_REFERER=referer)

    assert response["Location"] == f"/accounts/login/?next={back}"


def test_who_lacks_the_permission_is_refused(asked, person):
    with pytest.raises(PermissionDenied):
        asked(page, make_user())
    assert asked(page, person("ANALYST")).content == b"the page"


def test_every_account_comes_into_the_hall(asked):
    assert asked(hall, make_user()).content == b"the hall"
    assert asked(hall).status_code == 302


def test_the_door_of_the_api_asks_for_the_same_permission(rf, person):
    request = rf.get("/")
    for user, allowed in ((person("ANALYST"), True), (make_user(), False), (None, False)):
        request.user = user
        assert holds("risks.view_risk")().has_permission(request, None) is allowed
