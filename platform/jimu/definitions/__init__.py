"""Definitions: what a workspace's YAML says, read with positions, overlaid, checked and linked into one ``Manifest``.

Knows no store, no records and no faces. Entry: ``load(root)`` for a folder, ``load_files(files)`` for what a revision
kept; both return the manifest (None where there are errors) and every diagnostic. ``compare`` says what differs
between two manifests, ``json_schema(kind)`` what may be written, ``default_page``/``default_list`` fill in for
layouts not written.
"""

from jimu.definitions.checks import strict_diagnostics
from jimu.definitions.default_layouts import default_list, default_page
from jimu.definitions.diff import Change, compare
from jimu.definitions.load import load, load_files
from jimu.definitions.manifest import Manifest
from jimu.definitions.schemas import KINDS, json_schema
from jimu.definitions.workspace import find_workspace, no_workspace, standard_path

__all__ = [
    "KINDS",
    "Change",
    "Manifest",
    "compare",
    "default_list",
    "default_page",
    "find_workspace",
    "json_schema",
    "load",
    "load_files",
    "no_workspace",
    "standard_path",
    "strict_diagnostics",
]
