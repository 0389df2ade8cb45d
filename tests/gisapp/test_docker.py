"""What the images are made of."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg2
import pytest

from gisapp.cluster_host import owner_of_cluster, words_to_become
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
PASSWORDS = {"OWNER_PASSWORD": "owner", "APP_PASSWORD": "it's", "BACKUP_PASSWORD": "backup"}


def listed(group: str) -> set[str]:
    lines = (ROOT / "script/system-packages.txt").read_text(encoding="utf-8").splitlines()
    return {line.split()[1] for line in lines if line.split()[:1] == [group]}


def test_system_packages_are_listed_in_one_place():
    """The Dockerfile names none itself: a package added to the list reaches the images."""
    dockerfile = (ROOT / "docker/Dockerfile").read_text(encoding="utf-8")
    every = set().union(*(listed(group) for group in ("run", "db", "build", "dev")))
    installed = re.findall(r"apt-get install [^;&]*?--no-install-recommends (.*?)\)'", dockerfile)
    assert installed == ["$(packages_of run", "$(packages_of db", "$(packages_of proxy"]
    assert not [name for name in every if f" {name} " in dockerfile]


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory):
    """Run docker/database as its image does, on a folder and a port of its own."""
    home = tmp_path_factory.mktemp("image")
    for name in ("docker/database", "gisapp/sql/roles.sql", "gisapp/sql/database.sql"):
        shutil.copy(ROOT / name, home)
    port = free_port()
    program = home / "database"
    program.write_text(
        program.read_text().replace("listen_addresses='*'", f"listen_addresses=127.0.0.1 -c port={port}")
    )
    owner = owner_of_cluster()
    for path in (home, *home.iterdir()):
        os.chown(path, owner.pw_uid, owner.pw_gid)
    # one by value, the others as files: both ways in
    for name in ("APP_PASSWORD", "BACKUP_PASSWORD"):
        (home / name).write_text(PASSWORDS[name] + "\n")
        os.chown(home / name, owner.pw_uid, owner.pw_gid)
    given = {"OWNER_PASSWORD": PASSWORDS["OWNER_PASSWORD"]} | {
        f"{name}_FILE": str(home / name) for name in ("APP_PASSWORD", "BACKUP_PASSWORD")
    }
    environment = {**os.environ, **given, "PGDATA": f"{home}/data"}
    command = [*words_to_become(owner, below=home), str(program)]
    with subprocess.Popen(
        command, env=environment, cwd="/", stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as run:
        yield port
        run.send_signal(signal.SIGINT)


def connect(port: int, role: str, password: str) -> psycopg2.extensions.connection:
    return psycopg2.connect(host="127.0.0.1", port=port, user=role, password=password, dbname="gisapp")


@pytest.mark.slow
def test_the_database_image_lets_each_role_in_by_its_password_alone(served):
    for _ in range(600):
        try:
            connect(served, "gisapp_app", PASSWORDS["APP_PASSWORD"]).close()
            break
        except psycopg2.OperationalError:
            time.sleep(0.1)
    connect(served, "gisapp_owner", PASSWORDS["OWNER_PASSWORD"]).close()
    connect(served, "gisapp_backup", PASSWORDS["BACKUP_PASSWORD"]).close()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        connect(served, "gisapp_app", PASSWORDS["OWNER_PASSWORD"])
    with connect(served, "gisapp_app", PASSWORDS["APP_PASSWORD"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM spatial_ref_sys")
