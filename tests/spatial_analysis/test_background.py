"""Questions that a page cannot wait for: offered as a job, answered with the rights of when it runs."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest
from django.test import Client

from accounts.models import AccessRecord, Grant
from accounts.roles import Role
from jobs.files import left_file
from jobs.models import Job
from spatial_analysis import effort
from spatial_analysis.methods import get_method
from spatial_analysis.models import AnalysisRun
from tests.factories import grant, user_with
from tests.jobs.workers import state, work_off

PAGE = "/analysis/relocation-distance/"
START = f"{PAGE}start/"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, moves: Any) -> None:
    """Let five rows be too many to wait for."""
    monkeypatch.setattr(effort, "LONGEST_S", 5 * 6e-6 - 1e-9)


@pytest.fixture
def reader(client: Client, impatient: None) -> Any:
    """Log a planner of county 451221 in."""
    user = user_with(Role.PLANNER, "451221")
    client.force_login(user)
    return user


def started(client: Client, **given: str) -> Job:
    response = client.post(START, given)
    assert response.status_code == 302
    job = Job.objects.get()
    assert response["Location"] == f"/jobs/{job.pk}/"
    return job


def test_what_two_seconds_hold_is_worked_by_the_measured_costs() -> None:
    """6 µs a row: 333,333 rows in 2 s. As GeoPackage 38 µs: 52,631. As .xlsx by divisions no more than the answer."""
    costs = get_method("relocation-distance").effort
    assert [int(2e6 / costs.row_us(*given[:1], each_row=given[1])) for given in (("", False), ("gpkg", False))] == [
        333_333,
        52_631,
    ]
    assert costs.row_us("xlsx", each_row=False) == costs.row_us("", each_row=False) == 6
    assert costs.row_us("xlsx", each_row=True) == 116


def test_as_many_rows_are_expected_as_are_read(client: Client, reader: Any) -> None:
    """Of the whole area six: five from the county and one that arrives there."""
    page = client.get(PAGE, {"region": ""}).content.decode()
    assert "6 rows take about 0 s" in page
    neighbour = client.get(PAGE, {"region": "451222"})
    assert neighbour.context["later"] is None
    assert neighbour.context["shown"].run.rows == 1


def test_a_long_question_is_offered_as_a_job_and_asks_nothing(client: Client, reader: Any) -> None:
    response = client.get(PAGE, {"region": "451221", "bands": "1,30"})
    page = response.content.decode()
    assert response.status_code == 200
    assert f'action="{START}"' in page
    assert 'name="bands" value="1,30"' in page
    assert not AnalysisRun.objects.exists()
    assert not Job.objects.exists()


def test_the_job_leads_to_its_answer_which_the_page_then_shows(client: Client, reader: Any) -> None:
    job = started(client, region="451221", bands="1,30")
    work_off()
    run = AnalysisRun.objects.get()
    assert (state(job.pk), run.rows, run.through, run.requested_by) == ("SUCCESSFUL", 5, "page", reader)
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert f'href="{PAGE}?run={run.pk}"' in page
    assert "5 rows read, 2 of them not measurable" in page
    again = client.get(PAGE, {"region": "451221", "bands": "1,30"})
    assert (again.context["shown"].run, again.context["shown"].stored) == (run, True)
    assert "This is a stored answer" in again.content.decode()
    assert f'action="{START}"' in again.content.decode()


def test_a_long_file_is_made_by_a_job_and_fetched_by_its_requester_alone(client: Client, reader: Any) -> None:
    offered = client.get(f"{PAGE}export.csv", {"region": "451221", "rows": "only"})
    assert 'name="ending" value="csv"' in offered.content.decode()
    job = started(client, region="451221", ending="csv", rows="only")
    work_off()
    address = f"{PAGE}files/{job.pk}/"
    assert f'href="{address}"' in client.get(f"/jobs/{job.pk}/").content.decode()
    response = client.get(address)
    assert response["Content-Disposition"].startswith('attachment; filename="relocation-distance-451221-rows-')
    rows = pd.read_csv(io.BytesIO(b"".join(response)))  # type: ignore[arg-type]
    assert len(rows) == 5
    assert AccessRecord.objects.filter(kind=AccessRecord.Kind.EXPORT, user=reader).count() == 1

    client.force_login(user_with(Role.STEWARD, "45"))
    assert client.get(f"/jobs/{job.pk}/").status_code == 200
    assert client.get(address).status_code == 404


def test_a_grant_taken_back_takes_the_file_with_it(client: Client, reader: Any) -> None:
    job = started(client, region="451221", ending="csv")
    work_off()
    Grant.objects.filter(user=reader).delete()
    grant(reader, Role.PLANNER, "451222")
    assert client.get(f"{PAGE}files/{job.pk}/").status_code == 404


def test_a_file_that_was_cleared_away_is_not_found(client: Client, reader: Any) -> None:
    job = started(client, region="451221", ending="csv")
    assert client.get(f"{PAGE}files/{job.pk}/").status_code == 404
    work_off()
    next(left_file(job.pk, "x").parent.iterdir()).unlink()
    assert client.get(f"{PAGE}files/{job.pk}/").status_code == 404


def test_a_grant_taken_back_before_it_runs_leaves_nothing_to_see(client: Client, reader: Any) -> None:
    """The right stays, elsewhere: of the county that was asked about only who moved there is seen."""
    job = started(client, region="451221")
    Grant.objects.filter(user=reader).update(division="451222")
    work_off()
    run = AnalysisRun.objects.get()
    assert (state(job.pk), run.rows, run.area["divisions"]) == ("SUCCESSFUL", 1, ["451222"])
    assert run.answer is not None
    assert [move["destination"][:6] for move in run.answer["longest"]] == ["451222"]


@pytest.mark.parametrize("ending", ["", "csv"])
def test_without_any_grant_by_then_it_is_refused_with_a_sentence(client: Client, reader: Any, ending: str) -> None:
    job = started(client, region="451221", ending=ending)
    Grant.objects.filter(user=reader).delete()
    work_off()
    job.refresh_from_db()
    assert (state(job.pk), AnalysisRun.objects.count()) == ("FAILED", 0)
    assert job.failure == "Your account was not granted this analysis."
    assert not left_file(job.pk, "x").parent.exists()


def test_what_cannot_be_asked_is_said_at_once(client: Client, reader: Any) -> None:
    assert client.post(START, {"bands": "far"}).status_code == 400
    assert client.post(START, {"region": "12345"}).status_code == 400
    assert client.post(START, {"ending": "doc"}).status_code == 404
    assert client.get(START).status_code == 405
    client.force_login(user_with(Role.FIELD, "451221"))
    assert client.post(START, {"ending": "csv"}).status_code == 403
    assert not Job.objects.exists()


def test_programs_are_told_the_job(client: Client, reader: Any) -> None:
    response = client.post(f"{PAGE}runs/", {"region": "451221"}, content_type="application/json")
    job = Job.objects.get()
    assert (response.status_code, response["Location"]) == (202, f"/jobs/{job.pk}/")
    assert response.json() == {"job": str(job.pk), "page": f"/jobs/{job.pk}/"}
    work_off()
    assert AnalysisRun.objects.get().through == "api"
