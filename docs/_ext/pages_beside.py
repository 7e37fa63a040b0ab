"""The list of all pages beside each page is made of their titles, which are all that it shows.

Sphinx copies every heading and function of every page for it, once a page, and then takes them out
again: that was a third of the time of `make docs`.
"""

from sphinx.addnodes import toctree


def setup(app):
    """Register with Sphinx, before the theme asks for the list."""
    app.connect("html-page-context", titles_alone, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def titles_alone(app, pagename, templatename, context, doctree):
    """Let the function that makes the list see the titles of the pages."""
    env, ask = app.env, context.get("toctree")
    if ask is None:
        return
    if not hasattr(app, "titles_of_pages"):
        app.titles_of_pages = {name: title(contents) for name, contents in env.tocs.items()}

    def listed(**options):
        whole, env.tocs = env.tocs, app.titles_of_pages
        try:
            return ask(**options)
        finally:
            env.tocs = whole

    context["toctree"] = listed


def title(contents):
    """The contents of a page without what stands below its title; whole where it leads to pages."""
    if any(contents.findall(toctree)):
        return contents
    short = contents.copy()
    for entry in contents.children:
        short += entry.copy()
        short[-1] += entry[0].deepcopy()
    return short
