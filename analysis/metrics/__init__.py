"""Pure metrics: a table in, a Series on the same index out. No files, no figures."""

from analysis import lazy

__getattr__, __dir__ = lazy.attach(
    __name__,
    lazy.submodules(
        __name__,
        "allocation",
        "alternatives",
        "capacity",
        "commuting",
        "labour_markets",
        "location",
        "measure",
        "national",
        "need",
        "official_markets",
        "population",
        "scenario",
        "services",
        "stated_costs",
    ),
)
