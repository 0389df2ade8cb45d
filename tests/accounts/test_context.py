"""`acting_as`: one transaction, one author, one area."""

import pytest
from django.db import connection

from accounts.context import acting_as, personal_scope
from accounts.roles import Role, Through
from tests.factories import SiteFactory, UserFactory, user_with

pytestmark = pytest.mark.django_db


def setting(name: str) -> str:
    """Return a setting of the session, empty where it was never made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [name])
        return str(cursor.fetchone()[0])


def test_what_is_written_carries_the_author() -> None:
    user = UserFactory()
    with acting_as(user, through=Through.COMMAND, reason="because"):
        site = SiteFactory()
    assert (site.changed_by_id, site.changed_through, site.change_reason) == (user.pk, "command", "because")


def test_what_is_written_outside_is_marked_as_raw() -> None:
    site = SiteFactory()
    assert (site.changed_by_id, site.changed_through) == (None, "sql")


def test_an_inner_actor_gives_the_word_back() -> None:
    outer, inner = UserFactory(), UserFactory()
    with acting_as(outer, through=Through.PAGE, reason="outer"):
        with acting_as(inner, through=Through.IMPORT, reason="inner"):
            assert setting("gisapp.user_id") == str(inner.pk)
        assert (setting("gisapp.user_id"), setting("gisapp.reason")) == (str(outer.pk), "outer")


def test_an_inner_failure_gives_the_word_back() -> None:
    outer = UserFactory()
    with acting_as(outer, through=Through.PAGE):
        with pytest.raises(RuntimeError), acting_as(UserFactory(), through=Through.PAGE):
            raise RuntimeError
        assert setting("gisapp.user_id") == str(outer.pk)


def test_nothing_is_left_behind() -> None:
    with acting_as(user_with(Role.STEWARD), through=Through.PAGE):
        assert setting("gisapp.divisions") == "*"
    assert setting("gisapp.divisions") == ""


def test_only_some_roles_reach_personal_rows() -> None:
    assert personal_scope(user_with(Role.LEADER, "45")) == ("", "")
    assert personal_scope(user_with(Role.FIELD, "451221")) == ("451221", "")
    assert personal_scope(user_with(Role.PLANNER, site="AZ-1")) == ("", "AZ-1")
    assert personal_scope(None) == ("*", "")
