"""How `make docs` builds the pages: Sphinx, Markdown by MyST, one theme without outside requests.

Why Sphinx: it is maintained, reads docstrings by importing the code, turns every warning into an
error when asked, and its pages and search work from a folder without a network.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]


project = "Samverkan"
author = "Samverkan"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "plain_docstrings",
    "api_pages",
    "gallery_pages",
    "body_pages",
    "pages_beside",
]
exclude_patterns = ["_ext"]
language = "en"

myst_heading_anchors = 3
autodoc_default_options = {"members": True, "ignore-module-all": True}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_type_aliases = {"gpd.GeoDataFrame": "GeoDataFrame"}
python_maximum_signature_line_length = 88
suppress_warnings = [
    "ref.python"  # two modules may each have a class of the same name
]

html_theme = "furo"
html_title = "Samverkan"
html_static_path = ["_static"]
html_css_files = ["narrow.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_last_updated_fmt = None
