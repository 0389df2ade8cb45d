"""The jobs of the shell: the nightly backup."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisapp.backup.errors import BackupError
from gisapp.backup.nightly import backup_nightly
from jobs.declare import JobContext, JobResult, job
from jobs.errors import JobRefusedError

BACKUPS = "backups"
"""The queue of workers who may read everything: the others have neither the role's password nor the folder."""


@job(title=gettext_lazy("Back up"), retries=1, queue=BACKUPS)
def back_up(context: JobContext) -> JobResult:
    """Back up database and uploads, verify, and clear older backups away."""
    steps = 0

    def say(line: str) -> None:
        nonlocal steps
        steps += 1
        context.progress(steps, None, line)

    try:
        done = backup_nightly(say=say)
    except BackupError as error:
        raise JobRefusedError(_("No backup: %(reason)s") % {"reason": error}) from error
    return JobResult(
        words=_("%(name)s: %(rows)s rows and %(files)s files, verified. Backups kept: %(kept)s.")
        % {
            "name": done.path.name,
            "rows": f"{done.manifest.rows:,}",
            "files": f"{len(done.manifest.media):,}",
            "kept": f"{done.kept:,}",
        },
        data=done.facts(),
    )
