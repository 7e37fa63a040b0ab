"""The report's look as exporters of nbconvert: whole reports, and single executed chapters.

Registered as `samverkan_html` and `samverkan_pdf` (entry points of the package), so that
`jupyter nbconvert --to samverkan_html chapter.ipynb` and "Save and Export Notebook As" in
JupyterLab give the page that `samverkan build` gives. A single notebook becomes a report of one
chapter, through the same composer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from nbconvert.exporters import TemplateExporter
from nbconvert.preprocessors import Preprocessor
from nbconvert.utils.exceptions import ConversionException
from traitlets import default

from analysis.errors import SamverkanError
from analysis.report import compose
from analysis.report.compose import Document


class ComposeChapter(Preprocessor):
    """Makes a report of one chapter out of a notebook that is exported by itself.

    The template names it (`conf.json`), after nbconvert's own steps: `--execute` works too.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """The composed page; a document that `render` has composed already passes through.

        Raises ConversionException, which nbconvert reports, with the reason and the next step.
        """
        if "samverkan" in resources:
            return nb, resources
        name = resources.get("metadata", {}).get("name") or "kapitel"
        try:
            document = compose.of_notebook(nb, name)
            resources["samverkan"] = compose.context(document)
        except SamverkanError as error:
            raise ConversionException(str(error)) from error
        return compose.page(document), resources


class SamverkanHTML(TemplateExporter):
    """One page without code cells, scripts or outside requests: the report's own template."""

    export_from_notebook = "Samverkan (HTML)"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "samverkan"

    @default("template_extension")
    def _template_extension_default(self) -> str:
        return ".html.j2"  # the same page, whatever it becomes

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(compose.TEMPLATES)]

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> tuple[Any, Any]:
        """The page; raises BuildError when it would ask for anything outside itself."""
        html, resources = self.marked(nb, resources, **options)
        return self.finished(html, resources), resources

    def marked(self, nb: Any, resources: Any = None, **options: Any) -> tuple[str, Any]:
        """The page with a mark in the place of each figure's picture, the same for all formats."""
        self.register_filter("markdown_sv", compose.markdown)
        self.register_filter("picture", _mark)
        self.register_filter("numbered", compose.numbered)
        html, resources = super().from_notebook_node(nb, resources, **options)
        compose.check_self_contained(str(html))
        return str(html), resources

    def finished(self, html: str, resources: Any) -> Any:
        """The marked page with each figure's SVG as a data URI."""
        return _with_pictures(html, resources, compose.picture)


def _mark(exhibit: dict[str, Any]) -> str:
    """What stands in the place of a figure's address until the page is whole."""
    return f"data:figure,{exhibit['number']}"


def _with_pictures(html: str, resources: Any, picture: Callable[[dict[str, Any]], str]) -> str:
    figures = {exhibit["number"]: exhibit for exhibit in resources["samverkan"]["figures"]}
    return re.sub(r"data:figure,(\d+)", lambda found: picture(figures[int(found[1])]), html)


# the tables behind the figures, which open on a screen alone: more than half of the page's elements
_ON_SCREEN = re.compile(r'<details class="data">.*?</details>', re.DOTALL)


class SamverkanPDF(SamverkanHTML):
    """The same page as tagged PDF/UA-1, with the figures as vectors."""

    export_from_notebook = "Samverkan (PDF)"
    output_mimetype = "application/pdf"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    def finished(self, html: str, resources: Any) -> bytes:
        """The bytes of the PDF: each figure's own drawing takes the place of a placeholder."""
        from analysis.report import pdf

        about = resources["samverkan"]
        page = _with_pictures(_ON_SCREEN.sub("", html), resources, pdf.placeholder)
        return pdf.render(page, about["figures"], about["region"].key)


def render(document: Document, exporter: type[SamverkanHTML]) -> Any:
    """A composed document as the text or the bytes that `exporter` makes of it."""
    if document.rendered is None:
        document.rendered = SamverkanHTML().marked(
            compose.page(document), {"samverkan": compose.context(document)})
    return exporter().finished(*document.rendered)
