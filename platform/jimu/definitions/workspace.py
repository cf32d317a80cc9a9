"""Workspaces: where one is, which layers it is made of (system, bases, plugins, its own folders), which files they hold."""

from __future__ import annotations

from pathlib import Path


def find_workspace(start: Path) -> Path | None:
    """The nearest folder at or above ``start`` that holds workspace.yaml or objects/; None: there is none."""
    raise NotImplementedError


def standard_path() -> Path:
    """The folder of the standard configuration: ``jimu/standard`` in an installed wheel, else the repository's root."""
    raise NotImplementedError
