"""Careful Swedish: numbers, units, lists and sentences."""
