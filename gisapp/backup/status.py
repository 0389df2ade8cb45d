"""What the steward's page says of the nightly backup. The web sees no backup: it knows what the jobs said."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.service import Fact, Section
from gisapp.tasks import back_up
from jobs.schedule import Nightly, database_time
from jobs.selectors import job_for
from jobs.shown import shown
from layers.presentation import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.selectors import Asker

ROOM = 2
"""Times the last backup that should be free: the next one is made before an older one goes, and may be larger."""


def backup_section(user: Asker) -> Section:
    """Return the last good backup, how old it is, and what the latest attempt came to where that was none."""
    return Section(gettext_lazy("Backups"), tuple(backup_facts(user)))


def backup_facts(user: Asker) -> Iterator[Fact]:
    """Yield the lines of the box."""
    if settings.BACKUP_DIR is None:
        yield Fact(_("Nightly backup"), _("not set up"), wrong=settings.PRODUCTION)
        return
    now = database_time()
    good = last_good()
    if good is None:
        yield Fact(_("Last good backup"), _("none"), wrong=True)
    else:
        made_at = dt.datetime.fromisoformat(good["made_at"])
        age_h = (now - made_at).total_seconds() / 3600
        late = age_h > settings.BACKUP_LATE_H
        yield Fact(_("Last good backup"), moment(made_at), wrong=late)
        yield Fact(_("Age"), age_words(age_h, late=late), wrong=late)
        yield Fact(pgettext("on disk", "Size"), filesizeformat(good["bytes"]))
        yield Fact(_("Backups kept"), f"{good['kept']:,}")
        # a job of an earlier version did not say
        if (free_bytes := good.get("free_bytes")) is not None:
            yield Fact(_("Free where they lie"), filesizeformat(free_bytes), wrong=free_bytes < ROOM * good["bytes"])
    yield from unsuccessful(user)
    yield Fact(_("Next time"), moment(Nightly(*settings.BACKUP_AT).following(now)))


def last_good() -> dict[str, Any] | None:
    """Return what the last job that made and verified a backup left; None where no job of the last month did."""
    rows = DBTaskResult.objects.filter(task_path=back_up.module_path, status=TaskResultStatus.SUCCESSFUL)
    row = rows.order_by("-finished_at").first()
    return None if row is None else row.return_value["data"]


def unsuccessful(user: Asker) -> Iterator[Fact]:
    """Yield a line on the latest attempt where it came to nothing."""
    ended = DBTaskResult.objects.finished().filter(task_path=back_up.module_path).order_by("-finished_at").first()
    if ended is None or ended.status == TaskResultStatus.SUCCESSFUL:
        return
    job = job_for(user=user, job_id=ended.pk)
    text = _("failed") if job is None else shown(job).state.label
    url = "" if job is None else reverse("jobs:job", kwargs={"job_id": job.pk})
    yield Fact(_("Latest attempt"), text, url, wrong=True)


def age_words(age_h: float, *, late: bool) -> str:
    """Return an age in whole hours, with what was expected where it is more."""
    hours = f"{max(age_h, 0):,.0f}"
    if not late:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h; expected are at most %(most)s") % {"hours": hours, "most": settings.BACKUP_LATE_H}
