"""Pure metrics: a table in, a Series on the same index out. No files, no figures."""
