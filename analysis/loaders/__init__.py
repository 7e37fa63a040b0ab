"""Loaders: validated tables with their provenance, from the snapshot under `data/`."""

from analysis import lazy

__getattr__, __dir__ = lazy.room(__name__)
