"""Careful Swedish: numbers, units, lists and sentences."""

from analysis import lazy

__getattr__, __dir__ = lazy.attach(
    __name__,
    lazy.submodules(
        __name__, "commuting", "population", "scenario", "services", "summary", "swedish"
    ),
)
