"""What can be wrong is said, with what to do."""

import pytest
from django.core.checks.registry import registry

from gisapp import checks, env

LONG = ("a" * 40, "b" * 40, "c" * 40)


def ids(messages) -> list[str]:
    assert all(message.hint for message in messages), "each message says what to do"
    return [message.id for message in messages]


@pytest.fixture
def production(settings):
    settings.PRODUCTION = True
    settings.SECRET_KEY, settings.PERSONAL_DATA_KEY, settings.PERSONAL_HASH_KEY = LONG
    settings.ALLOWED_HOSTS = ["map.example.org"]
    settings.STATIC_RELEASE = "abc"
    return settings


def test_the_checks_are_known_to_django():
    known = {check.__name__ for check in registry.get_checks(include_deployment_checks=True)}
    ours = {name for name, one in vars(checks).items() if getattr(one, "tags", None) is not None}
    assert ours
    assert ours <= known


def test_this_machine_is_set_up_well():
    assert checks.psycopg3_is_absent(None) == []
    assert checks.gdal_fits_the_system(None) == []
    assert checks.front_end_is_there(None) == []
    assert checks.environment_can_be_read(None) == []


def test_psycopg3_is_an_error(monkeypatch, tmp_path):
    (tmp_path / "psycopg.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert ids(checks.psycopg3_is_absent(None)) == ["gisapp.E002"]


def test_a_variable_that_could_not_be_read_is_an_error(monkeypatch):
    monkeypatch.setattr(env, "problems", ["GISAPP_MODE='prod' is not one of demo, production."])
    assert ids(checks.environment_can_be_read(None)) == ["gisapp.E001"]


def test_production_as_it_should_be_passes(production):
    assert checks.production_has_its_own_secrets(None) == []
    assert checks.production_names_its_hosts(None) == []
    assert checks.front_end_is_there(None) == []


@pytest.mark.parametrize("name", ["SECRET_KEY", "PERSONAL_DATA_KEY", "PERSONAL_HASH_KEY"])
@pytest.mark.parametrize("value", ["missing", "x" * 31])
def test_production_without_a_secret_is_an_error(production, name, value):
    setattr(production, name, value)
    assert ids(checks.production_has_its_own_secrets(None)) == ["gisapp.E003"]


def test_one_secret_for_two_purposes_is_an_error(production):
    production.PERSONAL_HASH_KEY = production.SECRET_KEY
    assert ids(checks.production_has_its_own_secrets(None)) == ["gisapp.E004"]


@pytest.mark.parametrize("name", ["PERSONAL_DATA_KEYS_OLD", "PERSONAL_HASH_KEYS_OLD"])
def test_earlier_keys_are_looked_at(production, name):
    setattr(production, name, ["d" * 40])
    assert checks.keys_are_exchanged_as_agreed(None) == []
    setattr(production, name, ["short"])
    assert ids(checks.keys_are_exchanged_as_agreed(None)) == ["gisapp.E013"]
    setattr(production, name, [getattr(production, name.replace("KEYS_OLD", "KEY"))])
    assert ids(checks.keys_are_exchanged_as_agreed(None)) == ["gisapp.E014"]


@pytest.mark.parametrize("hosts", [[], ["*"], ["map.example.org", "*"]])
def test_production_answering_to_no_name_or_any_is_an_error(production, hosts):
    production.ALLOWED_HOSTS = hosts
    assert ids(checks.production_names_its_hosts(None)) == ["gisapp.E005"]


@pytest.mark.parametrize(
    "host",
    [
        "t0.tianditu.gov.cn",
        "http://t0.tianditu.gov.cn",
        "https:",
        "https://*",
        "https://*.cn",
        "https://t*.tianditu.gov.cn",
        "https://t0.tianditu.gov.cn/vec",
        "https://t0.tianditu.gov.cn; script-src *",
        "'unsafe-inline'",
        "data:",
        "*",
    ],
)
def test_a_base_map_host_that_opens_more_than_itself_is_an_error(settings, host):
    settings.BASEMAP_HOSTS = ["https://t0.tianditu.gov.cn", host]
    assert ids(checks.basemap_hosts_are_hosts(None)) == ["gisapp.E012"]


def test_base_map_hosts_pass(settings):
    settings.BASEMAP_HOSTS = [
        "https://t0.tianditu.gov.cn",
        "https://*.tianditu.gov.cn",
        "https://maps.example.org:8443",
    ]
    assert checks.basemap_hosts_are_hosts(None) == []


def test_gdal_of_another_system_is_an_error(monkeypatch, tmp_path):
    config = tmp_path / "gdal-config"
    config.write_text("#!/bin/sh\necho 2.4.0\n")
    config.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert ids(checks.gdal_fits_the_system(None)) == ["gisapp.E007"]


def test_foreign_proj_data_are_a_warning(settings):
    settings.FOREIGN_GEO_DATA = ["PROJ_LIB"]
    messages = checks.no_foreign_proj_data(None)
    assert ids(messages) == ["gisapp.W001"]
    assert "PROJ_LIB" in messages[0].msg


def test_a_missing_front_end_is_a_warning(settings, tmp_path):
    settings.NODE_MODULES, settings.STATIC_RELEASE = tmp_path / "none", ""
    assert ids(checks.front_end_is_there(None)) == ["gisapp.W002"]


def test_production_without_collected_files_is_a_warning(production):
    production.STATIC_RELEASE = ""
    assert ids(checks.front_end_is_there(None)) == ["gisapp.W003"]


def test_production_on_the_embedded_database_is_a_warning(production):
    production.EMBEDDED_DATABASE = True
    assert ids(checks.production_uses_a_real_server(None)) == ["gisapp.W004"]
    production.EMBEDDED_DATABASE = False
    assert checks.production_uses_a_real_server(None) == []


@pytest.mark.django_db
def test_the_database_is_as_agreed():
    assert checks.database_is_as_agreed(None, databases=["default"]) == []


@pytest.mark.django_db
def test_a_database_that_nobody_asked_about_is_left_alone(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert checks.database_is_as_agreed(None, databases=None) == []


@pytest.mark.django_db(transaction=True)
def test_a_role_that_owns_tables_is_an_error():
    from gisapp.owner import as_owner

    with as_owner():
        assert ids(checks.database_is_as_agreed(None, databases=["default"])) == ["gisapp.E011"]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_does_not_answer_is_an_error():
    from django.db import connection

    connection.close()
    host, connection.settings_dict["HOST"] = connection.settings_dict["HOST"], "/nowhere"
    try:
        assert ids(checks.database_is_as_agreed(None, databases=["default"])) == ["gisapp.E008"]
    finally:
        connection.settings_dict["HOST"] = host
