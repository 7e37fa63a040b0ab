"""Where the templates of pages and files lie."""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
