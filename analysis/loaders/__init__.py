"""Loaders: validated tables with their provenance, from the snapshot under `data/`."""
