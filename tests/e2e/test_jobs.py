"""Jobs under their requester's eyes: the pages follow what a worker does without being loaded again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role, Through
from jobs.models import Job
from spatial_analysis import effort
from tests.e2e.conftest import OpenPage
from tests.factories import HouseholdFactory, regions, user_with
from tests.jobs import declared
from tests.jobs.workers import worker


@pytest.fixture
def planner(transactional_db: None) -> User:
    """Give somebody who asks for jobs."""
    regions()
    return user_with(Role.PLANNER, "451221")


def queued(user: User, subject: str, seconds: float) -> Job:
    given = {"key": subject, "seconds": seconds}
    return Job.objects.get(pk=declared.do_it.start(user=user, through=Through.PAGE, subject=subject, **given))


def marked(page: Page) -> Page:
    """Mark the document, so that loading it anew would be seen."""
    page.evaluate("document.documentElement.dataset.sameDocument = 'yes'")
    return page


def is_same(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.dataset.sameDocument === 'yes'"))


def test_one_job_goes_from_waiting_to_done_while_another_is_cancelled(open_page: OpenPage, planner: User) -> None:
    short, long = queued(planner, "short", 3.0), queued(planner, "long", 300.0)
    page = marked(open_page(planner, "/jobs/"))
    rows = {name: page.locator("tbody tr", has_text=name) for name in ("short", "long")}
    for row in rows.values():
        expect(row.locator(".badge-soft")).to_have_text("waiting")
    with worker("--max-jobs=1"):
        expect(rows["short"].locator(".badge-soft")).to_have_text("running", timeout=20_000)
        # the list is exchanged under the hands of whoever is about to press a button
        page.locator(f"#cancel-{long.pk}").focus()
        expect(rows["short"].locator("progress")).to_be_visible(timeout=10_000)
        expect(page.locator(f"#cancel-{long.pk}")).to_be_focused()
        expect(rows["short"].locator(".badge-soft")).to_have_text("done", timeout=20_000)
    expect(rows["short"]).to_contain_text("short done")
    assert is_same(page)
    with worker("--max-jobs=1"):
        expect(rows["long"].locator("progress")).to_be_visible(timeout=20_000)
        page.locator(f"#cancel-{long.pk}").click()
        page.wait_for_url(f"**/jobs/{long.pk}/")
        marked(page)
        expect(page.locator(".badge-soft")).to_have_text("cancelled", timeout=20_000)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert is_same(page)
    assert (declared.effects("short"), declared.effects("long")) == (1, 0)
    assert Job.objects.get(pk=short.pk).done == 60


def test_an_analysis_that_takes_long_is_a_job_that_leads_to_its_answer(
    open_page: OpenPage, planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effort, "LONGEST_S", 0.0)
    HouseholdFactory(code="H-WITHIN")
    page = open_page(planner, "/analysis/relocation-distance/", phone=True)
    page.get_by_role("button", name="Run in the background").click()
    page.wait_for_url("**/jobs/*/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with worker("--max-jobs=1"):
        page.locator(".jobs-progress").get_by_role("link").click(timeout=20_000)
    page.wait_for_url("**/analysis/relocation-distance/?run=*")
    expect(page.locator("#longest")).to_contain_text("H-WITHIN")
