"""Pure metrics: a table in, a Series on the same index out. No files, no figures."""

from analysis import lazy

__getattr__, __dir__ = lazy.room(__name__)
