"""The figures and tables of the chapter on shared services, from the modules that draw them.

Terms
-----
an `..._of` function gives the pictures or tables that a region has: none where nothing is known.
"""

from __future__ import annotations

from analysis.figures.service_maps import maps_of, plot_bodies
from analysis.figures.service_marks import MAIN, REST
from analysis.figures.service_matrix import (
    compact_of,
    compact_table,
    matrices_of,
    matrix_pages,
    matrix_table,
    plot_compact,
    plot_matrix,
)
from analysis.figures.service_tables import (
    NEAREST,
    arrangements_table,
    body_tables_of,
    circles_tables_of,
    counts_table,
    distance_tables_of,
    facts_table,
    gap_tables_of,
    pair_tables_of,
    tables_of,
)
from analysis.figures.service_timeline import plot_timeline, timeline_pages, timelines_of

__all__ = [
    "MAIN",
    "NEAREST",
    "REST",
    "arrangements_table",
    "body_tables_of",
    "circles_tables_of",
    "compact_of",
    "compact_table",
    "counts_table",
    "distance_tables_of",
    "facts_table",
    "gap_tables_of",
    "maps_of",
    "matrices_of",
    "matrix_pages",
    "matrix_table",
    "pair_tables_of",
    "plot_bodies",
    "plot_compact",
    "plot_matrix",
    "plot_timeline",
    "tables_of",
    "timeline_pages",
    "timelines_of",
]
