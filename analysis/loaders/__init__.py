"""Loaders: validated tables with their provenance, from the snapshot under `data/`."""

from analysis import lazy

__getattr__, __dir__ = lazy.attach(
    __name__,
    lazy.submodules(
        __name__,
        "boundaries",
        "commuting",
        "finances",
        "law",
        "national",
        "population",
        "services",
        "tables",
    ),
)
