"""In which coordinate reference system a file is: what is named, what it says, what the numbers and the ground say.

`candidates_for` lists all that is possible with what speaks for each, for a person to choose on a map; `choose_crs`
takes one, or refuses with the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from geocore.arrays import FloatArray
from geocore.crs import CGCS2000, Crs, DatumRefusedError, UnknownCrsError, parse_crs
from geocore.crs_doctor import SAMPLE as FEW
from geocore.crs_doctor import decisive, in_china, plausible, reads_as_packed
from geocore.crs_words import crs_in_words
from geocore.datum_evidence import CrsEvidence, Suspicion, suspicion
from geocore.geometry import axes_look_swapped
from geocore.pipelines import PipelineError, pipeline_crs
from importers.crs_clues import Candidate, Clues, evidence_for, in_words, share_known
from importers.problems import ImportRefusedError, ProblemCode
from importers.report import CrsCandidate

AUTO = "auto"
"""Named instead of a CRS: take the one for which the evidence is decisive, even against what the file says."""

MOST_CANDIDATES = 8
"""Candidates in a report; a page has all."""

_HALF = 0.5


@dataclass(slots=True)
class Diagnosis:
    """What the clues say.

    Attributes
    ----------
    candidates
        All that is possible, the best supported first.
    said
        What the file itself, or a header, names; None: nothing.
    assumed
        What is taken where nothing speaks against it: what is said, or plain degrees; None: nothing.
    best
        The one for which the evidence is decisive; None: none, ask the user.
    doubt
        What speaks against what is assumed, as a refusal; None: nothing.
    """

    candidates: list[Candidate]
    said: Crs | None = None
    assumed: Crs | None = None
    best: Crs | None = None
    doubt: ImportRefusedError | None = None

    @property
    def keys(self) -> str:
        """Return the names of the first candidates for a sentence."""
        return ", ".join(one.crs.key for one in self.candidates[:MOST_CANDIDATES]) or "-"


@dataclass(slots=True)
class CrsChoice:
    """The CRS taken, what else was considered, and the figures behind it.

    `refusal` is to be raised where it is not None: nothing was taken.
    """

    crs: Crs
    candidates: Sequence[CrsCandidate] = ()
    evidence: Sequence[CrsEvidence] = ()
    warnings: list[str] = field(default_factory=list)
    refusal: ImportRefusedError | None = None


def candidates_for(clues: Clues) -> Diagnosis:
    """Return every CRS that a file may be in, best first, with its evidence and its positions for a map.

    For the page: `diagnosis.candidates` has for each `crs.key` (what `ImportOrder.crs` takes), `title`, `words` (the
    evidence as a sentence), `share_inside` and `on_map(500)` (CGCS2000 degrees); `diagnosis.best` is the one to mark,
    `diagnosis.doubt` says why none is taken without asking. `importers.assemble.clues_of` makes the clues of a file.

    Raises
    ------
    ImportRefusedError
        The file or a header names a CRS that is not accepted.
    """
    clues = clues.sampled()
    places = clues.positions
    said = said_by_file(clues, places)
    if not np.isfinite(places).all(axis=1).any():  # nothing to doubt by
        return Diagnosis([], said, assumed=said)
    possible = possible_crs(clues, said, places)
    evidence = compared(clues, possible)
    diagnosis = Diagnosis(ranked(clues, possible, evidence, places), said)
    if possible:
        judge(diagnosis, clues, possible, evidence)
    else:
        diagnosis.doubt = not_named(_("they are metres, not degrees"), diagnosis)
    return diagnosis


def choose_crs(clues: Clues, *, named: str | None = None, pipeline: str | None = None) -> CrsChoice:
    """Return the CRS of a file, or the refusal to raise.

    Parameters
    ----------
    named
        By the user: it is taken if it may be, with a warning where the evidence is against it. "auto": what the
        evidence decides, even against the file. None: what the file says, if nothing speaks against it; a table says
        nothing, and is degrees of CGCS2000 if it may be, or else what the evidence decides.
    pipeline
        Of the user: see `geocore.pipelines`. It is taken instead.

    Raises
    ------
    ImportRefusedError
        What was named is not accepted, not allowed, or puts the file outside China.
    """
    if pipeline:
        return along(pipeline, clues)
    if named and named != AUTO:
        return as_named(accepted(named), clues)
    diagnosis = candidates_for(clues)
    choice = CrsChoice(diagnosis.assumed or CGCS2000, *listed(diagnosis.candidates))
    if diagnosis.best is not None and (named == AUTO or diagnosis.doubt is None):
        if diagnosis.best != diagnosis.assumed:
            take(choice, diagnosis.best)
    elif diagnosis.doubt is not None:
        choice.refusal = diagnosis.doubt
    return choice


def listed(candidates: Sequence[Candidate]) -> tuple[list[CrsCandidate], list[CrsEvidence]]:
    """Return the entries of the report and the figures behind them."""
    return (
        [one.as_report() for one in candidates[:MOST_CANDIDATES]],
        [one.evidence for one in candidates if one.evidence is not None],
    )


def take(choice: CrsChoice, crs: Crs) -> None:
    """Take what the evidence decides, and say so."""
    if crs.shifted and not settings.ALLOW_GCJ02:
        choice.refusal = ImportRefusedError(ProblemCode.CRS_NOT_ALLOWED, crs.key)
        return
    choice.crs = crs
    because = next((one.evidence for one in choice.candidates if one.crs == crs.key), "-")
    choice.warnings.append(
        _("The coordinates were taken as %(crs)s by the evidence: %(because)s.") % {"crs": crs.key, "because": because}
    )


def as_named(crs: Crs, clues: Clues) -> CrsChoice:
    """Return what the user named; where the numbers speak against it, a warning says so."""
    if crs.shifted and not settings.ALLOW_GCJ02:
        raise ImportRefusedError(ProblemCode.CRS_NOT_ALLOWED, crs.key)
    clues = clues.sampled()
    places = clues.positions
    possible = plausible(places)
    if crs not in possible:
        possible.insert(len(possible) if crs.shifted else 0, crs)
    elif not crs.shifted:  # what others are compared with stands first
        possible = [crs, *(one for one in possible if one != crs)]
    candidates = ranked(clues, possible, compared(clues, possible), places)
    choice = CrsChoice(crs, *listed(candidates))
    own = next(one for one in candidates if one.crs == crs)
    rival = max(candidates, key=lambda one: one.share_inside or 0.0)
    if own.evidence and rival.evidence and (rival.share_inside or 0.0) - (own.share_inside or 0.0) >= _HALF:
        choice.warnings.append(
            _("The coordinates were taken as %(crs)s as named, but they fit %(rival)s better: %(because)s.")
            % {"crs": crs.key, "rival": rival.crs.key, "because": rival.words}
        )
    return choice


def along(pipeline: str, clues: Clues) -> CrsChoice:
    """Return the transformation of the user, if it leads to China."""
    try:
        crs = pipeline_crs(pipeline)
    except PipelineError as error:
        raise ImportRefusedError(
            ProblemCode.PIPELINE_REFUSED, str(error.params["given"]), allowed=error.params["allowed"]
        ) from error
    places = clues.sampled().positions
    reached = crs.to_cgcs2000(places)
    if len(places) and in_china(reached).mean() < _HALF:
        shown = ", ".join(f"{value:.6f}" for value in reached[0])
        raise ImportRefusedError(ProblemCode.PIPELINE_ELSEWHERE, shown)
    share = share_known(crs, places[:FEW], clues.using) if len(places) else None
    return CrsChoice(crs, [CrsCandidate(crs.key, _("transformation of the user"), share)])


def said_by_file(clues: Clues, places: FloatArray) -> Crs | None:
    """Return the CRS that the file states or a header names; None where nothing does.

    Words alone count only where the numbers can be in what they mean: a header "WGS84" over eastings says nothing.

    Raises
    ------
    ImportRefusedError
        What is stated is not accepted; what a header names is on a refused datum.
    """
    if clues.said:
        try:
            return parse_crs(clues.said)
        except (DatumRefusedError, UnknownCrsError) as error:
            meant = in_meant(clues.said, places)
            if meant is None:
                raise as_refusal(error) from error
            return meant
    return in_meant(" ".join(clues.words), places)


def in_meant(text: str, places: FloatArray) -> Crs | None:
    """Return the CRS that words mean and the numbers allow; None where there is none.

    Raises
    ------
    ImportRefusedError
        They name a refused datum.
    """
    try:
        meant = crs_in_words(text)
    except DatumRefusedError as error:
        raise as_refusal(error) from error
    for crs in meant:
        for one in (crs, crs.swapped()):
            if len(places) and in_china(one.to_cgcs2000(places)).mean() > _HALF:
                return one
    return None


def possible_crs(clues: Clues, said: Crs | None, places: FloatArray) -> list[Crs]:
    """Return what the numbers may be in, what the file says first."""
    possible = plausible(places)
    if clues.first_axis:
        wanted = "yx" if clues.first_axis < 0 else "xy"
        possible = [crs for crs in possible if crs.axis_order == wanted] or possible
    if said is not None:
        return [said, *(crs for crs in possible if crs != said and not same_numbers(crs, said, places))]
    if not possible:  # abroad, or a few wild numbers
        finite = places[np.isfinite(places).all(axis=1)]
        known = [crs for crs in (CGCS2000, CGCS2000.swapped()) if crs.fits(finite).mean() > _HALF]
        return known[1:] if clues.first_axis < 0 else known[:1]
    return possible


def same_numbers(one: Crs, other: Crs, places: FloatArray) -> bool:
    """Return whether two CRS put the rows to the same places."""
    apart = np.abs(one.to_cgcs2000(places[:FEW]) - other.to_cgcs2000(places[:FEW]))
    return bool(np.nanmax(apart, initial=0.0) < 1e-6 and np.isfinite(apart).any())


def ranked(
    clues: Clues, possible: Sequence[Crs], evidence: Sequence[CrsEvidence], places: FloatArray
) -> list[Candidate]:
    """Return candidates, the best supported first; those that nothing was compared in by how many lie in divisions."""
    figures = {one.crs: one for one in evidence}
    found = []
    for crs in possible:
        figure = figures.get(crs)
        if figure is None:
            share = share_known(crs, places[:FEW], clues.using)
            found.append(Candidate(crs, _("from the file, or from the size of its numbers"), share, places))
        else:
            share = None if np.isnan(figure.share_inside) else figure.share_inside
            found.append(Candidate(crs, in_words(figure), share, places, figure))
    return sorted(found, key=support, reverse=True)


def support(candidate: Candidate) -> float:
    """Return how much speaks for a candidate; what ties stays in the order of plainness."""
    figure = candidate.evidence
    if figure is not None and not np.isnan(figure.median_m):
        return -figure.median_m
    if figure is not None and not np.isnan(figure.median_iou):
        return figure.median_iou
    return round(candidate.share_inside or 0.0, 2)


def compared(clues: Clues, possible: Sequence[Crs]) -> list[CrsEvidence]:
    """Return the figures of the candidates; nothing where no row could be compared."""
    evidence = evidence_for(clues, possible) if possible else []
    return evidence if evidence and evidence[0].compared else []


def judge(diagnosis: Diagnosis, clues: Clues, possible: Sequence[Crs], evidence: Sequence[CrsEvidence]) -> None:
    """Fill in `assumed`, `best` and `doubt`."""
    first, said, places = possible[0], diagnosis.said, clues.positions
    diagnosis.assumed = said or (first if first.stored_as_given and first.axis_order == CGCS2000.axis_order else None)
    shift = suspicion([one for one in evidence if one.crs == first or one.crs.shifted]) if evidence else None
    if shift is not None and first.stored_as_given:
        diagnosis.best, diagnosis.doubt = shift.suspected.crs, suspected(shift)
        return
    shown, why = by_numbers(said, clues, possible)
    diagnosis.best = shown or best_by_rows(clues, possible, evidence)
    if said is not None:
        strange = said.fits(places).mean() < _HALF and len(possible) > 1
        if strange or diagnosis.best not in {None, said}:
            diagnosis.doubt = contradiction(diagnosis, evidence)
    elif why:
        diagnosis.doubt = not_named(why, diagnosis)
    elif diagnosis.best is None and diagnosis.assumed is None:
        diagnosis.doubt = not_named(_("they are metres, not degrees"), diagnosis)
    elif diagnosis.best is not None and diagnosis.best.packed:
        diagnosis.doubt = not_named(_("they may be degrees packed as DD.MMSSss"), diagnosis)


def by_numbers(said: Crs | None, clues: Clues, possible: Sequence[Crs]) -> tuple[Crs | None, str]:
    """Return the CRS that the numbers or their letters show by themselves, and what is strange about that."""
    first, places = possible[0], clues.positions
    if said is None and first.in_degrees and first.axis_order != CGCS2000.axis_order:
        return first, "" if clues.first_axis < 0 else _("latitude stands before longitude")
    if said is not None and said.stored_as_given and axes_look_swapped(places):
        return said.swapped(), ""
    if reads_as_packed(places):
        return next((crs for crs in possible if crs.packed), None), _("they may be degrees packed as DD.MMSSss")
    return None, ""


def best_by_rows(clues: Clues, possible: Sequence[Crs], evidence: Sequence[CrsEvidence]) -> Crs | None:
    """Return the CRS in which the rows lie where they say, if every other is beaten; shifted ones are no rivals."""
    figures = [one for one in evidence if not one.crs.shifted and not np.isnan(one.share_inside)]
    if not figures or not np.isnan(figures[0].median_iou):
        return None
    best = max(figures, key=lambda one: one.share_inside)
    order = [best.crs, *(crs for crs in possible if crs != best.crs and not crs.shifted)]
    again = evidence_for(clues, order)
    if not again or again[0].crs != best.crs:
        return None
    return best.crs if decisive(again[0], again[1:]) else None


def contradiction(diagnosis: Diagnosis, evidence: Sequence[CrsEvidence]) -> ImportRefusedError:
    """Return the refusal of a file that names a CRS which its own rows contradict."""
    figure = next((one for one in evidence if one.crs == diagnosis.best), None)
    detail = in_words(figure) if figure is not None else _("so the numbers themselves say")
    others = [one.crs.key for one in diagnosis.candidates if one.crs != diagnosis.said]
    better = diagnosis.best.key if diagnosis.best is not None else ", ".join(others[:MOST_CANDIDATES])
    return ImportRefusedError(ProblemCode.CRS_DOUBTED, str(diagnosis.said), crs=better, detail=detail)


def accepted(text: str) -> Crs:
    """Return the CRS that a text means.

    Raises
    ------
    ImportRefusedError
        It is not accepted.
    """
    try:
        return parse_crs(text)
    except (DatumRefusedError, UnknownCrsError) as error:
        raise as_refusal(error) from error


def as_refusal(error: DatumRefusedError | UnknownCrsError) -> ImportRefusedError:
    """Return the refusal of a CRS that is not accepted."""
    if isinstance(error, DatumRefusedError):
        return ImportRefusedError(ProblemCode.DATUM_REFUSED, **error.params)
    return ImportRefusedError(ProblemCode.CRS_UNKNOWN, error.params["given"])


def not_named(detail: str, diagnosis: Diagnosis) -> ImportRefusedError:
    """Return the refusal of a file that names no CRS."""
    return ImportRefusedError(ProblemCode.CRS_NOT_NAMED, detail=detail, candidates=diagnosis.keys)


def suspected(doubt: Suspicion) -> ImportRefusedError:
    """Return the refusal of a file that is in the shifted coordinates of a web map and does not say so."""
    details = {
        "points_come_nearer": _(
            "their median distance from known features is %(before)s as given and %(after)s with the shift undone"
        ),
        "outlines_fit_better": _(
            "their median overlap with known outlines is %(before)s as given and %(after)s with the shift undone"
        ),
        "points_fit_better": _(
            "the share in the division that the row names is %(before)s as given and %(after)s with the shift undone"
        ),
    }
    params = doubt.params
    return ImportRefusedError(
        ProblemCode.CRS_SUSPECTED, params["crs"], **{**params, "detail": details[doubt.code] % params}
    )
