"""`manage.py db`: the embedded database, and backups of any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.roles import Through
from gisapp.backup.checking import backup_verify
from gisapp.backup.errors import BackupError
from gisapp.backup.keys import missing_keys
from gisapp.backup.making import backup_make
from gisapp.backup.manifest import Manifest
from gisapp.backup.restoring import backup_restore
from gisapp.cluster import Cluster
from gisapp.cluster_host import ClusterError
from gisapp.tasks import back_up


class Command(BaseCommand):
    """Start, stop and look at the private PostgreSQL cluster in `var/`; back up and restore that or a real server."""

    help = "The embedded database: start it, stop it, say how it is. Backups of it, or of a real server."
    # The checks ask the database, which may not be there yet.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("start", help="start the cluster, make it first where there is none")
        actions.add_parser("stop", help="stop it, ending open connections")
        actions.add_parser("status", help="say whether it runs; exit 3 when it does not")
        backup = actions.add_parser("backup", help="write database and uploads to a new folder, and verify it")
        backup.add_argument(
            "folder", type=Path, metavar="DIR", nargs="?", help="without it, the nightly backup is queued now, as a job"
        )
        for name, words in (
            ("verify", "prove that every file of a backup is what it was; exit 1 when one is not"),
            ("restore", "put a backup into an empty place and compare"),
        ):
            actions.add_parser(name, help=words).add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, action: str, folder: Path | None = None, **options: Any) -> None:
        try:
            if folder is not None or action == "backup":
                getattr(self, action)(folder)
                return
            if not settings.EMBEDDED_DATABASE:
                raise CommandError("DATABASE_URL names a server: start and stop that one with its own tools.")
            getattr(self, action)(self.cluster)
        except (BackupError, ClusterError) as error:
            raise CommandError(str(error)) from error

    @property
    def cluster(self) -> Cluster:
        """The embedded cluster."""
        return Cluster(settings.CLUSTER_HOME, binaries=settings.PG_BINDIR)

    def start(self, cluster: Cluster) -> None:
        """Start it and say where it is."""
        started = cluster.start()
        self.stdout.write(f"{'Started' if started else 'Running already'}: socket in {cluster.socket_dir}")

    def stop(self, cluster: Cluster) -> None:
        """Stop it and say whether it ran."""
        self.stdout.write("Stopped." if cluster.stop() else "It was not running.")

    def status(self, cluster: Cluster) -> None:
        """Say how it is; exit 3, as other service commands do, when it is not running."""
        found = cluster.status()
        if not found.running:
            raise CommandError("Not running." if found.version else "Not made yet: manage.py db start", returncode=3)
        self.stdout.write(
            f"Running: PostgreSQL {found.version}, process {found.pid}, socket in {cluster.socket_dir}, "
            f"data in {cluster.data}"
        )

    def backup(self, folder: Path | None) -> None:
        """Make a backup and say what it holds and what it needs; without a folder leave the nightly one to a worker."""
        if folder is None:
            if settings.BACKUP_DIR is None:
                raise CommandError("Name a folder, or set GISAPP_BACKUP_DIR for nightly backups.")
            self.stdout.write(str(back_up.start(user=None, through=Through.COMMAND)))
            return
        manifest = backup_make(folder, say=self.stdout.write)
        self.stdout.write(f"Backup made and verified: {folder}, {contents(manifest)}.")
        needed = [f"{name} {one}" for name, names in manifest.keys.items() for one in names]
        if needed:
            self.stdout.write(
                f"Secrets are not in it. Personal data in it can be read only with {', '.join(needed)}: "
                "keep them in another place."
            )

    def verify(self, folder: Path) -> None:
        """Prove a backup and say so."""
        manifest = backup_verify(folder, say=self.stdout.write)
        self.stdout.write(
            f"Whole: {folder}, made at {manifest.made_at} by version {manifest.version}, {contents(manifest)}."
        )

    def restore(self, folder: Path) -> None:
        """Restore a backup and say which secrets are missing here."""
        if settings.EMBEDDED_DATABASE:
            self.cluster.start()
        manifest = backup_restore(folder, say=self.stdout.write)
        self.stdout.write(f"Restored: {contents(manifest)}.")
        if missing := missing_keys(manifest.keys):
            self.stderr.write(f"This machine lacks {', '.join(missing)}: personal data cannot be read without.")


def contents(manifest: Manifest) -> str:
    """Return what a backup holds, in words."""
    tables, files = len(manifest.tables), len(manifest.media)
    return f"{manifest.rows:,} rows in {tables} tables, {files:,} files, {manifest.bytes:,} bytes"
