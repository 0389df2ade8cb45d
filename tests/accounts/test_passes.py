"""A pass says where one layer may be seen: it cannot be widened, and ends with the rights it was given for."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.utils import timezone

from accounts import passes
from accounts.models import Grant, User
from accounts.passes import PassError, opened, rights_epoch
from accounts.roles import Role
from accounts.selectors import GrantedArea
from tests.factories import UserFactory, grant, user_with

pytestmark = pytest.mark.django_db
AREA = GrantedArea(divisions=("4512",), sites=("AZ-451221-0001",))


def given(area: GrantedArea = AREA, layer: str = "sites") -> str:
    return passes.Pass(layer, area, passes.this_window(), rights_epoch()).text()


def test_it_says_what_it_was_given_for() -> None:
    assert opened(given(), layer="sites") == AREA
    assert opened(given(GrantedArea(everywhere=True)), layer="sites").everywhere


def test_equal_rights_make_equal_passes() -> None:
    assert given() == given()
    assert given() != given(GrantedArea(divisions=("451221",)))


def test_it_opens_no_other_layer() -> None:
    with pytest.raises(PassError):
        opened(given(layer="regions"), layer="households")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: "x" * 5000,
        lambda text: text[:-1] + ("a" if text[-1] != "a" else "b"),
        lambda text: "A" + text,
        lambda text: text.split(".")[0],
        lambda text: text + "密",
        lambda text: given(GrantedArea(everywhere=True)).split(".")[0] + "." + text.split(".")[1],
    ],
)
def test_a_changed_one_opens_nothing(change) -> None:
    with pytest.raises(PassError):
        opened(change(given()), layer="sites")


def test_it_runs_out_after_the_next_window(monkeypatch: pytest.MonkeyPatch) -> None:
    text, window = given(), passes.this_window()
    monkeypatch.setattr(passes, "this_window", lambda: window + 1)
    assert opened(text, layer="sites") == AREA
    monkeypatch.setattr(passes, "this_window", lambda: window + 2)
    with pytest.raises(PassError):
        opened(text, layer="sites")
    monkeypatch.setattr(passes, "this_window", lambda: window - 1)
    with pytest.raises(PassError):
        opened(text, layer="sites")


def changes() -> list:
    """Return what ends passes: each a function that changes rights."""
    user = user_with(Role.PLANNER, "4512")
    return [
        lambda: grant(user, Role.LEADER, "45"),
        lambda: Grant.objects.filter(user=user).update(division="451221"),
        lambda: User.objects.filter(pk=user.pk).update(is_active=False),
        lambda: User.objects.filter(pk=user.pk).update(is_superuser=True),
        lambda: Grant.objects.filter(user=user).delete(),
        user.delete,
    ]


def test_every_change_of_rights_ends_it() -> None:
    for change in changes():
        text = given()
        change()
        # what another process changes is seen when the epoch is read again
        passes.known_epoch.read_at = float("-inf")
        with pytest.raises(PassError):
            opened(text, layer="sites")
        assert opened(given(), layer="sites") == AREA, "a new one is known at once"


def test_signing_in_ends_none() -> None:
    user = UserFactory()
    text = given()
    User.objects.filter(pk=user.pk).update(last_login=timezone.now(), language="en")
    passes.known_epoch.read_at = float("-inf")
    assert opened(text, layer="sites") == AREA


def test_a_right_taken_away_ends_within_a_minute_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    user = user_with(Role.PLANNER, "4512")
    text = given()
    assert opened(text, layer="sites") == AREA
    Grant.objects.filter(user=user).delete()
    now = passes.time.monotonic()
    monkeypatch.setattr(passes.time, "monotonic", lambda: now + 60)
    with pytest.raises(PassError):
        opened(text, layer="sites")


def test_a_known_epoch_is_not_asked_for_again(django_assert_num_queries) -> None:
    text = given()
    opened(text, layer="sites")
    with django_assert_num_queries(0):
        for _ in range(100):
            opened(text, layer="sites")


@pytest.mark.django_db(transaction=True)
def test_a_change_that_commits_late_is_not_missed() -> None:
    """A younger change commits first: the highest id would stay the same when the older one follows."""
    first, second = user_with(Role.PLANNER, "4512"), user_with(Role.PLANNER, "4512")
    before = rights_epoch()
    older_is_written, younger_is_committed = threading.Event(), threading.Event()

    def older() -> None:
        from django.db import transaction

        with transaction.atomic():
            Grant.objects.filter(user=first).delete()
            older_is_written.set()
            younger_is_committed.wait(10)
        connection.close()

    thread = threading.Thread(target=older)
    thread.start()
    assert older_is_written.wait(10)
    Grant.objects.filter(user=second).delete()
    between = rights_epoch()
    younger_is_committed.set()
    thread.join(10)
    assert before < between < rights_epoch()
