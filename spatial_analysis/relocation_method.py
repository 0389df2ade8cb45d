"""The declaration of relocation-distance."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from spatial_analysis.effort import Effort
from spatial_analysis.methods import Method, Parameter, declare, parse_edges
from spatial_analysis.relocation_answer import answer_relocation_distance, households_asked, page_parts
from spatial_analysis.relocation_distance import DEFAULT_BANDS_KM
from spatial_analysis.relocation_files import csv_file, gpkg_file, html_file, json_file, xlsx_file

METHOD = declare(
    Method(
        key="relocation-distance",
        title=_("Relocation distance"),
        summary=_("How far each household moved from its old to its new home, and how that differs by division."),
        source="Karney (2013), Algorithms for geodesics, J. Geodesy 87:43-55",
        layer="households",
        parameters=(
            Parameter(
                key="bands",
                title=_("Distance bands (km)"),
                help=_("Edges with commas; an edge belongs to the band above it."),
                default=",".join(f"{edge:g}" for edge in DEFAULT_BANDS_KM),
                parse=parse_edges,
            ),
        ),
        run=answer_relocation_distance,
        # 163,852 households: answer 0.3 to 1.0 s, .json 2.1 to 3.3 s, .csv 1.6 s, .xlsx 15 to 18 s, .gpkg 3.6 to 5.3 s
        effort=Effort(
            rows=households_asked,
            answer_us=6,
            file_us={"json": 20, "csv": 10, "xlsx": 110, "gpkg": 32},
            always=frozenset({"gpkg"}),
        ),
        writers={"json": json_file, "csv": csv_file, "xlsx": xlsx_file, "gpkg": gpkg_file, "html": html_file},
        template="spatial_analysis/relocation_distance.html",
        panel="spatial_analysis/relocation_distance_panel.html",
        shown=page_parts,
    )
)
