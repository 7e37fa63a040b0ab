"""`python -m tests.guard REGION …`: the guard for a mutation run; exit code 1 for any fault."""

import sys

from tests.guard import check

found = [f"{region}: {fault}" for region in sys.argv[1:] for fault in check(region)]
print("\n".join(found) or "no fault")
sys.exit(bool(found))
