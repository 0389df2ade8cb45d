"""What the queue says of itself: to probes, and to the steward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.service import OK, Fact, Section
from jobs.selectors import queue_summary, worker_age_s
from jobs.shown import State

if TYPE_CHECKING:
    from accounts.selectors import Asker

LATE_S = 120
"""A worker says every few seconds that it lives; whoever is silent this long is gone."""
WAITED_S = 600


def worker_state() -> str:
    """Return `ok`, `late` where the workers fell silent, `none` where jobs wait and nobody ever came for them."""
    age_s = worker_age_s()
    if age_s is not None:
        return OK if age_s <= LATE_S else "late"
    return "none" if (queue_summary().oldest_waiting_s or 0) > WAITED_S else OK


def queue_section(user: Asker) -> Section:
    """Return the queue in numbers, of the jobs that `user` may see."""
    queue, age_s = queue_summary(user=user), worker_age_s()
    waited_s = queue.oldest_waiting_s or 0
    page = reverse("jobs:index")

    def listed(state: State) -> str:
        return f"{page}?state={state}"

    return Section(
        gettext_lazy("Background jobs"),
        (
            Fact(_("Workers"), f"{queue.workers:,}", wrong=worker_state() != OK),
            Fact(_("Last sign of a worker"), _("none") if age_s is None else minutes(age_s)),
            Fact(_("Waiting"), f"{queue.waiting:,}", url=listed(State.WAITING)),
            Fact(_("Longest wait"), minutes(waited_s), wrong=waited_s > WAITED_S),
            Fact(_("Running"), f"{queue.running:,}", url=listed(State.RUNNING)),
            Fact(
                _("Failed in the last seven days"),
                f"{queue.failed:,}",
                url=listed(State.FAILED),
                wrong=queue.failed > 0,
            ),
        ),
    )


def minutes(seconds: float) -> str:
    """Return a time in whole minutes: a page that is read at a glance needs no seconds."""
    return _("%(number)s min") % {"number": f"{seconds // 60:,.0f}"}
