"""The frame of the site in a real browser."""

import pytest

from tests.factories import UserFactory


@pytest.mark.parametrize(("language", "title"), [("zh-CN", "zh-hans"), ("en-GB", "en")])
def test_login_page_speaks_the_language_of_the_browser(open_page, language, title):
    page = open_page(path="/accounts/login/", language=language)
    assert page.locator("html").get_attribute("lang") == title


def test_a_wrong_password_keeps_the_name_and_says_so(open_page):
    UserFactory(username="planner")
    page = open_page(path="/accounts/login/")
    page.get_by_role("textbox").first.fill("planner")
    page.locator("input[type=password]").fill("not the password")
    page.locator("input[type=password]").press("Enter")
    page.wait_for_load_state()
    assert page.locator("input[name=username]").input_value() == "planner"
    assert page.locator("[role=alert], .errorlist").first.is_visible()
