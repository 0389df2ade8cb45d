"""The embedded database, on a cluster of its own."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest

from gisapp.cluster import Cluster, socket_dir
from gisapp.cluster_host import ClusterError, find_binaries, is_postgres


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    # pytest's folder lets nobody else in, like a checkout in a home folder: `postgres` must get there all the same
    cluster = Cluster(tmp_path_factory.mktemp("deep") / ("x" * 80) / "pg")
    cluster.start()
    yield cluster
    cluster.stop()
    cluster.socket_dir.rmdir()


def connect(cluster: Cluster, role: str, database: str = "gisapp") -> psycopg2.extensions.connection:
    connection = psycopg2.connect(host=str(cluster.socket_dir), user=role, dbname=database)
    connection.autocommit = True
    return connection


def fetch(connection: psycopg2.extensions.connection, query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def test_start_is_repeatable_and_status_tells(cluster):
    assert cluster.start() is False
    status = cluster.status()
    assert status.running
    assert status.pid
    assert int(status.version or 0) >= 15


def test_no_network_port_is_opened(cluster):
    connection = connect(cluster, "gisapp_app")
    assert fetch(connection, "SHOW listen_addresses") == ""


def test_socket_is_for_its_owner_alone(cluster):
    assert cluster.socket_dir.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_commit_survives_a_power_cut(cluster, setting):
    assert fetch(connect(cluster, "gisapp_app"), f"SHOW {setting}") == "on"


def test_owner_makes_a_spatial_database_from_the_template(cluster):
    owner = connect(cluster, "gisapp_owner")
    with owner.cursor() as cursor:
        cursor.execute("CREATE DATABASE another TEMPLATE gisapp_template")
    names = "SELECT array_agg(extname::text ORDER BY extname) FROM pg_extension WHERE extname <> 'plpgsql'"
    expected = ["btree_gist", "pg_trgm", "pgcrypto", "pgrouting", "postgis"]
    assert fetch(connect(cluster, "gisapp_owner", "another"), names) == expected
    assert fetch(connect(cluster, "gisapp_app"), names) == expected


def test_application_uses_what_the_owner_makes_and_no_more(cluster):
    owner, app = connect(cluster, "gisapp_owner"), connect(cluster, "gisapp_app")
    with owner.cursor() as cursor:
        cursor.execute("CREATE TABLE made (id bigint GENERATED ALWAYS AS IDENTITY, note text)")
    with app.cursor() as cursor:
        cursor.execute("INSERT INTO made (note) VALUES ('one'), ('two')")
        cursor.execute("UPDATE made SET note = 'three' WHERE note = 'two'")
        cursor.execute("DELETE FROM made WHERE note = 'one'")
        for refused in ("TRUNCATE made", "DROP TABLE made", "CREATE TABLE mine (id int)", "ALTER TABLE made ADD x int"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(refused)
    assert fetch(app, "SELECT string_agg(note, ',') FROM made") == "three"


def test_backup_role_reads_but_never_writes(cluster):
    backup = connect(cluster, "gisapp_backup")
    assert fetch(backup, "SELECT count(*) FROM spatial_ref_sys") > 0
    with backup.cursor() as cursor, pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        cursor.execute("CREATE TEMP TABLE mine (id int)")


def test_rows_outlive_a_stop(cluster):
    with connect(cluster, "gisapp_owner").cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert cluster.stop() is True
    assert cluster.status().running is False
    assert cluster.stop() is False
    assert cluster.start() is True
    assert fetch(connect(cluster, "gisapp_app"), "SELECT answer FROM kept") == 42


def kill(cluster):
    """Kill the postmaster, and wait for the moment that the kernel takes."""
    subprocess.run(["kill", "-9", str(cluster.status().pid)], check=True)
    for _ in range(200):
        if not cluster.status().running:
            return
        subprocess.run(["sleep", "0.05"], check=True)
    pytest.fail("the postmaster outlives its death")


def test_a_killed_server_starts_again(cluster):
    """The file with the process number stays behind; it must not count as running."""
    kill(cluster)
    assert cluster.start() is True


def test_a_query_that_outlives_its_killed_postmaster_does_not_hinder_the_next(cluster):
    busy = connect(cluster, "gisapp_app")
    ended = threading.Event()

    def count_for_minutes() -> None:
        with busy.cursor() as cursor, suppress(psycopg2.Error):
            cursor.execute("SELECT count(*) FROM generate_series(1, 10 ^ 10::numeric)")
        ended.set()

    threading.Thread(target=count_for_minutes, daemon=True).start()
    watcher = connect(cluster, "postgres")
    working = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'gisapp_app' AND state = 'active'"
    for _ in range(200):
        if fetch(watcher, working):
            break
        subprocess.run(["sleep", "0.05"], check=True)
    kill(cluster)
    assert cluster.start() is True
    assert ended.wait(10)
    assert fetch(connect(cluster, "gisapp_app"), "SELECT 1") == 1


def test_a_process_that_is_dead_and_not_yet_collected_does_not_run(tmp_path):
    program = tmp_path / "postgres"
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([program, "60"]) as process:
        while not is_postgres(process.pid):
            pass
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert Path(f"/proc/{process.pid}").exists()
        assert not is_postgres(process.pid)


def test_a_first_start_that_was_killed_leaves_nothing_in_the_way(tmp_path):
    """Half a data directory would look like a whole one to the next start."""
    cluster = Cluster(tmp_path / "pg")
    half = cluster.home / "unfinished"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("15\n")
    assert cluster.status().version is None
    cluster.start()
    try:
        assert not half.exists()
        assert fetch(connect(cluster, "gisapp_app"), "SHOW fsync") == "on"
    finally:
        cluster.stop()
        cluster.socket_dir.rmdir()


def test_socket_path_is_short_however_deep_the_checkout_is():
    deep = Path("/" + "very-long-folder-name/" * 20)
    assert len(str(socket_dir(deep) / ".s.PGSQL.5432.lock")) < 107


def test_two_checkouts_never_share_a_socket():
    assert socket_dir(Path("/a/var/pg")) != socket_dir(Path("/b/var/pg"))


def test_data_of_a_version_that_is_not_installed_are_refused_with_a_remedy(tmp_path):
    (tmp_path / "PG_VERSION").write_text("9\n")
    with pytest.raises(ClusterError, match="postgresql-9-postgis-3"):
        find_binaries(tmp_path)
