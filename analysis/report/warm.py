"""Imported once by the process that workers and kernels are forked from: all they need is there.

Unlike any other module this one works at import, because a fork server can do nothing else. It
imports every module that a notebook may use and reads the tables; a table that is broken is left
to the chapter that reads it, which then says what is wrong. It calls doors only: any other result
that is kept from here on would hide its reads from the trace of a chapter (`analysis.reads`).
"""

# ruff: noqa: E402  (two things are set before anything else is imported)

import gc
import importlib
import pkgutil
import sys
from contextlib import suppress

gc.disable()  # nothing that is imported goes away again: looking for it takes a fifth of the time
# a check of addresses in JSON schemas, which takes a second to import and which no notebook uses
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import ipykernel.kernelapp
import nbconvert.exporters
import papermill
import traitlets.config
import weasyprint

import analysis
from analysis import catalog, flows
from analysis.errors import SamverkanError
from analysis.figures import fonts
from analysis.loaders import boundaries, services, tables

LIBRARIES = (ipykernel.kernelapp, nbconvert.exporters, papermill, traitlets.config, weasyprint)
ROOMS = ("loaders", "metrics", "flows", "inventory", "text", "tables", "figures", "exhibits",
         "key_figures")

for found in pkgutil.walk_packages(analysis.__path__, "analysis."):
    if found.name.split(".")[1] in ROOMS and found.name != __name__:
        importlib.import_module(found.name)

for name in ("compose", "export", "exporters", "pdf"):
    importlib.import_module(f"analysis.report.{name}")
for key in catalog.CATALOG:
    tables.edition(key)  # first: a file that is edited in between is read again by a later build
for entry in catalog.tabular():
    with suppress(SamverkanError):
        tables.load(entry.key)
with suppress(SamverkanError):
    boundaries.load_boundaries()
    boundaries.load_lakes()
with suppress(SamverkanError):
    services.load_inventory()
with suppress(SamverkanError):
    flows.distances()
fonts.use_in_figures()
gc.enable()
gc.freeze()  # forks never look through what they all share
