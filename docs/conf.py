"""Settings of Sphinx for the pages of this directory; ``make docs`` runs it."""

from importlib.metadata import version as installed_version

project = "psa_bridge"
author = "The psa_bridge authors"
copyright = "The psa_bridge authors, Apache-2.0"  # noqa: A001 (Sphinx's name)
release = installed_version("psa-bridge")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinxcontrib.programoutput"]
html_theme = "furo"
html_title = "psa_bridge"
html_static_path: list[str] = []

myst_heading_anchors = 3
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
napoleon_google_docstring = True
napoleon_use_rtype = False
nitpicky = False
suppress_warnings = ["ref.python"]  # a name such as ``update`` is a method of several classes
