"""Careful Swedish: numbers, units, lists and sentences."""

from analysis import lazy

__getattr__, __dir__ = lazy.room(__name__)
