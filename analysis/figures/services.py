"""The figures and tables of the chapter on shared services, from the modules that draw them.

Terms
-----
an `..._of` function gives the pictures or tables that a region has: none where nothing is known.
"""

from __future__ import annotations

from analysis.figures.service_maps import maps_of, plot_bodies
from analysis.figures.service_matrix import (
    Line,
    matrices_of,
    matrix_columns,
    matrix_pages,
    matrix_table,
    plot_matrix,
)
from analysis.figures.service_tables import (
    arrangements_table,
    bodies_table,
    circles_tables_of,
    counts_table,
    distance_tables_of,
    gap_tables_of,
    pair_tables_of,
    tables_of,
)
from analysis.figures.service_timeline import plot_timeline, timeline_pages, timelines_of

__all__ = [
    "Line",
    "arrangements_table",
    "bodies_table",
    "circles_tables_of",
    "counts_table",
    "distance_tables_of",
    "gap_tables_of",
    "maps_of",
    "matrices_of",
    "matrix_columns",
    "matrix_pages",
    "matrix_table",
    "pair_tables_of",
    "plot_bodies",
    "plot_matrix",
    "plot_timeline",
    "tables_of",
    "timeline_pages",
    "timelines_of",
]
