"""Parameters of a surveying office are taken as a PROJ pipeline, and nothing else comes in with it."""

import numpy as np
import pytest

from geocore.geodesy import distance_m
from geocore.pipelines import PipelineError, parse_pipeline, pipeline_crs

PIPELINE = """+proj=pipeline
  +step +inv +proj=tmerc +lat_0=0 +lon_0=108 +k=1 +x_0=500000 +y_0=0 +ellps=krass
  +step +proj=cart +ellps=krass
  +step +proj=helmert +x=15.8 +y=-154.4 +z=-82.3 +rx=0 +ry=0 +rz=0 +s=0 +convention=position_vector
  +step +inv +proj=cart +ellps=CGCS2000
  +step +proj=unitconvert +xy_in=rad +xy_out=deg"""


def test_a_pipeline_is_a_crs_there_and_back() -> None:
    crs = pipeline_crs(PIPELINE)
    given = np.array([(424160.64, 2738423.5), (np.nan, 1.0)])
    there = crs.to_cgcs2000(given)
    assert there[0] == pytest.approx((107.2506, 24.7483), abs=5e-4)
    assert np.isnan(there[1]).all()
    assert crs.from_cgcs2000(there[:1])[0] == pytest.approx(given[0], abs=1e-3)
    assert (crs.key, crs.stored_as_given, crs.fits(given).tolist()) == ("pipeline", False, [True, False])


def test_three_translations_move_a_place_by_their_length() -> None:
    moved = PIPELINE.replace("krass", "GRS80").replace("x=15.8 +y=-154.4 +z=-82.3", "x=0 +y=0 +z=100")
    still = moved.replace("+z=100", "+z=0")
    places = [pipeline_crs(text).to_cgcs2000([(500000.0, 2738423.5)]) for text in (moved, still)]
    # 100 m along the axis of the earth are 100 m times the cosine of the latitude along the meridian
    assert distance_m(*places)[0] == pytest.approx(100 * np.cos(np.radians(24.75)), abs=0.2)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("+proj=pipeline +step +proj=hgridshift +grids=a.gsb", "hgridshift"),
        ("+proj=pipeline +step +proj=tmerc +nadgrids=@null", "nadgrids"),
        ("+proj=pipeline +step +init=epsg:4326", "proj="),
        ("+proj=pipeline +step +proj=cart +ellps=/etc/passwd", "/etc/passwd"),
        ("+proj=pipeline +step +proj=helmert +x=1e999", "x=1e999"),
        ("+proj=pipeline +step +proj=helmert +x=1 +x=2", "x=2"),
        ("+proj=pipeline +step +proj=helmert +x=1 +rx=2", "pipeline"),
        ("+proj=pipeline +ellps=GRS80 +step +proj=noop", "ellps"),
        ("+proj=pipeline", "pipeline"),
        ("+proj=longlat", "longlat"),
        ("https://example.org/x.json", "example.org"),
        ('{"type": "Transformation"}', "Transformation"),
        ("urn:ogc:def:coordinateOperation:EPSG::1", "urn"),
        ("", ""),
        ("+proj=pipeline " + "+step +proj=noop " * 21, "noop"),
        ("+proj=pipeline " + " " * 3000, "pipeline"),
    ],
)
def test_what_could_name_a_file_or_means_nothing_is_refused(text: str, told: str) -> None:
    with pytest.raises(PipelineError) as refused:
        parse_pipeline(text)
    assert told in refused.value.message
    assert len(refused.value.message) < 120
