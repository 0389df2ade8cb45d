"""docker/compose.yaml: as the specification has it, and everything that it names is there and used."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from compose_pydantic import ComposeSpecification
from django.conf import settings
from pydantic import ValidationError

from gisapp.tasks import BACKUPS
from tests.gisapp.test_settings_documented import documented

DOCKER = settings.BASE_DIR / "docker"
TEXT = (DOCKER / "compose.yaml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
every_service = pytest.mark.parametrize("name", SERVICES)


def validate(text: str) -> None:
    """Check a compose file against the model of the specification, which forbids what it does not know."""
    # extensions are free by the specification; the model has no word for them
    ComposeSpecification(**{key: part for key, part in yaml.safe_load(text).items() if not key.startswith("x-")})


def test_it_is_what_the_specification_describes() -> None:
    validate(TEXT)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("  shm_size:", "  shm_sise:"), ("condition: service_healthy", "condition: healthy")],
)
def test_a_slip_would_be_found(right: str, wrong: str) -> None:
    with pytest.raises(ValidationError):
        validate(TEXT.replace(right, wrong))


@pytest.mark.parametrize("kind", ["secrets", "networks"])
def test_what_is_defined_is_used_and_what_is_used_is_defined(kind: str) -> None:
    used = {one for service in SERVICES.values() for one in service.get(kind, ())}
    assert used == set(COMPOSE[kind])


def test_volumes_are_defined_and_used() -> None:
    used = {one.split(":")[0] for service in SERVICES.values() for one in service.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])


def test_services_wait_for_services_that_are_there() -> None:
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in SERVICES, name
            checked = "healthcheck" in SERVICES[other]
            assert how["condition"] != "service_healthy" or checked, f"{name} waits for the health of {other}"


@every_service
def test_files_of_secrets_are_those_that_the_service_was_given(name: str) -> None:
    service = SERVICES[name]
    read = {
        value.removeprefix("/run/secrets/")
        for value in (service.get("environment") or {}).values()
        if str(value).startswith("/run/secrets/")
    }
    if name == "proxy":
        read = set(re.findall(r"/run/secrets/(\w+)", (DOCKER / "nginx.conf").read_text("utf-8")))
    assert read == set(service["secrets"])


@every_service
def test_no_secret_is_a_variable(name: str) -> None:
    for key, value in (SERVICES[name].get("environment") or {}).items():
        if re.search(r"KEY|PASSWORD", key):  # GISAPP_PERSONAL_DATA_KEYS_OLD too
            assert key.endswith("_FILE"), key
        assert not re.search(r"//\w+:[^@]*@", str(value)), f"{key} holds a password"


@every_service
def test_variables_are_settings(name: str) -> None:
    other = {"OWNER_PASSWORD", "APP_PASSWORD", "BACKUP_PASSWORD"}
    given = {key.removesuffix("_FILE") for key in SERVICES[name].get("environment") or {}}
    assert given - other <= documented()


@every_service
def test_nobody_has_more_rights_than_needed(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")


def test_only_the_proxy_can_be_reached_and_only_the_owner_migrates() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert [name for name, service in SERVICES.items() if "outside" in service["networks"]] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert holders("owner_password") == {"database", "migrate"}


def test_only_the_worker_of_backups_reads_everything_and_has_the_folder() -> None:
    """It takes nothing from the common queue, so nothing that people send reaches it."""
    assert holders("backup_password") == {"database", "backup"}
    assert [name for name, service in SERVICES.items() if "backups:/srv/backups" in service.get("volumes", ())] == [
        "backup"
    ]
    assert SERVICES["backup"]["command"] == ["script/worker", "--queue", BACKUPS]
    assert {SERVICES[name]["environment"]["GISAPP_BACKUP_DIR"] for name in ("web", "worker", "backup")} == {
        "/srv/backups"
    }


def holders(secret: str) -> set[str]:
    """Return the services that were given a secret."""
    return {name for name, service in SERVICES.items() if secret in service["secrets"]}


def test_images_and_programs_are_there() -> None:
    stages = set(re.findall(r"^FROM \S+ AS (\w+)", (DOCKER / "Dockerfile").read_text("utf-8"), re.MULTILINE))
    for name, service in SERVICES.items():
        build = service["build"]
        assert build["target"] in stages, name
        assert (DOCKER / build["context"] / build["dockerfile"]).exists()
        program = next(iter(service.get("command", [".venv/bin/python"])))
        assert program == ".venv/bin/python" or (settings.BASE_DIR / program).exists(), program


def test_no_image_runs_as_root() -> None:
    text = (DOCKER / "Dockerfile").read_text("utf-8")
    for stage in re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]:
        name = stage.split()[2]
        users = re.findall(r"^USER (\w+)", stage, re.MULTILINE)
        assert users != ["root"]
        assert users or name == "build", name


def test_the_example_names_every_variable_that_is_filled_in() -> None:
    wanted = set(re.findall(r"\$\{(\w+)", TEXT))
    named = set(re.findall(r"^(\w+)=", (DOCKER / "env.example").read_text("utf-8"), re.MULTILINE))
    assert named == wanted
