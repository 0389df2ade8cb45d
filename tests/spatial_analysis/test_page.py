"""The page of relocation-distance: who gets in, what it says, what it keeps."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Grant
from accounts.roles import Role
from spatial_analysis.models import AnalysisRun
from tests.factories import HouseholdFactory, UserFactory, grant, regions, user_with

PAGE = "/analysis/relocation-distance/"

pytestmark = pytest.mark.django_db


def test_without_an_account_one_logs_in(client: Client) -> None:
    for address in ("/analysis/", PAGE, "/analysis/relocation-distance/export.csv"):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")


def test_without_a_grant_there_is_no_page(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/analysis/").status_code == 403
    assert client.get(PAGE).status_code == 403


def test_an_unknown_analysis_is_not_found(client: Client, planner: Any) -> None:
    client.force_login(planner)
    assert client.get("/analysis/horoscope/").status_code == 404


def test_the_index_leads_to_the_method_and_lists_runs(client: Client, planner: Any, moves: dict[str, Any]) -> None:
    client.force_login(planner)
    client.get(PAGE)
    page = client.get("/analysis/").content.decode()
    assert f'href="{PAGE}"' in page
    assert f"{PAGE}?run={AnalysisRun.objects.get().pk}" in page


def test_the_page_opens_on_the_readers_own_division(client: Client, planner: Any, moves: dict[str, Any]) -> None:
    client.force_login(planner)
    response = client.get(PAGE)
    assert response.context["shown"].region == "451221"
    assert response.context["total"]["n"] == 3
    page = response.content.decode()
    assert f'href="/layers/households/{moves["out"].code}/"' in page
    assert "/layers/households/?region=451221" in page


def test_looking_again_adds_no_run_until_the_data_change(client: Client, planner: Any, moves: dict[str, Any]) -> None:
    client.force_login(planner)
    client.get(PAGE)
    client.get(PAGE)
    assert AnalysisRun.objects.count() == 1
    HouseholdFactory()
    client.get(PAGE)
    assert AnalysisRun.objects.count() == 2


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"bands": "far"}, "is not a list of distances"),
        ({"bands": "20,5"}, "Band edges go up"),
        ({"bands": "-5"}, "A band edge lies above 0"),
        ({"bands": "nan"}, "A band edge lies above 0"),
        ({"bands": "1,2,3,4,5,6,7,8,9"}, "At most 8 band edges"),
        ({"region": "12345"}, "is not a division code"),
        ({"region": "459999"}, "No division with the code 459999"),
        ({"region": "<script>"}, "is not a division code"),
    ],
)
def test_a_bad_question_is_refused_with_a_sentence(
    client: Client, planner: Any, moves: dict[str, Any], query: dict[str, str], words: str
) -> None:
    client.force_login(planner)
    for address in (PAGE, "/analysis/relocation-distance/export.csv"):
        response = client.get(address, query)
        assert response.status_code == 400
        assert words in response.content.decode()
        assert "<script>&" not in response.content.decode()
    assert not AnalysisRun.objects.exists()


def test_a_division_without_visible_rows_says_so(client: Client, planner: Any) -> None:
    regions()
    HouseholdFactory(at="451222001001")
    client.force_login(planner)
    page = client.get(PAGE, {"region": "451222"}).content.decode()
    assert "No household in your area comes from this division." in page


def test_where_no_end_is_known_the_page_still_stands(client: Client, planner: Any) -> None:
    HouseholdFactory(old_home=None, new_home=None)
    client.force_login(planner)
    response = client.get(PAGE)
    assert response.status_code == 200
    assert "No household here has both its old and its new position." in response.content.decode()


def test_a_stored_run_is_shown_as_it_was(client: Client, planner: Any, moves: dict[str, Any]) -> None:
    client.force_login(planner)
    client.get(PAGE)
    run = AnalysisRun.objects.get()
    HouseholdFactory()
    response = client.get(PAGE, {"run": run.pk})
    assert response.context["total"]["n"] == 3
    assert "This is a stored answer" in response.content.decode()
    assert AnalysisRun.objects.count() == 1


def test_other_peoples_runs_are_not_found(client: Client, planner: Any, moves: dict[str, Any]) -> None:
    client.force_login(user_with(Role.PLANNER, "451221"))
    client.get(PAGE)
    run = AnalysisRun.objects.get()
    client.force_login(planner)
    assert client.get(PAGE, {"run": run.pk}).status_code == 404
    assert client.get(f"{PAGE}runs/{run.pk}/").status_code == 404
    assert client.get(PAGE, {"run": uuid4()}).status_code == 404
    assert client.get(PAGE, {"run": "nonsense"}).status_code == 404


def test_an_auditor_reads_the_runs_within_the_audited_area(client: Client, planner: Any, moves: dict[str, Any]) -> None:
    client.force_login(planner)
    client.get(PAGE)
    run = AnalysisRun.objects.get()
    for division, status in (("4512", 200), ("451222", 404)):
        client.force_login(user_with(Role.AUDITOR, division))
        assert client.get(f"{PAGE}runs/{run.pk}/").status_code == status


def test_a_grant_taken_back_takes_the_stored_answers_with_it(client: Client, moves: dict[str, Any]) -> None:
    user = user_with(Role.PLANNER, "4512")
    client.force_login(user)
    client.get(PAGE)
    run = AnalysisRun.objects.get()
    Grant.objects.filter(user=user).delete()
    grant(user, Role.PLANNER, "451221")
    assert client.get(PAGE, {"run": run.pk}).status_code == 404
    assert str(run.pk) not in client.get("/analysis/").content.decode()


def test_field_staff_look_but_do_not_export(client: Client, moves: dict[str, Any]) -> None:
    client.force_login(user_with(Role.FIELD, "451221"))
    response = client.get(PAGE)
    assert response.status_code == 200
    assert "export.csv" not in response.content.decode()
    assert client.get("/analysis/relocation-distance/export.csv").status_code == 403


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_stands_in_both_languages(client: Client, moves: dict[str, Any], language: str) -> None:
    user = user_with(Role.PLANNER, "451221")
    user.language = language
    user.save(update_fields=["language"])
    client.force_login(user)
    response = client.get(PAGE)
    assert response.status_code == 200
    assert f'lang="{language}"' in response.content.decode()
    assert len(response.context["band_titles"]) == 4


def test_the_household_dossier_tells_the_distance(client: Client, planner: Any, moves: dict[str, Any]) -> None:
    client.force_login(planner)
    page = client.get(f"/layers/households/{moves['within'].code}/").content.decode()
    assert "Distance moved" in page
    assert "10.1 km" in page
    missing = client.get(f"/layers/households/{moves['no_old'].code}/").content.decode()
    assert "old home unknown" in missing
