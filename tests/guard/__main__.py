"""`python -m tests.guard REGION … [CHAPTER …]`: the guard for a mutation run; exit code 1 for a fault."""

import sys

from tests.guard import check
from tests.guard.capture import CHAPTERS

only = [word for word in sys.argv[1:] if word in CHAPTERS]
regions = [word for word in sys.argv[1:] if word not in CHAPTERS]
found = [f"{region}: {fault}" for region in regions for fault in check(region, only)]
print("\n".join(found) or "no fault")
sys.exit(bool(found))
