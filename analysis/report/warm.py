"""Imported once by the process that workers and kernels are forked from: all they need is there.

Unlike any other module this one works at import, because a fork server can do nothing else. It
imports every module that a notebook may use and reads the tables; a table that is broken is left
to the chapter that reads it, which then says what is wrong. It keeps only what a chapter still
asks a door for, or what no edited file can change: anything else that is kept from here on would
hide its reads from the trace of a chapter (`analysis.reads`).

Nothing else happens in a build meanwhile, so each tenth of a second here is one of the clock.
"""

# ruff: noqa: E402  (some things are set before anything else is imported)

import gc
import importlib
import multiprocessing
import os
import pkgutil
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

gc.disable()  # nothing that is imported goes away again: looking for it takes a fifth of the time
# a check of addresses in JSON schemas, which takes a second to import and which no notebook uses
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import pandas

pandas.options.mode.string_storage = "python"  # sooner at hand than Arrow in small tables

from analysis import catalog, flows, shelf
from analysis.errors import SamverkanError
from analysis.exhibits import pictures
from analysis.figures import fonts
from analysis.loaders import boundaries, services, tables
from analysis.report import lifeline, manifest
from analysis.text import formulas


def send_data(pipe: Connection, parent: int) -> None:
    """Check the tables and compute distances and flows in a process beside this one."""
    lifeline.end_with_parent(parent)
    with suppress(Exception):  # who asks for them in a chapter meets the same, and says it
        known = {}
        os.environ[shelf.CONTEXT] = manifest.drawing_digest()
        with suppress(SamverkanError):
            known = flows.known()
        pipe.send((tables.whole_shipped(), known))
    pipe.close()


for key in catalog.CATALOG:
    tables.edition(key)  # first: a file that is edited in between is read again by a later build
fork = multiprocessing.get_context("fork")
receiver, sender = fork.Pipe(duplex=False)
# nobody waits for it where an import below fails, since nobody takes what it sends
helper = fork.Process(target=send_data, args=(sender, os.getpid()), daemon=True)
helper.start()
sender.close()

import ipykernel.kernelapp
import nbconvert.exporters
import papermill
import traitlets.config
import typst

import analysis

LIBRARIES = (ipykernel.kernelapp, nbconvert.exporters, papermill, traitlets.config, typst)
ROOMS = (
    "loaders",
    "metrics",
    "flows",
    "inventory",
    "text",
    "tables",
    "figures",
    "exhibits",
    "key_figures",
)

for found in pkgutil.walk_packages(analysis.__path__, "analysis."):
    if found.name.split(".")[1] in ROOMS and found.name != __name__:
        importlib.import_module(found.name)

for name in ("compose", "export", "exporters", "typeset"):
    importlib.import_module(f"analysis.report.{name}")
with suppress(SamverkanError):
    boundaries.load_boundaries()
    boundaries.load_shores("land")
with suppress(SamverkanError):
    services.load_inventory()
fonts.use_in_figures()
pictures.faces()
formulas.all_formulas()
with suppress(EOFError):  # of a helper that was killed: each kernel does its work again
    whole, known = receiver.recv()
    tables.keep_shipped(whole)
    flows.keep(known)
receiver.close()
helper.join()
gc.enable()
gc.freeze()  # forks never look through what they all share
