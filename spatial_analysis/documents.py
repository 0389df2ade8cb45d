"""A stored run as the JSON that interface and files give out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spatial_analysis.methods import Method
    from spatial_analysis.models import AnalysisRun


def run_document(run: AnalysisRun) -> dict[str, Any]:
    """Return a run with its question, the state of the data and the answer."""
    return {**run_entry(run), "answer": run.answer}


def run_entry(run: AnalysisRun) -> dict[str, Any]:
    """Return a run without its answer: an entry of a list."""
    return {
        "id": str(run.pk),
        "method": run.method,
        "state": run.state,
        "region": run.region_id,
        "parameters": run.parameters,
        "through": run.through,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat(),
        "data": {
            "rows": run.rows,
            "missing": run.missing,
            "changed_at": run.data_changed_at.isoformat() if run.data_changed_at else None,
            "version": run.data_version,
        },
    }


def parameters_as_text(method: Method, parameters: dict[str, Any]) -> dict[str, str]:
    """Return parsed parameters as a person would write them."""
    return {one.key: as_text(parameters.get(one.key, one.default)) for one in method.parameters}


def as_text(value: Any) -> str:
    """Return a value of a parameter as a person would write it: a list with commas."""
    if isinstance(value, list):
        return ",".join(as_text(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
