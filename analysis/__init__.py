"""Samverkan: maps and honest numbers on how Swedish municipalities share services.

A short tour: `regions` names sets of municipalities, `loaders` give validated tables with their
source, `metrics` compute on them, `figures` draw them, and `report` builds the whole.
"""
