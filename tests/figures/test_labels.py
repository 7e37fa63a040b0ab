"""Names on maps: on their own land, clear of each other, of circles and of the scale bar.

Measured on the three regions, KAK, all counties and ten sets at random, wide and narrow.
"""

import io
import random
from contextlib import nullcontext
from itertools import combinations

import pytest
import shapely
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.legend import Legend
from matplotlib.text import Annotation

from analysis import regions
from analysis.exhibits import figure_exhibit
from analysis.figures import labels, maps, nation, overview, style
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.national import load_national
from analysis.loaders.population import load_localities, load_population
from analysis.regions import municipalities

REGIONS = [regions.get(key) for key in ("karlstad", "malardalen", "bergslagen", "kak")]
COUNTIES = [
    regions.from_members([code for code in municipalities() if code[:2] == county], name=name)
    for county, name in regions.counties().items()
]
_DICE = random.Random(18)
RANDOM = [
    regions.from_members(
        sorted(_DICE.sample(sorted(municipalities()), _DICE.randint(2, 9))), name=f"Slump {number}"
    )
    for number in range(5)
]


WIDE = ("wide", "narrow")
WIDTHS = pytest.mark.parametrize("narrow", [False, True], ids=WIDE)


def maps_of(*others):
    """The regions of the product, the counties and others, in both widths.

    `make quick` leaves all but the regions out.
    """
    found = [(region, ()) for region in REGIONS]
    found += [(region, pytest.mark.slow) for region in (*COUNTIES, *others)]
    cases = [(region, narrow, marks) for region, marks in found for narrow in (False, True)]
    return pytest.mark.parametrize(
        ("region", "narrow"),
        [
            pytest.param(region, narrow, marks=marks, id=f"{region.name}-{WIDE[narrow]}")
            for region, narrow, marks in cases
        ],
    )


@pytest.fixture(scope="module")
def tables():
    return load_population(), load_localities(), load_boundaries()


def names(axes):
    """The names on a map with their boxes in pixels; none is too small to be read."""
    found = [
        text
        for text in axes.texts
        if isinstance(text, Annotation)
        and text.get_text()
        and not str(text.get_gid()).startswith("halo")
    ]
    assert all(text.get_fontsize() >= labels.LEAST for text in found)
    with style.look():
        return [
            (text.get_text().split("\n")[0], shapely.box(*text.get_window_extent().extents))
            for text in found
        ]


def overlaps(boxes):
    """Pairs of names that cover more than a fiftieth of each other."""
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if a.intersection(b).area > 0.02 * min(a.area, b.area)
    ]


