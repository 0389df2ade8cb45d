"""Answers as files."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.http import FileResponse, Http404
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from accounts.roles import Action, Through
from spatial_analysis.errors import QuestionError
from spatial_analysis.methods import WriteOptions
from spatial_analysis.services import analysis_run, answer_exported, question_for
from spatial_analysis.views.access import method_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from spatial_analysis.methods import Method

TYPES = {"gpkg": "application/geopackage+sqlite3"}


@require_GET
@method_page(Action.EXPORT)
def export(request: HttpRequest, method: Method, ending: str) -> HttpResponseBase:
    """Return the answer to the question in the address as a file.

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
    done = analysis_run(method, question, user=request.user, through=Through.PAGE, every_time=False)
    place = question.region.prefix if question.region else "all"
    name = f"{method.key}-{place}{'-rows' if rows == 'only' else ''}-{localdate():%Y%m%d}.{ending}"
    answer_exported(method, question, done, user=request.user, through=Through.PAGE, name=name)
    # The open file outlives its folder, so nothing is left behind however the download ends
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"answer.{ending}"
        write(done.outcome, path, WriteOptions(rows=rows in {"yes", "only"}, only_rows=rows == "only"))
        file = path.open("rb")
    return FileResponse(
        file,
        as_attachment=True,
        filename=name,
        content_type=TYPES.get(ending) or mimetypes.guess_type(path.name)[0],
    )
