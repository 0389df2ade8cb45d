"""`manage.py db`: the embedded database."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gisapp.cluster import Cluster
from gisapp.cluster_host import ClusterError


class Command(BaseCommand):
    """Start, stop and look at the private PostgreSQL cluster in `var/`."""

    help = "The embedded database: start it, stop it, say how it is."
    # The checks ask the database, which may not be there yet.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("start", help="start the cluster, make it first where there is none")
        actions.add_parser("stop", help="stop it, ending open connections")
        actions.add_parser("status", help="say whether it runs; exit 3 when it does not")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if not settings.EMBEDDED_DATABASE:
            raise CommandError("DATABASE_URL names a server: start and stop that one with its own tools.")
        cluster = Cluster(settings.CLUSTER_HOME, binaries=settings.PG_BINDIR)
        try:
            getattr(self, action)(cluster)
        except ClusterError as error:
            raise CommandError(str(error)) from error

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
