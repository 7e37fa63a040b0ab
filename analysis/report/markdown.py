"""The words of a chapter: Markdown read once into nodes that each template prints in its own way.

Terms
-----
node: a piece of a text that knows what it is (heading, paragraph, list, strong, link …) and what
    it holds. What a template cannot print is refused here, with the cell named, so that JupyterLab,
    page and PDF show the same.
said: a text that code made from data. It knows paragraphs, lists, `**strong**` and links written
    `[words](<address>)`, no more: a name such as `*x*` or `<b>` stands as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from analysis.errors import BuildError
from analysis.regions import slug

_HTML_MARKS = ("sup", "sub", "em", "strong")  # tags of a Markdown cell that a report prints
_TAG = re.compile(r"<\s*(/?)\s*([A-Za-z][\w-]*)[^>]*>")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MATHS = re.compile(
    r"\$\$.+?\$\$|(?<![\\\w$])\$(?=[^\s$])[^$\n]*?[^\s$\\]\$(?![\w$])"
    r"|\\begin\{|\\\(|\\\[",
    re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SAFE = ("http", "https", "mailto")


@dataclass(frozen=True)
class Node:
    """One piece of a text; `level` of a heading, `target` of a link, `id` to lead there."""

    kind: str
    children: tuple[Node, ...] = ()
    text: str = ""
    level: int = 0
    target: str = ""
    id: str = ""

    @property
    def words(self) -> str:
        """The text without marks."""
        return self.text + "".join(child.words for child in self.children)


def plain(text: str) -> str:
    """`text` without the control characters that neither XML nor a reader knows.

    >>> plain("Nora\\x1b[31m och\\x00 Kil")
    'Nora[31m och Kil'
    """
    return _CONTROL.sub("", text)


def parse(source: str, where: str, *, said: bool = False) -> tuple[Node, ...]:
    """The nodes of a Markdown text; `where` names its cell in errors.

    Raises BuildError for what a report cannot print: TeX, pictures, HTML, empty headings, links
    to anything but web and mail addresses and places of the report.
    """
    from markdown_it import MarkdownIt

    text = plain(source)
    parser = MarkdownIt("commonmark", {"html": not said}).enable("table")
    if said:
        parser.disable(
            [
                "code",
                "fence",
                "backticks",
                "image",
                "autolink",
                "html_inline",
                "entity",
                "blockquote",
                "lheading",
                "hr",
                "reference",
                "table",
            ]
        )
    return tuple(_blocks(iter(parser.parse(text)), _Reader(where, text, said)))


@dataclass(frozen=True)
class _Reader:
    where: str
    source: str
    said: bool

    def refuse(self, what: str) -> BuildError:
        return BuildError(f"{self.where}: {what}")


_BLOCKS = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "quote",
    "heading": "h",
    "table": "table",
    "thead": "head",
    "tbody": "body",
    "tr": "row",
    "th": "cell",
    "td": "cell",
}


def _blocks(tokens: Iterator[Any], reader: _Reader) -> Iterator[Node]:
    """Nodes up to the end of the block that `tokens` stand in."""
    for token in tokens:
        if token.nesting < 0:
            return
        if token.nesting > 0:
            kind = _BLOCKS[token.type.removesuffix("_open")]
            node = Node(kind, tuple(_blocks(tokens, reader)))
            if token.hidden:  # a paragraph in a list without empty lines
                yield from node.children
                continue
            if kind == "h":
                node = replace(node, level=int(token.tag[1]))
                if not node.words.strip():
                    raise reader.refuse(
                        f"a heading of level {node.level} has no text; write one "
                        f"after the {'#' * node.level}, or remove it"
                    )
            yield node
        elif token.type == "inline":
            yield from _inline(iter(token.children or ()), reader)
        elif token.type in ("fence", "code_block"):
            yield Node("code", text=token.content)
        elif token.type == "hr":
            yield Node("rule")
        elif token.type == "html_block":
            left = _COMMENT.sub("", token.content).strip()
            if left:
                inner = left.replace("\n", " ")
                yield Node("p", parse_inline(inner, reader))


def parse_inline(text: str, reader: _Reader) -> tuple[Node, ...]:
    """Nodes of a line of text that begins with an HTML tag."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark", {"html": True}).parseInline(text)
    return tuple(_inline(iter(tokens[0].children or ()), reader))


def _inline(tokens: Iterator[Any], reader: _Reader, until: str = "") -> Iterator[Node]:
    """Nodes up to the end of the mark `until` that `tokens` stand in."""
    for token in tokens:
        if token.type == "html_inline":
            tag = _TAG.match(token.content)
            if _COMMENT.fullmatch(token.content):
                continue
            closing, name = (tag[1], tag[2].lower()) if tag else ("", token.content)
            if name == "br":
                yield Node("br")
            elif name in _HTML_MARKS and not closing:
                yield Node(name, tuple(_inline(tokens, reader, name)))
            elif name == until and closing:
                return
            else:
                raise reader.refuse(
                    f"the HTML {token.content[:40]!r} has no place in a report; "
                    "write it in Markdown"
                )
        elif token.nesting < 0:
            return
        elif token.nesting > 0:
            yield from _marked(token, tuple(_inline(tokens, reader)), reader)
        else:
            yield from _leaf(token, reader)


