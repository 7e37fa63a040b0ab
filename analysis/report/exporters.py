"""The report's look as exporters of nbconvert: whole reports, and single executed chapters.

Registered as `samverkan_html` and `samverkan_pdf` (entry points of the package), so that
`jupyter nbconvert --to samverkan_html chapter.ipynb` and "Save and Export Notebook As" in
JupyterLab give what `samverkan build` gives. A single notebook becomes a report of one chapter,
through the same composer.
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import Exporter, TemplateExporter
from nbconvert.preprocessors import Preprocessor
from nbconvert.utils.exceptions import ConversionException
from traitlets import default

from analysis.errors import SamverkanError
from analysis.report import compose, page, safe, typeset
from analysis.report.compose import Document, Part
from analysis.report.templating import TEMPLATES


def _alone(nb: Any, resources: Any) -> tuple[Document, Part]:
    """A notebook that is exported by itself as a document of one chapter.

    Raises ConversionException, which nbconvert reports, with the reason and the next step.
    """
    name = resources.get("metadata", {}).get("name") or "kapitel"
    try:
        document = compose.of_notebook(nb, name)
    except SamverkanError as error:
        raise ConversionException(str(error)) from error
    return document, document.parts()[0]


class ComposeChapter(Preprocessor):
    """Makes a report of one chapter out of a notebook that is exported by itself.

    The template names it (`conf.json`), after nbconvert's own steps: `--execute` works too.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """What the template prints; a document that was composed already passes through."""
        if "samverkan" not in resources:
            resources["samverkan"] = page.context(*_alone(nb, resources))
        return nb, resources


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
        return ".html.j2"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    def _create_environment(self) -> Any:
        environment = super()._create_environment()
        environment.autoescape = True  # the one door of texts into the page
        environment.filters.update(page.FILTERS)
        return environment

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> tuple[Any, Any]:
        """The page; raises BuildError when it would hold what no report has."""
        html, resources = super().from_notebook_node(nb, resources, **options)
        safe.check_page(str(html))
        return str(html), resources


class SamverkanPDF(Exporter):
    """The same document as tagged PDF/UA-1, set by Typst."""

    export_from_notebook = "Samverkan (PDF)"
    output_mimetype = "application/pdf"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> tuple[Any, Any]:
        """The bytes of the PDF."""
        nb, resources = super().from_notebook_node(nb, resources, **options)
        resources["output_extension"] = self.file_extension
        return typeset.pdf(*_alone(nb, resources)), resources


def html(document: Document, part: Part) -> str:
    """A part of a composed document as a page."""
    import nbformat

    resources = {"samverkan": page.context(document, part)}
    text, _ = SamverkanHTML().from_notebook_node(nbformat.v4.new_notebook(), resources)
    return str(text)
