"""What the report of an investigation looks at: its folder beside the published figures.

`dossier.look` gives the whole; each part of the report is a module of its own. Published and
stated figures never stand in the same column.
"""
