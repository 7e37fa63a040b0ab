"""Maps and charts: data and Axes in, Axes out; each knows its title, alt text and table."""

from analysis import lazy

__getattr__, __dir__ = lazy.attach(
    __name__,
    lazy.submodules(
        __name__,
        "capacity",
        "charts",
        "commuting",
        "flows",
        "investigation",
        "maps",
        "markets",
        "matrix",
        "measures",
        "national",
        "overview",
        "population",
        "residents",
        "scenario",
        "services",
        "sheets",
        "style",
        "workplaces",
    ),
)
