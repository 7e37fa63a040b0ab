"""From notebooks to reports: plan, execute, compose, export, and a manifest of what was done."""

from analysis import lazy

__getattr__, __dir__ = lazy.attach(__name__, lazy.submodules(__name__, "build", "plan"))
