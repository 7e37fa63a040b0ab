"""Docstrings of this project are plain text with `code` in single backticks; make them reST.

A section (a word underlined with hyphens) becomes a heading with a list of its terms, an indented
block stays as it is written, and nothing else is markup.
"""

import re

_SPECIAL = re.compile(r"([*|\\]|_(?!\w))")
LISTS = ("Terms", "Parameters", "Attributes")  # sections whose lines are `term: meaning`
_TERM = re.compile(r"^([^\s:][^:]{0,60}): (.*)$")


def setup(app):
    """Register with Sphinx."""
    app.connect("autodoc-process-docstring", convert)
    return {"parallel_read_safe": True}


def convert(app, what, name, obj, options, lines):
    """Rewrite `lines` in place, as Sphinx wants it."""
    lines[:] = rewritten(list(lines))


def rewritten(lines):
    """The lines of a docstring as reStructuredText."""
    result, terms, place = [], False, 0
    while place < len(lines):
        line = lines[place]
        following = lines[place + 1] if place + 1 < len(lines) else ""
        if line.strip() and following.strip("-") == "" and len(following.strip()) > 2:
            result += [f".. rubric:: {line.strip()}", ""]
            terms, place = line.strip() in LISTS, place + 2
            continue
        if not line.strip():
            terms = False
            result.append("")
        elif line.startswith("    ") and not terms and not _in_example(result):
            place = _block(lines, place, result)
            continue
        elif terms:
            result += _term(line, result[-1])
        else:
            result.append(line if _is_example(line) or _in_example(result) else marked(line))
        place += 1
    return result


def _is_example(line):
    return line.lstrip().startswith(">>> ")


def _in_example(result):
    """True inside a doctest: its output and continuation lines are left as they are."""
    block = []
    for line in reversed(result):
        if not line:
            break
        block.append(line)
    return any(_is_example(line) for line in block)


def _block(lines, place, result):
    """Copy an indented block as a literal one; returns the place after it."""
    if result and result[-1]:
        result.append("")
    result += ["::", ""]
    while place < len(lines) and (lines[place].startswith("    ") or not lines[place].strip()):
        result.append(lines[place])
        place += 1
    result.append("")
    return place


def _term(line, before):
    """A line of a section: an item `term: meaning`, more of one, or a sentence without a term."""
    found = _TERM.match(line)
    if found:
        return [f"- **{marked(found[1].replace('`', ''))}**: {marked(found[2])}"]
    item = before.startswith(("- **", "  "))
    return [f"  {marked(line.strip())}" if item else marked(line.strip())]


def marked(text):
    """`code` as reST literals; everything else without markup."""
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(
        f"`{part}`" if part.startswith("`") and len(part) > 2 else _SPECIAL.sub(r"\\\1", part)
        for part in parts
    )
