"""The explorer: widgets around the calls of `analysis.explore`, and the code of each call.

Terms
-----
selection: the municipalities that are ticked; a named region when it has the same members.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Sequence
from functools import wraps
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from IPython.display import FileLink, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import regions
from analysis.errors import InputError, SamverkanError, in_words
from analysis.explore import build_report, downloads, themes
from analysis.explore.leaflet import RegionMap
from analysis.figures import style
from analysis.regions import Region
from analysis.report.plan import CHAPTERS, FORMATS, reference
from analysis.text import swedish
from analysis.text.citation import source_line
from analysis.views.national import NAMES

OWN = ""  # the entry of the list of regions that stands for a selection without a name
_STEPS = len(CHAPTERS) + len(FORMATS) + 2  # what a build tells of: chapters, compose, exports, end
_DPI = 96
_LABEL = {"description_width": "62px"}
_SIDE = "270px"  # beside a map of 440, on a page of 1,200 pixels with the list of files open
COMPARED = (
    ("inget", ""),
    ("liknande kommuner", "peers"),
    ("länet", "county"),
    ("arbetsmarknaden", "labour market"),
    ("riket", "nation"),
)
NATIONAL = (("inget", ""), *((swedish.capitalised(name), area) for area, name in NAMES.items()))


def _told(act: Callable[..., None]) -> Callable[..., None]:
    """Show the faults of a wrong choice beside the widgets instead of in the browser's log."""

    @wraps(act)
    def wrapped(self: Explorer, *arguments: Any) -> None:
        try:
            act(self, *arguments)
        except SamverkanError as error:
            self.tell("<br>".join(escape(fault) for fault in error.faults), wrong=True)
        except OSError as error:  # a full disk, a folder that cannot be written to
            self.tell(escape(in_words(error)), wrong=True)

    return wrapped


