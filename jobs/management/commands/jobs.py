"""`manage.py jobs [ID] [--json]`: background jobs, their state, progress and attempts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.models import Job
from jobs.shown import ShownJob, shown

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

WRONG_USE = 2
SHOWN = 30


class Command(BaseCommand):
    """Lists jobs or shows one; exit code 2: there is no such job."""

    help = "Show background jobs: state, progress, attempts. Without ID the latest."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what may be given."""
        parser.add_argument("id", metavar="ID", nargs="?", type=UUID, help="of one job")
        parser.add_argument("--json", action="store_true", help="for programs: an object, or a list without ID")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        rows = Job.objects.select_related("task", "requester").order_by("-task__enqueued_at", "-pk")
        if options["id"] is None:
            found = [shown(job) for job in rows[:SHOWN]]
            if options["json"]:
                self.write_json([job.as_json() for job in found])
            elif not found:
                self.stdout.write(_("There are no background jobs."))
            for job in [] if options["json"] else found:
                self.stdout.write(line(job))
            return
        one = rows.filter(pk=options["id"]).first()
        if one is None:
            raise CommandError(_("There is no job %(id)s.") % {"id": options["id"]}, returncode=WRONG_USE)
        job = shown(one)
        if options["json"]:
            self.write_json(job.as_json())
            return
        self.stdout.write(line(job))
        for text in (job.words if job.unfinished else "", job.failure, job.result):
            if text:
                self.stdout.write(f"  {text}")

    def write_json(self, found: Any) -> None:
        """Print something for programs."""
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))


def line(job: ShownJob) -> str:
    """Return a job on one line."""
    progress = "" if job.percent is None else f" {job.percent} %"
    asked = timezone.localtime(job.asked_at)
    who = _("the system") if job.requester is None else job.requester.get_username()
    return (
        f"{job.id}  {asked:%Y-%m-%d %H:%M}  {job.state.label}{progress}  {job.attempts}/{job.max_attempts}"
        f"  {who}  {job.title} {job.subject}".rstrip()
    )
