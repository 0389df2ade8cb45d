"""Answers as files."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING

from django.http import FileResponse, Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.roles import Action, Through
from jobs.files import left_file
from jobs.models import Job
from spatial_analysis.effort import too_long
from spatial_analysis.errors import QuestionError
from spatial_analysis.methods import WriteOptions
from spatial_analysis.selectors import run_to_export
from spatial_analysis.services import analysis_run, answer_exported, file_name, question_for
from spatial_analysis.views.access import method_page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from spatial_analysis.methods import Method

TYPES = {".gpkg": "application/geopackage+sqlite3"}


@require_GET
@method_page(Action.EXPORT)
def export(request: HttpRequest, method: Method, ending: str) -> HttpResponseBase:
    """Return the answer to the question in the address as a file; offer a job where that takes long.

    What the reader may export is read, which can be less than the page shows. `rows=yes` adds one row a feature,
    `rows=only` gives nothing else.
    """
    write = method.writers.get(ending)
    if write is None:
        raise Http404
    given = {one.key: request.GET[one.key] for one in method.parameters if one.key in request.GET}
    region, rows = request.GET.get("region", ""), request.GET.get("rows", "")
    try:
        question = question_for(method, user=request.user, region=region, parameters=given, action=Action.EXPORT)
    except QuestionError as error:
        return render(request, "spatial_analysis/refused.html", {"method": method, "problem": error}, status=400)
    each_row = rows in {"yes", "only"}
    if later := too_long(method, question, ending=ending, each_row=each_row):
        order = {"region": region, **given, "ending": ending, "rows": rows}
        return render(request, "spatial_analysis/later.html", {"method": method, "later": later, "order": order})
    run = (done := analysis_run(method, question, user=request.user, through=Through.PAGE, every_time=False)).run
    name = file_name(method, run, ending, rows)
    answer_exported(method, run, user=request.user, through=Through.PAGE, name=name)
    # The open file outlives its folder, so nothing is left behind however the download ends
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"answer.{ending}"
        write(done.outcome, path, WriteOptions(rows=each_row, only_rows=rows == "only"))
        return sent(path.open("rb"), name)


@require_GET
@method_page(Action.EXPORT)
def file(request: HttpRequest, method: Method, job_id: UUID) -> HttpResponseBase:
    """Return the file that a job left for the reader, while all that is in it may still be exported."""
    job = Job.objects.select_related("task").filter(pk=job_id, requester_id=request.user.pk).first()
    left = (job.task.return_value or {}).get("data", {}) if job else {}
    run = run_to_export(user=request.user, run_id=left["run"]) if "file" in left else None
    if run is None or run.method != method.key or not (path := left_file(job_id, left["file"])).is_file():
        raise Http404
    answer_exported(method, run, user=request.user, through=Through.PAGE, name=path.name)
    return sent(path.open("rb"), path.name)


def sent(opened: IO[bytes], name: str) -> FileResponse:
    """Return an open file under a name, to be saved."""
    kind = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
    return FileResponse(opened, as_attachment=True, filename=name, content_type=kind)
