"""The look in a real browser: accessible in both themes, whole at both widths, by keyboard, without JavaScript, on paper."""

from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from pytest_django.live_server_helper import LiveServer

from tests import browser as chromium
from tests.factories import portal as make

pytestmark = pytest.mark.axe

STYLE_PAGE = pytest.mark.urls("tests.portal.web.look.urls")
PAGES = ["/style/", "/errors/403/", "/errors/404/", "/errors/500/", "/accounts/login/"]
PASSWORD = "a-long-password-of-the-suite"


@pytest.fixture(scope="module")
def browser():
    with chromium.launched() as launched:
        yield launched


@pytest.fixture(scope="module")
def style_server(django_db_setup):
    """The style page and the error pages; the database stays closed to them."""
    server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _own_templates(settings):
    known = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**known, "DIRS": [*known["DIRS"], Path(__file__).parent]}]


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport=chromium.DESK)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@STYLE_PAGE
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_in_either_theme_at_either_width(style_server, page, path):
    page.goto(style_server.url + path)

    for size in (chromium.DESK, chromium.PHONE):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour is measured on its way
            assert chromium.violations(page) == []


@STYLE_PAGE
@pytest.mark.parametrize("width", [320, 390, 700, 1100, 1440])
def test_no_width_scrolls_sideways(style_server, page, width):
    page.set_viewport_size({"width": width, "height": 900})

    page.goto(style_server.url + "/style/")

    assert chromium.overflow(page) == 0


@STYLE_PAGE
def test_the_policy_is_kept_and_nothing_is_missing(style_server, page):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("response", lambda response: complaints.append(response.url) if response.status >= 400 else None)

    page.goto(style_server.url + "/style/", wait_until="networkidle")

    assert complaints == []


@STYLE_PAGE
def test_the_theme_attribute_wins_over_the_system(style_server, page):
    page.emulate_media(color_scheme="light")
    page.goto(style_server.url + "/style/")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

    page.evaluate("document.documentElement.dataset.theme = 'dark'")

    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != light


@STYLE_PAGE
def test_a_cell_of_the_heat_map_is_opened_by_keyboard(style_server, page):
    page.goto(style_server.url + "/style/")

    page.locator(".heatmap:visible a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/risks/?likelihood=5&impact=1")

    assert "likelihood=5" in page.url


@STYLE_PAGE
def test_the_slash_finds_the_search_box_but_not_while_writing(style_server, page):
    page.goto(style_server.url + "/style/")

    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"

    page.keyboard.press("/")
    assert page.locator("input[type=search]").input_value() == "/"


@STYLE_PAGE
def test_the_skip_link_is_the_first_stop(style_server, page):
    page.goto(style_server.url + "/style/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


@STYLE_PAGE
def test_the_rest_of_the_rail_opens_on_a_phone_without_javascript(style_server, browser):
    context = browser.new_context(viewport=chromium.PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(style_server.url + "/style/")
    assert not page.get_by_role("link", name="Compliance").is_visible()

    page.get_by_role("link", name="More", exact=True).click()

    assert page.get_by_role("link", name="Compliance").is_visible()
    assert page.get_by_role("button", name="Sign out").is_visible()
    context.close()


@STYLE_PAGE
def test_touch_targets_on_a_phone_are_24_pixels_or_more(style_server, page):
    page.set_viewport_size(chromium.PHONE)
    page.goto(style_server.url + "/style/")

    heights = page.locator(".button:visible, .rail nav > ul a:visible").evaluate_all("all => all.map(e => e.offsetHeight)")

    assert min(heights) >= 40


@STYLE_PAGE
def test_on_paper_only_the_content_stands(style_server, page):
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(style_server.url + "/style/")

    assert not page.locator(".rail").is_visible()
    assert not page.locator(".button").first.is_visible()
    assert page.locator(".chart[data-size=narrow]").is_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


@STYLE_PAGE
def test_motion_ends_where_the_reader_wants_none(style_server, page):
    page.emulate_media(reduced_motion="reduce")
    page.goto(style_server.url + "/style/")

    assert page.locator(".button").first.evaluate("e => getComputedStyle(e).transitionDuration") == "0s"


@STYLE_PAGE
def test_forced_colours_keep_shapes_words_and_edges(style_server, page):
    page.emulate_media(forced_colors="active")
    page.goto(style_server.url + "/style/")

    badge = page.locator(".badge").first
    assert badge.evaluate("e => getComputedStyle(e).borderTopWidth") == "1px"
    assert badge.locator(".shape").is_visible()


@STYLE_PAGE
@pytest.mark.parametrize("scripted", [True, False], ids=["htmx", "without JavaScript"])
def test_a_wrong_answer_is_told_beside_its_field(style_server, browser, scripted):
    context = browser.new_context(java_script_enabled=scripted)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(style_server.url + "/answers/")
    page.locator("form.form").evaluate("form => form.noValidate = true")

    with page.expect_response(lambda response: response.request.method == "POST") as answered:
        page.get_by_role("button", name="Log this risk").click()
    field = page.get_by_label("What could happen?")
    page.locator(".error").wait_for()

    assert answered.value.status == 422
    assert field.get_attribute("aria-invalid") == "true"
    described = [page.locator(f"#{name}").text_content() for name in field.get_attribute("aria-describedby").split()]
    assert described == ["One sentence.", "This field is required."]
    if scripted:
        assert field.evaluate("e => e === document.activeElement")
    assert page.locator("h1").count() == 1
    context.close()


@STYLE_PAGE
@pytest.mark.parametrize(
    ("button", "sentence"),
    [
        ("Refused", "You proposed this treatment, so someone else approves it."),
        ("Missing", "This is not here any more, or not for you."),
        ("Broken", "The portal did not answer. Nothing was changed; try again in a minute."),
    ],
)
def test_a_refusal_stands_in_the_message_region_and_the_card_stays(style_server, page, button, sentence):
    page.goto(style_server.url + "/answers/")

    page.get_by_role("button", name=button).click()

    page.get_by_role("status").get_by_text(sentence).wait_for()
    assert page.locator("#card form").is_visible()


@STYLE_PAGE
def test_a_lost_portal_says_so(style_server, page):
    page.goto(style_server.url + "/answers/")
    page.context.set_offline(True)

    page.get_by_role("button", name="Refused").click()

    page.get_by_role("status").get_by_text("The portal did not answer.").wait_for()


@STYLE_PAGE
def test_no_page_is_kept_in_the_browser(style_server, page):
    page.goto(style_server.url + "/answers/")

    page.get_by_role("link", name="Elsewhere").click()
    page.wait_for_url("**/style/")
    page.get_by_role("heading", name="Ransomware reaches Northfield line control").wait_for()

    kept = page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")
    assert "Ransomware" not in kept
    assert "htmx-history-cache" not in kept


def test_signing_in_with_a_second_factor_wears_the_look(own_live_server, page):
    user = make.make_person("CIO", company=make.make_company(), password=PASSWORD, has_factor=False)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)

    page.goto(own_live_server.url + "/accounts/login/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    assert page.locator(".form-errors").is_visible()
    assert chromium.violations(page) == []

    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("heading", name="Second factor").is_visible()
    assert chromium.violations(page) == []

    page.locator("input[name=code]").fill(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))
    page.get_by_role("button", name="Sign in").click()
    page.goto(own_live_server.url + "/accounts/logout/")
    assert page.get_by_role("heading", name="Sign out of Concord?").is_visible()
    assert chromium.violations(page) == []
