"""The table of `make faults`: what was tried, how often, and how often it did not hold."""

import os
from collections import defaultdict
from pathlib import Path

PAGE = "SAMVERKAN_FAULTS_PAGE"  # a page that the table is written into, between its two marks
MARKS = ("<!-- table -->", "<!-- end of table -->")


def pytest_terminal_summary(terminalreporter):
    """One row a test: its cases (of one test many, where it says so), and those that failed."""
    rows = defaultdict(lambda: [0, 0])
    for outcome in ("passed", "failed"):
        for found in terminalreporter.stats.get(outcome, []):
            if getattr(found, "when", "") == "call" and "tests/faults/" in found.nodeid:
                name = (
                    found.nodeid.rpartition("::")[2]
                    .partition("[")[0]
                    .partition("@")[0]
                    .removeprefix("test_")
                )
                cases = dict(found.user_properties).get("cases", 1)
                rows[name.replace("_", " ")][outcome == "failed"] += cases
    if not rows or not any("faults" in word for word in terminalreporter.config.args):
        return
    lines = ["| what was tried | cases | did not hold |", "|---|---|---|"]
    lines += [f"| {name} | {held + lost} | {lost} |" for name, (held, lost) in sorted(rows.items())]
    terminalreporter.write_line("")
    for line in lines:
        terminalreporter.write_line(line)
    page = os.environ.get(PAGE)
    if page:
        text = Path(page).read_text(encoding="utf-8")
        head, tail = text.partition(MARKS[0])[0], text.partition(MARKS[1])[2]
        body = "\n".join([MARKS[0], "", *lines, "", MARKS[1]])
        Path(page).write_text(head + body + tail, encoding="utf-8")