@maps_of(*RANDOM)
def test_names_beside_circles(region, narrow, tables):
    people, localities, boundaries = tables
    with style.narrow() if narrow else nullcontext():
        axes = overview.plot_first(region, people, localities, boundaries=boundaries)
    boxes = names(axes)
    few = len(region.members) <= maps.MANY
    members = set(region.member_names)
    lost = members - {name for name, _ in boxes}
    if few:  # of members at both ends of the country some lie too near: the table names them
        assert len(lost) <= (len(members) // 2 if region in RANDOM else 0), lost
    assert overlaps(boxes) == []
    frame = shapely.box(*axes.get_window_extent().extents)
    assert all(frame.intersection(box).area > 0.97 * box.area for _, box in boxes)
    points = maps.centres(boundaries, localities)
    counts = people[people["year"] == people["year"].max()].set_index("code")["population"]
    with style.narrow() if narrow else nullcontext():
        areas = maps.circle_sizes(counts.reindex(list(region.members)).astype("float64"))
    discs = maps.symbol_discs(axes, points, areas)
    for disc in discs:
        covered = [
            (name, box) for name, box in boxes if box.intersection(disc).area > 0.12 * box.area
        ]
        assert len(covered) <= (0 if region in REGIONS else 1), covered
    for bar in maps.bar_box(axes):
        assert all(box.intersection(bar).area < 0.02 * box.area for _, box in boxes)
    with style.look():
        north, length = (
            next(text.get_window_extent() for text in axes.texts if text.get_text().endswith(end))
            for end in ("N", "\u202fkm")
        )
    assert not north.overlaps(length), "north arrow and scale bar"


@maps_of()
def test_names_stand_on_their_own_land(region, narrow, tables):
    boundaries = tables[2]
    with style.narrow() if narrow else nullcontext():
        axes = overview.plot_region(region, boundaries)
    boxes = names(axes)
    assert overlaps(boxes) == []
    codes = {entry.name: code for code, entry in municipalities().items()}
    land = axes._samverkan_sheet.land
    inside = []
    for name, box in boxes:
        if codes.get(name) in region.members:
            own = shapely.transform(land[codes[name]], axes.transData.transform)
            inside.append(own.intersection(box).area / box.area)
    assert sum(share > 0.5 for share in inside) >= 0.8 * len(inside)
    if region in REGIONS and not narrow:
        assert min(inside) > 0.9 or region.name == "Karlstadsregionen", "Hammarö is small"


def test_neighbouring_bodies_of_the_nation_differ(tables):
    boundaries = tables[2]
    rows = load_national("raddningstjanst")
    axes = nation.plot_nation(
        rows,
        style.Description("riket", "Räddningstjänst i hela landet", "", ("national_bodies",)),
        boundaries=boundaries,
        region=REGIONS[0],
    )
    about = style.description_of(axes.figure)
    counts = rows["standing"].value_counts()
    assert f"om {counts['unknown']} finns ingen uppgift" in about.alt
    assert about.table.frame["count"].sum() == counts["shared"]
    frame = maps.frame_of(
        regions.from_members(list(municipalities()), name="Riket"), boundaries, aspect=0.5
    )
    sheet = maps.ground.sheet(boundaries, frame, millimetres=80)
    colours = nation._colours(rows.set_index("code"), sheet)
    body = rows.set_index("code")["body"]
    shared = rows.set_index("code")["standing"] == "shared"
    checked = 0
    for one, other in zip(sheet.borders["one"], sheet.borders["other"], strict=True):
        if shared[one] and shared[other]:
            assert (colours[one] == colours[other]) == (body[one] == body[other])
            checked += 1
    assert checked > 100


@pytest.mark.parametrize(
    "region", [*REGIONS, COUNTIES[0], regions.resolve("riket")], ids=lambda region: region.name
)
def test_files_are_small(region, tables):
    people, localities, boundaries = tables
    axes = overview.plot_first(region, people, localities, boundaries=boundaries)
    found = figure_exhibit(axes.figure)
    assert len(found.wide.svg) < 150_000
    assert len(found.narrow.svg) < 150_000
    inside = localities["code"].isin(region.members).sum()
    assert ("de 100 största tätorterna" in found.subtitle) == (inside > 100)


@WIDTHS
@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.name)
def test_the_legend_of_page_one_is_whole(region, narrow, tables):
    people, localities, boundaries = tables
    with style.narrow() if narrow else nullcontext():
        chart = overview.plot_first(region, people, localities, boundaries=boundaries)
    with style.look():
        chart.figure.draw_without_rendering()  # a legend finds its places when it is drawn
    side = next(axes for axes in chart.figure.axes if axes is not chart)
    legends = [side.get_legend(), *(one for one in side.artists if isinstance(one, Legend))]
    foot = style.margins(chart.figure)[1] * chart.figure.dpi  # a report cuts the picture there
    for mark in (mark for legend in legends for mark in legend.legend_handles):
        assert mark.get_window_extent().y0 >= foot, "the lower edge of a circle is cut"


def test_a_halo_is_an_outline_of_images_alone():
    axes = style.plain_axes(2, 1)
    under = labels.halo(axes.text(0.5, 0.5, "Arboga"))
    plain = io.StringIO()
    axes.figure.savefig(plain, format="svg")
    assert 'id="halo-' in plain.getvalue()
    assert 'id="halo-' not in style.svg_of(axes)
    assert under.get_visible()


def test_a_text_is_measured_as_matplotlib_does():
    axes = style.plain_axes(2, 1)
    words = axes.text(0.5, 0.5, "98 084 inv", fontsize=8.5)
    sizes = []
    for renderer in (axes.figure.canvas.get_renderer(), RendererAgg(200, 100, axes.figure.dpi)):
        sizes += [words.get_window_extent(renderer).size.tolist() for _ in range(2)]
    assert sizes[0] == sizes[1] == sizes[2] == sizes[3]
