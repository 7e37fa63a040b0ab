"""Network of municipalities: an edge is the number of shared running services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.figures import maps, style
from analysis.figures.service_marks import MOST_DRAWN, NAME, SOURCES, rows_of, word
from analysis.metrics import services as metrics
from analysis.regions import municipalities
from analysis.tables import Format, Table
from analysis.text import services as text
from analysis.text import swedish
from analysis.text.services import Sharing

_NUMBERED = 8  # most municipalities whose lines carry their figure; the table has them all


def networks_of(view: Sharing, *, boundaries: gpd.GeoDataFrame) -> list[Axes]:
    """The network of the members; none unless two of them share a running service."""
    shared = metrics.group_services(view.state, view.region.members)
    return [] if shared.empty else [plot_network(view, boundaries=boundaries)]


def plot_network(view: Sharing, *, boundaries: gpd.GeoDataFrame) -> Axes:
    """Network of the members: a line's width and figure are the shared running services.

    Members stand on a circle in the order of their direction from the region's middle. Dashed:
    all evidence is older than three years.

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.text.services import sharing
    >>> view = sharing(regions.get("bergslagen"), load_inventory(), "2026-06-30")
    >>> axes = plot_network(view, boundaries=load_boundaries())
    >>> style.description_of(axes.figure).title
    'Antal gemensamma tjänster mellan kommunerna 30 juni 2026'
    """
    pairs = metrics.pair_services(view.state)
    members = set(view.region.members)
    pairs = pairs[pairs["code_a"].isin(members) & pairs["code_b"].isin(members)]
    codes = _network_codes(view, pairs)
    places = _on_circle(codes, boundaries)
    few = len(codes) <= maps.MANY
    axes = style.canvas(3.9 if few else 5.6)
    with style.look():
        axes.set_axis_off()
        axes.set_aspect("equal")
        axes.set_xlim(-1.75, 1.75)
        axes.set_ylim(-1.25, 1.25)
        drawn = pairs[pairs["code_a"].isin(codes) & pairs["code_b"].isin(codes)]
        top = max(int(drawn["services"].max()), 1) if len(drawn) else 1
        for row in rows_of(drawn):
            _draw_edge(axes, places, row, top, len(codes) <= _NUMBERED)
        for code in codes:
            _draw_node(axes, view, places, code, few)
        axes.legend(handles=[
            Line2D([], [], color=style.ACCENT, linewidth=2.5, label="delar tjänster i drift"),
            Line2D([], [], color=style.ACCENT, linewidth=2.5, linestyle=(0, (2, 1.2)),
                   label="alla belägg äldre än tre år"),
        ], loc="lower left", fontsize=7.5, borderaxespad=0)
    return style.describe(axes, _network_description(view, pairs, codes))


def _network_codes(view: Sharing, pairs: pd.DataFrame) -> list[str]:
    members = list(view.region.members)
    if len(members) <= MOST_DRAWN:
        return members
    sums = pd.concat([pairs.set_index("code_a")["services"], pairs.set_index("code_b")["services"]])
    order = sums.groupby(level=0).sum().sort_values(ascending=False, kind="stable")
    return [str(code) for code in order.index[:MOST_DRAWN]]


def _on_circle(codes: Sequence[str], boundaries: gpd.GeoDataFrame,
               ) -> dict[str, tuple[float, float]]:
    """Points on the unit circle, evenly spaced, in the order of the directions on the map."""
    points = boundaries.loc[list(codes)].representative_point()
    angles = np.arctan2(points.y - points.y.mean(), points.x - points.x.mean())
    order = [codes[place] for place in np.argsort(angles.to_numpy(), kind="stable")]
    turns = np.linspace(0, 2 * np.pi, len(order), endpoint=False)
    start = float(angles.min()) if len(order) else 0.0
    return {code: (1.2 * float(np.cos(start + turn)), float(np.sin(start + turn)))
            for code, turn in zip(order, turns, strict=True)}


def _draw_edge(axes: Axes, places: dict[str, tuple[float, float]], row: Any, top: int,
               numbered: bool) -> None:
    (ax, ay), (bx, by) = places[row.code_a], places[row.code_b]
    width = (0.8 + 5.2 * row.services / top) * (1 if numbered else 0.4)
    old = row.stale == row.services
    axes.plot([ax, bx], [ay, by], color=style.ACCENT, linewidth=width, zorder=1,
              linestyle=(0, (2, 1.2)) if old else "-", alpha=0.75)
    if numbered:
        through = np.hypot(ax + bx, ay + by) < 0.05
        share = 0.36 if through else 0.5  # lines through the middle meet there: stand aside
        axes.text(ax + share * (bx - ax), ay + share * (by - ay), swedish.number(row.services),
                  fontsize=8, fontweight="bold", ha="center", va="center", zorder=3,
                  bbox={"boxstyle": "round,pad=0.18", "facecolor": "white", "linewidth": 0})


def _draw_node(axes: Axes, view: Sharing, places: dict[str, tuple[float, float]], code: str,
               few: bool) -> None:
    x, y = places[code]
    axes.plot([x], [y], marker="o", markersize=9 if few else 4, color=style.INK, zorder=4)
    name = municipalities()[code].name
    if few:
        side = "left" if x > 0.25 else "right" if x < -0.25 else "center"
        axes.text(x + 0.09 * np.sign(x) * (side != "center"), y + (0.12 if y >= 0 else -0.12)
                  * (side == "center"), name, fontsize=8.5, fontweight="bold", ha=side,
                  va="center" if side != "center" else "bottom" if y >= 0 else "top", zorder=5)
        return
    turn = float(np.degrees(np.arctan2(y, x / 1.2)))
    flip = abs(turn) > 90
    axes.text(1.04 * x, 1.04 * y, name, fontsize=6.5, rotation=turn + 180 if flip else turn,
              rotation_mode="anchor", ha="right" if flip else "left", va="center")


def _network_description(view: Sharing, pairs: pd.DataFrame, codes: Sequence[str],
                         ) -> style.Description:
    known = municipalities()
    table_frame = pd.DataFrame({
        "a": [known[code].name for code in pairs["code_a"]],
        "b": [known[code].name for code in pairs["code_b"]],
        "services": pairs["services"].astype("int64").to_numpy(),
        "stale": pairs["stale"].astype("int64").to_numpy(),
        "areas": [text.areas_listed(view, keys.split("; ")) for keys in pairs["areas"]],
    }).sort_values("services", ascending=False, kind="stable")
    table = Table("tjanst-natverk", f"Gemensamma tjänster par för par {swedish.day(view.day)}",
                  table_frame, {"a": NAME, "b": word("delar med"), "services": Format("Tjänster"),
                                "stale": Format("därav belägg äldre än tre år"),
                                "areas": word("Vilka")}, SOURCES)
    said = [f"{row.a} och {row.b} {row.services}" for row in rows_of(table_frame.head(12))]
    lonely = [code for code in codes if code not in set(pairs["code_a"]) | set(pairs["code_b"])]
    rest = (f" Ingen uppgift om gemensamma tjänster i drift inom regionen finns för "
            f"{swedish.listed(text.names_of(lonely)[:12])}." if lonely else "")
    return style.Description(
        id="tjanst-natverk", title=f"Antal gemensamma tjänster mellan kommunerna "
        f"{swedish.day(view.day)}", alt="Nätverk där linjens bredd är antalet gemensamma tjänster "
        f"i drift. {swedish.listed(said) or 'Inga par'}.{rest}", sources=SOURCES, table=table,
        note="Kommunerna står i ordning efter väderstreck, inte på sina platser. Par utan linje: "
        "ingen uppgift om gemensam tjänst i drift.")
