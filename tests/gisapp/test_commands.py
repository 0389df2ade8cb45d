"""`db`, `migrate` and `flush`."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from gisapp.owner import OwnerUnknownError, as_owner


def who() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("action", ["start", "stop", "status"])
def test_a_real_server_is_left_alone(settings, action):
    settings.EMBEDDED_DATABASE = False
    with pytest.raises(CommandError, match="DATABASE_URL names a server"):
        call_command("db", action)


def test_status_of_nothing_says_how_to_begin(settings, tmp_path):
    settings.EMBEDDED_DATABASE = True
    settings.CLUSTER_HOME = tmp_path / "pg"
    with pytest.raises(CommandError, match=r"manage\.py db start") as error:
        call_command("db", "status")
    assert error.value.returncode == 3


def test_stopping_nothing_is_no_mistake(settings, tmp_path, capsys):
    settings.EMBEDDED_DATABASE = True
    settings.CLUSTER_HOME = tmp_path / "pg"
    call_command("db", "stop")
    assert "not running" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_migrate_runs_as_the_owner_and_gives_the_rights_back():
    call_command("migrate", "accounts", verbosity=0)
    assert who() == "gisapp_app"


@pytest.mark.django_db(transaction=True)
def test_work_as_the_owner_ends_with_the_block_even_when_it_fails():
    def fail() -> None:
        with as_owner():
            assert who() == "gisapp_owner"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert who() == "gisapp_app"


@pytest.mark.parametrize("command", ["migrate", "flush"])
def test_without_the_owners_address_a_sentence_says_what_is_missing(monkeypatch, command):
    monkeypatch.delitem(connections.databases, "owner")
    with pytest.raises(CommandError, match="DATABASE_OWNER_URL is not set"):
        call_command(command, interactive=False)
    with pytest.raises(OwnerUnknownError), as_owner():
        pass
