"""An office backs up, loses everything, and gets everything back."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections

from accounts.ciphers import hash_keys, master_keys
from accounts.context import acting_as
from accounts.models import User
from accounts.roles import Role, Through
from gisapp.backup import tables
from gisapp.backup.keys import DATA, HASH, missing_keys
from gisapp.backup.making import backup_make
from gisapp.backup.manifest import read_manifest
from layers.catalogue.sites import Site
from layers.personal import Person
from layers.sealing.rotation import keys_rotate
from tests.databases import make_empty
from tests.factories import SiteFactory, confirmed_phone, user_with
from tests.gisapp.backup.conftest import PICTURES, all_files, all_rows, programs_with

OBJECTS = {
    "policies": "SELECT tablename, policyname, roles::text, qual, with_check FROM pg_policies",
    "row security": "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind = 'r'",
    "triggers": "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    "rights": "SELECT relname, relkind, aclexplode(relacl)::text FROM pg_class "
    "WHERE relnamespace = 'public'::regnamespace",
    "functions": "SELECT oid::regprocedure::text, proacl::text FROM pg_proc WHERE proowner = 'gisapp_owner'::regrole",
    "default rights": "SELECT defaclobjtype, aclexplode(defaclacl)::text FROM pg_default_acl",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "generated columns": "SELECT attrelid::regclass::text, attname FROM pg_attribute WHERE attgenerated <> ''",
}


def described() -> dict[str, list[str]]:
    found = {}
    with connections["backup"].cursor() as cursor:
        for what, query in OBJECTS.items():
            cursor.execute(query)
            found[what] = sorted(map(str, cursor.fetchall()))
    connections["backup"].close()
    return found


def restore(folder: Path) -> None:
    call_command("db", "restore", str(folder))


def test_everything_comes_back_and_works_on(office, settings, capsys):
    """Rows, rights, row-level security, triggers, generated columns and files; numbers go on, history is kept."""
    objects = described()
    assert office.rows["layers_person"][0] > 0
    assert office.rows["layers_siteevent"][0] > 0
    assert objects["generated columns"]
    assert objects["policies"]
    make_empty(office.database)
    assert all_rows() == {}

    restore(office.saved)

    assert all_rows() == office.rows
    assert described() == objects
    assert all_files(Path(settings.MEDIA_ROOT)) == office.uploads
    assert "each table is what the manifest says" in capsys.readouterr().out
    # never twice: rows that are there are somebody's
    with pytest.raises(CommandError, match=r"database is not empty: \w+ holds rows"):
        restore(office.saved)
    assert all_rows() == office.rows

    site = SiteFactory(at="451221001001")
    assert site.pk > Site.objects.exclude(pk=site.pk).latest("pk").pk
    site.source = "restored"
    site.save()
    assert site.versions.count() == 1
    assert Person.objects.count() == 0
    with acting_as(user_with(Role.STEWARD, "451222"), through=Through.PAGE):
        assert Person.objects.count() > 0
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM layers_siteevent")


@pytest.mark.slow
def test_a_freshly_migrated_place_is_empty_enough(lost):
    call_command("migrate", verbosity=0)
    restore(lost.saved)
    assert all_rows() == lost.rows


def test_one_row_that_the_application_may_not_see_is_enough_to_refuse(lost):
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE person AS SELECT 1 AS id")
        cursor.execute("ALTER TABLE person ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    with pytest.raises(CommandError, match="person holds rows"):
        restore(lost.saved)


def test_other_uploads_are_refused_but_not_those_of_an_interrupted_restore(lost, settings):
    media = Path(settings.MEDIA_ROOT)
    (media / "photos").mkdir(parents=True)
    (media / "other.txt").write_bytes(b"somebody's")
    with pytest.raises(CommandError, match=r"other\.txt is not of this backup"):
        restore(lost.saved)
    (media / "other.txt").unlink()
    (media / "photos" / "again.jpg").write_bytes(PICTURES["photos/again.jpg"])
    restore(lost.saved)
    assert all_files(media) == lost.uploads


def test_a_restore_that_dies_changes_nothing(lost, settings, tmp_path):
    """pg_restore ends in the middle, as when it is killed: psql must not commit what came so far."""
    settings.PG_BINDIR = programs_with(
        tmp_path / "bin",
        pg_restore='case "$*" in *--list*) exec {real}/pg_restore "$@" ;; esac\n'
        '{real}/pg_restore "$@" | head -c 300000\nkill -KILL $$\n',
    )
    with pytest.raises(CommandError, match="nothing was changed"):
        restore(lost.saved)
    assert all_rows() == {}


def test_a_backup_of_a_newer_version_is_refused(lost):
    manifest = read_manifest(lost.saved)
    manifest.migrations["layers"].append("9999_of_tomorrow")
    manifest.write(lost.saved)
    with pytest.raises(CommandError, match=r"newer version .*layers\.9999_of_tomorrow"):
        restore(lost.saved)
    assert all_rows() == {}


@pytest.mark.slow
def test_an_older_backup_is_migrated(lost, tmp_path):
    call_command("migrate", verbosity=0)
    call_command("migrate", "oversight", "zero", verbosity=0)
    call_command("db", "backup", str(tmp_path / "old"))
    assert "oversight_plantarget" not in all_rows()
    make_empty(lost.database)
    restore(tmp_path / "old")
    assert "oversight_plantarget" in all_rows()


def test_a_difference_after_restoring_is_named(lost):
    manifest = read_manifest(lost.saved)
    manifest.tables["layers_site"] = tables.Fingerprint(rows=1, sha256="0" * 64)
    manifest.write(lost.saved)
    with pytest.raises(CommandError, match="not as the manifest says: layers_site"):
        restore(lost.saved)


def test_the_backup_role_reads_personal_rows_and_writes_nothing(lost):
    restore(lost.saved)
    with connections["backup"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM layers_person")
        assert cursor.fetchone()[0] > 0
        cursor.execute("SET default_transaction_read_only = off")
        for change in ("UPDATE layers_person SET number = 2", "DELETE FROM layers_site", "TRUNCATE layers_site"):
            with pytest.raises(DatabaseError, match="permission denied"):
                cursor.execute(change)
    connections["backup"].close()


def test_a_backup_is_of_one_moment_whatever_is_written_meanwhile(lost, tmp_path, settings):
    """A row that comes while it runs is neither in the dump nor in the hashes; a file that comes is only more."""
    restore(lost.saved)
    before = all_rows()

    def somebody_works(line: str) -> None:
        if "dumped" in line:
            User.objects.create(username="latecomer")
            (Path(settings.MEDIA_ROOT) / "late.txt").write_bytes(b"late")

    manifest = backup_make(tmp_path / "busy", say=somebody_works)
    assert manifest.tables["accounts_user"].rows == before["accounts_user"][0]
    assert "late.txt" in manifest.media
    make_empty(lost.database)
    restore(tmp_path / "busy")
    assert all_rows() == before


def test_secrets_stay_out_and_are_named(lost, settings, capsys):
    manifest = read_manifest(lost.saved)
    assert set(manifest.keys) == {"GISAPP_PERSONAL_DATA_KEY", "GISAPP_PERSONAL_HASH_KEY"}
    for secret in (settings.SECRET_KEY, settings.PERSONAL_DATA_KEY, settings.PERSONAL_HASH_KEY):
        assert not any(secret.encode() in content for content in all_files(lost.saved).values())
    assert manifest.keys["GISAPP_PERSONAL_DATA_KEY"] == [master_keys()[0].name]
    assert manifest.keys["GISAPP_PERSONAL_HASH_KEY"] == [hash_keys()[0].name]
    settings.PERSONAL_DATA_KEY = "another-machine-" * 4
    restore(lost.saved)
    assert f"lacks GISAPP_PERSONAL_DATA_KEY {manifest.keys['GISAPP_PERSONAL_DATA_KEY'][0]}" in capsys.readouterr().err


def test_keys_are_named_by_what_the_rows_lie_under_not_by_what_is_set(lost, settings, tmp_path, capsys):
    """A rotation that was only begun: whoever restores needs the earlier keys, whatever this machine calls present."""
    restore(lost.saved)
    confirmed_phone(User.objects.first())
    before = {DATA: [master_keys()[0].name], HASH: [hash_keys()[0].name]}
    settings.PERSONAL_DATA_KEYS_OLD = [settings.PERSONAL_DATA_KEY]
    settings.PERSONAL_HASH_KEYS_OLD = [settings.PERSONAL_HASH_KEY]
    settings.PERSONAL_DATA_KEY, settings.PERSONAL_HASH_KEY = "the-new-master-key-" * 3, "the-new-hash-key-" * 3
    after = {DATA: [master_keys()[0].name], HASH: [hash_keys()[0].name]}
    begun = backup_make(tmp_path / "begun")
    assert begun.keys == before
    steps = keys_rotate(batch=100)
    assert next(step for step in steps if step.title.startswith("hashes") and not step.done).total > 0
    amid = backup_make(tmp_path / "amid")
    # households are through, hashes and phones are not
    assert amid.keys == {DATA: sorted(before[DATA] + after[DATA]), HASH: before[HASH]}
    assert missing_keys(amid.keys) == []
    assert list(steps)
    done = backup_make(tmp_path / "done")
    assert done.keys == after

    settings.PERSONAL_DATA_KEYS_OLD, settings.PERSONAL_HASH_KEYS_OLD = [], []
    assert missing_keys(done.keys) == []
    assert missing_keys(begun.keys) == [f"{DATA} {before[DATA][0]}", f"{HASH} {before[HASH][0]}"]
    call_command("db", "backup", str(tmp_path / "again"))
    assert f"read only with {DATA} {after[DATA][0]}, {HASH} {after[HASH][0]}" in capsys.readouterr().out


def test_nobody_else_may_read_a_backup(whole_office):
    assert whole_office.saved.stat().st_mode & 0o077 == 0
