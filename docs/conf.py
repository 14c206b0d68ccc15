"""Settings of the documentation site. `sphinx-build -W --keep-going -b html docs docs/_build/html` builds it."""

import shutil
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(ROOT), str(DOCS / "_ext")]

import reference  # noqa: E402  our own, from docs/_ext
import stages  # noqa: E402

project = "gradtape"
author = "the gradtape authors"
copyright = "the gradtape authors"
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "myst_nb",
    "docstrings",
]
exclude_patterns = ["_build", "_ext", "_templates", "jupyter_execute", "**/.ipynb_checkpoints"]
templates_path = ["_templates"]

# The site is built without the network, and its pages load nothing from outside: no intersphinx, no MathJax.
html_theme = "furo"
html_title = "gradtape"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}
nb_ipywidgets_js = {}
pygments_style = "friendly"
pygments_dark_style = "github-dark"

# Notebooks are shown as they were committed; tests/test_notebooks.py executes them.
nb_execution_mode = "off"
myst_enable_extensions = ["colon_fence", "deflist", "attrs_inline", "attrs_block"]
myst_heading_anchors = 3

autosummary_generate = True
autosummary_ignore_module_all = False
autosummary_context = {"inherited": reference.inherited(), "hooks": reference.hooks()}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
maximum_signature_line_length = 88
add_module_names = False
toc_object_entries_show_parents = "hide"


def bring_notebooks() -> None:
    """Copy the executed notebooks to where Sphinx looks for pages; docs/notebooks is not under version control."""
    target = DOCS / "notebooks"
    target.mkdir(exist_ok=True)
    wanted = {path.name: path for path in (ROOT / "notebooks").glob("*.ipynb")}
    for old in target.glob("*.ipynb"):
        if old.name not in wanted:
            old.unlink()
    for name, path in wanted.items():
        copy = target / name
        if not copy.exists() or copy.read_bytes() != path.read_bytes():
            shutil.copyfile(path, copy)


bring_notebooks()
reference.write_pages(DOCS / "_generated")
stages.write_pages(DOCS / "_generated" / "compiler")
