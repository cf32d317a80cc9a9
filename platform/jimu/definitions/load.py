"""Reading a workspace: discover → read → overlay → check the shape → build → link → check → ``Manifest``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jimu.definitions.manifest import Manifest
from jimu.diagnostics import Diagnostic
from jimu.plugins import PluginManager


def load(root: Path, *, plugins: PluginManager | None = None) -> tuple[Manifest | None, list[Diagnostic]]:
    """The manifest of the workspace at ``root`` and every diagnostic, sorted by place; the manifest is None where one is an error.

    ``plugins``: an existing manager; without, the plugins that the workspace names are loaded. Never raises for what
    files say; raises OSError if the folder cannot be read.
    """
    raise NotImplementedError


def load_files(files: Mapping[str, str], *, plugins: PluginManager | None = None) -> tuple[Manifest | None, list[Diagnostic]]:
    """The same from the texts that a manifest kept in ``files`` (a stored revision), without the folder."""
    raise NotImplementedError
