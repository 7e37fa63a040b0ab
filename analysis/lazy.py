"""Modules that import what they offer when it is first asked for: `import analysis` costs nothing.

Terms
-----
place: where a public name lies, as `module` or `module:attribute`.
door: a name under which a room asks for what lies on its right; the package itself, which knows all
    rooms, says where that is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


def attach(
    module: str, places: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a module that offers `places` and nothing else.

    >>> get, names = attach("analysis", {"regions": "analysis.regions"})
    >>> names(), get("regions").__name__
    (['regions'], 'analysis.regions')
    """

    def get(name: str) -> Any:
        if name not in places:
            raise AttributeError(
                f"module {module!r} has no attribute {name!r}; it has {', '.join(places)}",
                name=name,
            )
        return _found(places[name])

    def names() -> list[str]:
        return sorted(places)

    return get, names


def public(names: Mapping[str, Any]) -> Callable[[], list[str]]:
    """`__dir__` of a module with these `names`: what it defines for others, and nothing it imports.

    >>> public({"__name__": "m", "_own": 1, "LIMIT": 2, "attach": attach})()
    ['LIMIT']
    """

    def offered() -> list[str]:
        own = names["__name__"]
        return sorted(
            name
            for name, value in names.items()
            if not name.startswith("_")
            and (getattr(value, "__module__", None) == own or name.isupper())
        )

    return offered


def _found(place: str) -> Any:
    where, _, attribute = place.partition(":")
    found = import_module(where)
    return getattr(found, attribute) if attribute else found


_doors: dict[str, str] = {}


def lead(door: str, place: str) -> None:
    """Say where `door` leads; nothing is imported before somebody goes through it."""
    _doors[door] = place


def through(door: str) -> Any:
    """What lies behind `door`; raises KeyError for one that nobody has led anywhere."""
    return _found(_doors[door])


def submodules(package: str, *names: str) -> dict[str, str]:
    """Places of modules inside a package.

    >>> submodules("analysis.metrics", "population")
    {'population': 'analysis.metrics.population'}
    """
    return {name: f"{package}.{name}" for name in names}


def room(package: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package that offers all its modules.

    >>> get, names = room("analysis.loaders")
    >>> "population" in names(), get("population").__name__
    (True, 'analysis.loaders.population')
    """
    inside = import_module(package).__path__
    return attach(package, submodules(package, *(found.name for found in iter_modules(inside))))