class Explorer(widgets.VBox):
    """Choose municipalities, theme and year; see map, table and series; save and build.

    `region` is a key, or codes with commas; `out` the folder for reports. `selection` is the
    Region that is shown and `code` the calls that make the same in an own notebook.

    >>> page = Explorer("kak")
    >>> page.toggle("1961")  # what a click on the map, or a tick, does
    >>> page.selection.member_names
    ('Kungsör', 'Arboga', 'Köping', 'Hallstahammar')
    """

    def __init__(self, region: str = "karlstad", *, out: Path | str = "reports") -> None:
        self.out = Path(out)
        self.selection = regions.resolve(region)
        self._busy = False
        self._make_choices()
        self._make_views()
        self._make_acts()
        super().__init__(self._laid_out())
        self._take(self.selection)

    # --- what is on the page -------------------------------------------------------------------

    def _make_choices(self) -> None:
        wide = widgets.Layout(width=_SIDE)
        self.region = widgets.Dropdown(description="Region", style=_LABEL, layout=wide)
        self.county = widgets.Dropdown(
            description="Län",
            style=_LABEL,
            layout=wide,
            options=sorted(
                ((name, code) for code, name in regions.counties().items()),
                key=lambda entry: swedish.sort_key(entry[0]),
            ),
        )
        self.boxes = widgets.VBox(
            layout=widgets.Layout(width=_SIDE, height="150px", overflow="auto", display="block")
        )
        self.places = {entry.name: code for code, entry in regions.current().items()}
        self.search = widgets.Combobox(
            description="Sök",
            placeholder="en kommun att lägga till",
            options=sorted(self.places, key=swedish.sort_key),
            style=_LABEL,
            layout=wide,
        )
        self.compare = widgets.Dropdown(
            description="Jämför", options=COMPARED, value="", style=_LABEL, layout=wide
        )
        self.nation = widgets.Dropdown(
            description="I riket", options=NATIONAL, value="", style=_LABEL, layout=wide
        )
        self.nation.observe(self._on_nation, "value")
        self.theme = widgets.Dropdown(
            description="Tema",
            style=_LABEL,
            layout=wide,
            options=[(theme.measure.label, key) for key, theme in themes.THEMES.items()],
        )
        self.year = widgets.SelectionSlider(
            description="År", style=_LABEL, layout=wide, options=[0], continuous_update=False
        )
        self.search.observe(self._on_search, "value")
        self.compare.observe(self._on_theme, "value")
        self.region.observe(self._on_region, "value")
        self.county.observe(self._on_county, "value")
        self.theme.observe(self._on_theme, "value")
        self.year.observe(self._on_year, "value")

    def _make_views(self) -> None:
        self.chosen = widgets.HTML(layout=widgets.Layout(width=_SIDE))
        self.about = widgets.HTML(layout=widgets.Layout(width=_SIDE))
        self.map = RegionMap(self.toggle, legend=False)
        self.series, self.table, self.shown = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.sweden = widgets.HTML(layout=widgets.Layout(max_width="620px"))
        self.table.layout = widgets.Layout(max_height="320px", max_width="440px", overflow="auto")
        self.series.layout = widgets.Layout(flex="1 1 420px", max_width="620px")
        self.code = ""

    def _make_acts(self) -> None:
        self.name = widgets.Text(
            description="Namn", style=_LABEL, placeholder="till exempel Norra Värmland"
        )
        self.save = widgets.Button(
            description="Spara som region", icon="save", layout=widgets.Layout(width="170px")
        )
        self.build = widgets.Button(
            description="Bygg rapporten", icon="file-text-o", button_style="primary"
        )
        self.progress = widgets.IntProgress(
            max=_STEPS, layout=widgets.Layout(width="300px", visibility="hidden")
        )
        self.files = widgets.Button(description="Ladda ner", icon="download")
        self.files.on_click(self._on_files)
        self.message = widgets.HTML()
        self.message.add_class("samverkan-message")
        self.link = widgets.Output()
        self.save.on_click(self._on_save)
        self.build.on_click(self._on_build)

    def _laid_out(self) -> list[widgets.Widget]:
        choices = widgets.VBox(
            [
                self.region,
                self.theme,
                self.about,
                self.year,
                self.compare,
                self.nation,
                self.search,
                self.county,
                self.boxes,
                self.chosen,
            ],
            layout=widgets.Layout(flex="0 0 auto"),
        )
        wrap = widgets.Layout(flex_flow="row wrap")  # what has no room beside stands below
        acts = widgets.HBox(
            [self.name, self.save, self.build, self.files, self.progress], layout=wrap
        )
        seen = widgets.VBox(
            [self.map, self.map.key, self.table],
            layout=widgets.Layout(margin="0 0 0 12px", flex="0 0 auto"),
        )
        return [
            widgets.HBox([choices, seen, self.series], layout=wrap),
            acts,
            self.message,
            self.link,
            self.sweden,
            self.shown,
        ]

    # --- what a choice does --------------------------------------------------------------------

    @_told
    def _on_region(self, change: dict[str, Any]) -> None:
        if not self._busy and change["new"] != OWN:
            self._take(regions.get(change["new"]))

    @_told
    def _on_county(self, change: dict[str, Any]) -> None:
        if not self._busy:
            self._list_county()

    @_told
    def _on_theme(self, change: dict[str, Any]) -> None:
        if not self._busy:
            self._draw()

    @_told
    def _on_year(self, change: dict[str, Any]) -> None:
        if not self._busy:
            self._draw(year=change["new"])

    @_told
    def _on_nation(self, change: dict[str, Any]) -> None:
        self._draw_nation()

    @_told
    def _on_search(self, change: dict[str, Any]) -> None:
        """Add the municipality that was found; what is half written waits."""
        code = self.places.get(change["new"])
        if code is None:
            return
        self.search.value = ""
        if code not in self.selection.members:
            self.toggle(code)
        self.county.value = code[:2]

    @_told
    def toggle(self, code: str) -> None:
        """Add a municipality to the selection, or take it out; the last one stays."""
        members = self.selection.members
        changed = tuple(each for each in members if each != code)
        if changed == members:
            changed = (*members, code)
        if not changed:
            self._list_county()
            raise InputError("en region behöver minst en kommun; kryssa i en annan först")
        self._take(regions.from_members(changed), follow=False)

    def _take(self, region: Region, *, follow: bool = True) -> None:
        """Make `region` the selection and show it; with `follow` the list turns to its county."""
        named = {frozenset(each.members): each for each in regions.registry().values()}
        self.selection = named.get(frozenset(region.members), region)
        self._busy = True
        try:
            known = regions.registry()
            self.region.options = [
                *((each.name, key) for key, each in known.items()),
                ("eget urval", OWN),
            ]
            self.region.value = self.selection.key if self.selection.key in known else OWN
            if follow:
                self.county.value = self.selection.members[0][:2]
        finally:
            self._busy = False
        self._draw()
        self._draw_nation()
        self._list_county()
        self.tell("")

    def _list_county(self) -> None:
        """A box to tick for each municipality of the chosen county."""
        inside = [
            entry
            for entry in regions.municipalities().values()
            if entry.county_code == self.county.value
        ]
        ticked = set(self.selection.members)
        codes = [entry.code for entry in inside]
        if [box.code for box in self.boxes.children] != codes:
            self.boxes.children = [self._box(entry.code, entry.name) for entry in inside]
        self._busy = True
        try:
            for box in self.boxes.children:
                box.value = box.code in ticked
        finally:
            self._busy = False

    def _box(self, code: str, name: str) -> widgets.Checkbox:
        box = widgets.Checkbox(description=name, indent=False)
        box.code = code
        box.observe(lambda change: None if self._busy else self.toggle(code), "value")
        return box

    # --- what is shown -------------------------------------------------------------------------

    def _draw(self, *, year: int | None = None) -> None:
        """Map, table and series of the selection; keeps the year where the theme has it.

        With `year`, the selection and the theme are those that are shown.
        """
        area, theme = self.selection, self.theme.value
        known = themes.years(area, theme)
        if not known:
            raise InputError(f"{self.theme.label}: uppgift saknas för {area.name}")
        wanted = year if year is not None else self.year.value
        chosen = wanted if wanted in known else known[-1]
        self._busy = True
        try:
            if list(self.year.options) != known:
                self.year.options = known
            self.year.value = chosen
        finally:
            self._busy = False
        self.map.show(area, theme, year=chosen)
        against = self._against()
        self.table.value = themes.table(area, theme, year=chosen, compare=against).to_html()
        self.about.value = described(themes.theme_of(theme), known)
        count = swedish.counted(len(area.members), "kommun", "kommuner")
        self.chosen.value = (
            f"<b>{escape(area.name)}</b>, {count}: {escape(swedish.listed(area.member_names))}"
        )
        self._show_code(theme, chosen)
        if year is None:  # another year changes nothing in the series
            self.series.value = picture(themes.plot_series(area, theme, compare=against))

    def _draw_nation(self) -> None:
        """The map of Sweden for the chosen service; nothing while none is."""
        service = self.nation.value
        self.sweden.value = picture(themes.plot_nation(self.selection, service)) if service else ""
        self._show_code(self.theme.value, self.year.value)

    def _against(self) -> tuple[str, ...]:
        return (self.compare.value,) if self.compare.value else ()

    def _show_code(self, theme: str, year: int) -> None:
        compare = f", compare={quoted(self.compare.value)}" if self.compare.value else ""
        where = reference(self.selection)
        name = "" if where == self.selection.key else f", name={quoted(self.selection.name)}"
        measure, service = quoted(theme), self.nation.value
        sweden = (f"show(explore.plot_nation(area, {quoted(service)}))",) if service else ()
        self.code = "\n".join(
            (
                "from analysis import explore, regions",
                "from analysis.exhibits import show",
                "",
                f"area = regions.resolve({quoted(where)}{name})",
                f"show(explore.plot_map(area, {measure}, year={year}))",
                f"show(explore.plot_series(area, {measure}{compare}))",
                f"show(explore.table(area, {measure}, year={year}{compare}))",
                *sweden,
                f"explore.interactive_map(area, {measure}, year={year})",
                f"explore.build_report(area, out={quoted(str(self.out))})",
            )
        )
        self.shown.value = (
            "<b>Samma sak i en egen anteckningsbok</b>"
            f'<pre class="samverkan-code">{escape(self.code)}</pre>'
        )

    def tell(self, text: str, *, wrong: bool = False) -> None:
        """Show a line (HTML) under the buttons."""
        colour = style.HIGHLIGHT if wrong else style.INK
        self.message.value = f'<span style="color:{colour}">{text}</span>' if text else ""

    # --- save and build ------------------------------------------------------------------------

    @_told
    def _on_save(self, _: widgets.Button) -> None:
        name = self.name.value.strip()
        key, members = regions.slug(name), self.selection.members
        saved = regions.add(key, name, members)
        self._take(saved, follow=False)
        call = f"regions.add({quoted(key)}, {quoted(name)}, {json.dumps(members)})"
        self.tell(f"Sparad som region <code>{escape(key)}</code>: <code>{escape(call)}</code>")

    @_told
    def _on_files(self, _: widgets.Button) -> None:
        """Links to the table as CSV and XLSX, and to map and series as SVG."""
        area, theme, year, against = (
            self.selection,
            self.theme.value,
            self.year.value,
            self._against(),
        )
        shown = themes.table(area, theme, year=year, compare=against)
        name = f"{area.key}-{shown.id}-{year}"
        series = themes.plot_series(area, theme, compare=against)
        links = (
            downloads.link(downloads.csv_of(shown), f"{name}.csv", "tabell (CSV)"),
            downloads.link(downloads.xlsx_of(shown), f"{name}.xlsx", "tabell (XLSX)"),
            downloads.link(
                downloads.svg_of(themes.plot_map(area, theme, year=year)),
                f"{name}-karta.svg",
                "karta (SVG)",
            ),
            downloads.link(downloads.svg_of(series), f"{name}-serie.svg", "serie (SVG)"),
        )
        self.tell(f"Spara {escape(shown.title)}: {', '.join(links)}")

    @_told
    def _on_build(self, _: widgets.Button) -> None:
        self.progress.value, self.progress.bar_style = 0, ""
        self.progress.layout.visibility = "visible"
        self.build.disabled = True
        self.link.clear_output()
        try:
            report = build_report(self.selection, out=self.out, tell=self._step)
        except SamverkanError:
            self.progress.bar_style = "danger"
            raise
        finally:
            self.build.disabled = False
        self.progress.value, self.progress.bar_style = _STEPS, "success"
        self.tell("Rapporten är klar:")
        with self.link:
            display(FileLink(self.out / self.selection.key / report.name))

    def _step(self, region: str, text: str) -> None:
        self.progress.value += 1
        self.tell(escape(f"{region}: {text}"))


def described(theme: themes.Theme, years: Sequence[int]) -> str:
    """What a theme is (HTML): unit, formula, years and source.

    >>> described(themes.theme_of("commuting_ratio"), [2004, 2005])[:49]
    '<small>kvot, dagbefolkning / nattbefolkning; 2004'
    """
    measure = theme.measure
    what = ", ".join(part for part in (measure.unit, measure.formula) if part)
    source = source_line(measure.sources, theme.kind(*years))
    return f"<small>{escape(what)}; {swedish.years(years)}. {escape(source)}.</small>"


def quoted(text: str) -> str:
    """`text` as a Python string in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def picture(axes: Axes) -> str:
    """A described figure as an HTML image with its alt text."""
    figure = axes.get_figure(root=True)
    assert isinstance(figure, Figure)
    file = io.BytesIO()
    with style.look():
        figure.savefig(file, format="png", dpi=_DPI)
    code = base64.b64encode(file.getvalue()).decode("ascii")
    alt = escape(style.description_of(figure).alt, quote=True)
    return f'<img style="max-width:100%" src="data:image/png;base64,{code}" alt="{alt}">'
