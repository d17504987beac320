import pytest


@pytest.fixture
def reader(client, person):
    client.force_login(person("ANALYST"))
    return client


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_chosen_theme_is_kept_and_the_page_is_shown_again(reader, theme):
    answer = reader.post("/theme/", {"theme": theme, "next": "/risks/register/?band=high"})

    assert (answer.status_code, answer["Location"]) == (302, "/risks/register/?band=high")
    assert reader.cookies["theme"].value == theme


def test_the_page_wears_the_chosen_theme(reader):
    reader.post("/theme/", {"theme": "dark"})

    assert '<html lang="en" data-theme="dark">' in reader.get("/accounts/2fa/", follow=True).content.decode()


def test_the_system_s_theme_needs_no_cookie(reader):
    reader.post("/theme/", {"theme": "dark"})

    reader.post("/theme/", {"theme": ""})

    assert reader.cookies["theme"].value == ""


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example/", ""])
def test_nobody_is_led_away(reader, elsewhere):
    assert reader.post("/theme/", {"theme": "dark", "next": elsewhere})["Location"] == "/"


def test_looking_does_not_choose(reader):
    assert reader.get("/theme/").status_code == 405


def test_strangers_sign_in_first(client, db):
    assert client.post("/theme/", {"theme": "dark"})["Location"] == "/accounts/login/?next=%2F"  # not back to what is only posted
