"""Two ways into one database."""

from pathlib import Path

from gisapp.databases import databases

SOCKET = Path("/tmp/gisapp-x")


def made(url: str = "", owner_url: str = "", backup_url: str = "", timeout_s: int = 0) -> tuple[dict, list[str]]:
    problems: list[str] = []
    found = databases(
        url=url,
        owner_url=owner_url,
        backup_url=backup_url,
        passwords={"default": "of the app", "owner": "of the owner"},
        socket_dir=SOCKET,
        conn_max_age_s=60,
        statement_timeout_s=timeout_s,
        problems=problems,
    )
    return found, problems


def test_without_an_address_the_embedded_cluster_is_used():
    found, problems = made()
    assert {alias: (one["HOST"], one["USER"], one["NAME"]) for alias, one in found.items()} == {
        "default": (str(SOCKET), "gisapp_app", "gisapp"),
        "owner": (str(SOCKET), "gisapp_owner", "gisapp"),
        "backup": (str(SOCKET), "gisapp_backup", "gisapp"),
    }
    assert problems == []


def test_an_address_is_taken_apart_and_is_always_spatial():
    found, problems = made("postgres://gisapp_app:p%40ss@db.example.org:5433/map?sslmode=require")
    default = found["default"]
    assert default["ENGINE"] == "django.contrib.gis.db.backends.postgis"
    assert (default["HOST"], default["PORT"], default["USER"]) == ("db.example.org", 5433, "gisapp_app")
    assert (default["PASSWORD"], default["NAME"], default["OPTIONS"]["sslmode"]) == ("p@ss", "map", "require")
    assert problems == []


def test_a_web_container_has_neither_owner_nor_backup():
    assert list(made("postgis://gisapp_app@db/map")[0]) == ["default"]


def test_the_backup_has_its_own_address():
    found, problems = made("postgis://gisapp_app@db/map", backup_url="postgis://gisapp_backup@db/map")
    assert (found["backup"]["USER"], problems) == ("gisapp_backup", [])


def test_the_timeout_is_for_the_application_not_for_migrations():
    found, _ = made(timeout_s=60)
    assert "statement_timeout=60s" in found["default"]["OPTIONS"]["options"]
    assert "statement_timeout=0s" in found["owner"]["OPTIONS"]["options"]


def test_a_server_that_does_not_answer_is_given_up_in_seconds_unless_its_address_says_otherwise():
    assert {one["OPTIONS"]["connect_timeout"] for one in made()[0].values()} == {5}
    found, _ = made("postgis://gisapp_app@db/map?connect_timeout=20")
    assert (found["default"]["OPTIONS"]["connect_timeout"], found["default"]["OPTIONS"]["keepalives_idle"]) == (20, 10)


def test_a_wrong_address_is_named_without_its_password():
    for url in ("mysql://u:secret@h/d", "postgis://u:secret@h/", "nonsense:secret", "postgis://u:secret@h:port/d"):
        _, problems = made(url)
        assert len(problems) == 1, url
        assert problems[0].startswith("DATABASE_URL is not an address like")
        assert "secret" not in problems[0]


def test_a_password_may_stand_apart_from_its_address():
    found, _ = made("postgis://gisapp_app@db/map", "postgis://gisapp_owner:own@db/map")
    assert (found["default"]["PASSWORD"], found["owner"]["PASSWORD"]) == ("of the app", "own")


def test_the_embedded_cluster_takes_no_password():
    assert {one["PASSWORD"] for one in made()[0].values()} == {""}