def _marked(token: Any, children: tuple[Node, ...], reader: _Reader) -> Iterable[Node]:
    if token.type == "strong_open":
        return [Node("strong", children)]
    if token.type == "em_open":
        mark = Node("text", text=token.markup)
        return [mark, *children, mark] if reader.said else [Node("em", children)]
    address = str(token.attrGet("href") or "")
    if reader.said and f"](<{address}>)" not in reader.source:
        return [Node("text", text="["), *children, Node("text", text=f"]({address})")]
    scheme = urlsplit(address).scheme.lower()
    if not address.startswith("#") and scheme not in _SAFE:
        raise reader.refuse(
            f"the link {address[:60]!r} leads nowhere from a report; give a whole "
            "address (https://…) or a place in the report (#…)"
        )
    return [Node("link", children, target=address)]


def _leaf(token: Any, reader: _Reader) -> Iterable[Node]:
    if token.type == "image":
        raise reader.refuse(
            "a picture in a Markdown cell has no source; show it as a figure with "
            "analysis.exhibits.show"
        )
    if token.type == "code_inline":
        return [Node("code", text=token.content)]
    if token.type == "hardbreak":
        return [Node("br")]
    if token.type == "softbreak":
        return [Node("text", text=" ")]
    maths = None if reader.said else _MATHS.search(token.content)
    if maths:
        raise reader.refuse(
            f"TeX ({maths[0][:40]}) cannot be printed; write the formula in words and signs"
        )
    return [Node("text", text=token.content)] if token.content else []


def anchor(chapter: str, title: str) -> str:
    """The id of a heading: chapter and title, so that two chapters may use the same words.

    >>> anchor("services", "Vem delar vad?")
    'services-vem-delar-vad'
    """
    return f"{slug(chapter)}-{slug(title)}"


def placed(nodes: Iterable[Node], chapter: str) -> tuple[Node, ...]:
    """`nodes` with headings one level down, below the report's own, and their ids."""
    return tuple(
        replace(node, level=min(node.level + 1, 6), id=anchor(chapter, node.words))
        if node.kind == "h"
        else node
        for node in nodes
    )


def check_levels(levels: Iterable[tuple[int, str]], where: str) -> None:
    """Raise BuildError when a heading skips a level, which no screen reader can follow.

    `levels` are level and words of the headings of a chapter, in order.
    """
    found = list(levels)
    for (before, _), (level, words) in pairwise(found):
        if level > before + 1:
            raise BuildError(
                f"{where}: the heading {words!r} has level {level} after one of level "
                f"{before}; give it level {before + 1}"
            )


# --- as HTML -------------------------------------------------------------------------------------

_TAGS = {
    "p": "p",
    "ul": "ul",
    "ol": "ol",
    "li": "li",
    "quote": "blockquote",
    "strong": "strong",
    "em": "em",
    "sup": "sup",
    "sub": "sub",
    "table": "table",
    "head": "thead",
    "body": "tbody",
    "row": "tr",
}


def html(nodes: Iterable[Node]) -> str:
    """The nodes as HTML; every text is escaped.

    >>> html(parse("**Nora** <sup>1</sup> & [SCB](https://www.scb.se)", "cell 1"))
    '<p><strong>Nora</strong> <sup>1</sup> &amp; <a href="https://www.scb.se">SCB</a></p>'
    """
    return "".join(map(_html, nodes))


def _html(node: Node) -> str:
    inner = html(node.children)
    if node.kind == "text":
        return escape(node.text, quote=False)
    if node.kind == "h":
        return f'<h{node.level} id="{escape(node.id)}">{inner}</h{node.level}>\n'
    if node.kind == "link":
        return f'<a href="{escape(node.target)}">{inner}</a>'
    if node.kind == "code":
        return f"<code>{escape(node.text, quote=False)}</code>"
    if node.kind == "page":
        return ""
    if node.kind in ("br", "rule"):
        return "<br>" if node.kind == "br" else "<hr>"
    if node.kind == "head":
        heads = inner.replace("<td>", '<th scope="col">').replace("</td>", "</th>")
        return f"<thead>{heads}</thead>"
    if node.kind == "cell":
        return f"<td>{inner}</td>"
    place = f' id="{escape(node.id)}"' if node.id else ""
    return f"<{_TAGS[node.kind]}{place}>{inner}</{_TAGS[node.kind]}>"
