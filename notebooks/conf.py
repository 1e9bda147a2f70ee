"""Sphinx's settings. `sphinx-build -W -b html notebooks <folder>` builds the site."""

import os
import re
from importlib.metadata import metadata

import skbalance

project = "skbalance"
author = "skbalance developers"
project_copyright = author
release = version = skbalance.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_build", "**/.ipynb_checkpoints"]

# Pages
myst_enable_extensions = ["colon_fence", "deflist", "substitution"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # a page shows the outputs that a notebook was stored with
nb_ipywidgets_js = {}  # nothing is loaded from the network
copybutton_prompt_text = "$ "

# Docstrings
autosummary_generate = True
autodoc_typehints = "none"  # numpydoc's sections tell the types
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
default_role = "py:obj"  # single backticks: a link where there is something to link to

# Links into other projects' documentation need their inventories, from the network. A build asks
# for them where INTERSPHINX is set, and needs no network otherwise.
intersphinx_mapping = (
    {
        "dask": ("https://docs.dask.org/en/stable/", None),
        "imblearn": ("https://imbalanced-learn.org/stable/", None),
        "numpy": ("https://numpy.org/doc/stable/", None),
        "python": ("https://docs.python.org/3/", None),
        "sklearn": ("https://scikit-learn.org/stable/", None),
        "torch": ("https://docs.pytorch.org/docs/stable/", None),
    }
    if os.environ.get("INTERSPHINX")
    else {}
)

# Looks
html_theme = "pydata_sphinx_theme"
html_title = "skbalance"
html_favicon = "_static/favicon.svg"
html_context = {"default_mode": "auto"}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = [("dial.js", {"defer": "defer"})]
html_show_sourcelink = False
toc_object_entries_show_parents = "hide"
html_copy_source = False
# No list of pages beside those that have none below them.
LEAVES = "index start choose evidence cost questions changelog contributing genindex search"
html_sidebars = {page: [] for page in LEAVES.split()}
templates_path = ["_templates"]

urls = dict(line.split(", ", 1) for line in metadata("skbalance").get_all("Project-URL", []))
html_theme_options = {
    "header_links_before_dropdown": 8,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
    "icon_links": [
        {"name": "Source", "url": urls["Source"], "icon": "fa-brands fa-github"}
        for _ in range("Source" in urls)
    ],
}


def plain(*event):
    """Keep the words of references into scikit-learn's guide, which inherited docstrings hold, and
    the names that end with an underscore, as in a shape, where it would make a link of them.
    """
    lines = event[-1]
    for number, line in enumerate(lines):
        line = re.sub(r":(?:ref|term):`([^`<]+?)(?: <[^>]+>)?`", r"\1", line)
        lines[number] = re.sub(r"\((\w+)_,\)", r"(\1\_,)", line)


def setup(app):
    app.connect("autodoc-process-docstring", plain)
