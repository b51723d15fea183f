"""Sphinx configuration."""

project = "Abscopal"
author = "The Abscopal developers"
copyright = "The Abscopal developers"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "Abscopal"
html_copy_source = False
exclude_patterns = ["_build", "_generated"]
suppress_warnings = ["myst.xref_missing"]
napoleon_google_docstring = True
autodoc_member_order = "bysource"
