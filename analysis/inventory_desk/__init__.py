"""Keeping the inventory: workbook and forms out, answers in, what is stale, what a change does."""
