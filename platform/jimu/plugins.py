"""Plugins: found, version-checked, imported and registered; a broken one is reported and the rest still load.

A plugin is a folder ``plugins/<name>/`` with a ``jimu_plugin.yaml`` (name, version, requires, module), or an installed
package with an entry point in the group ``jimu.plugins`` that names the module. The engine's own parts register through
the same hooks (``BUILT_IN``). Called by ``definitions.load`` and by the composition root; knows no definitions.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import sys
import types
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pluggy
import yaml
from packaging.requirements import InvalidRequirement, Requirement

import jimu
from jimu import hookspecs
from jimu.diagnostics import Diagnostic, Place
from jimu.messages import Message

ENTRY_POINT_GROUP = "jimu.plugins"
DESCRIPTION_FILE = "jimu_plugin.yaml"
NAMESPACE = "jimu_plugins"

# Modules of the engine that implement hooks, by name so that this floor imports none above it.
BUILT_IN: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """One plugin that stands ready. ``folder`` holds its own objects/, layouts/, flows/ and seed/ (None: it has none)."""

    name: str
    version: str
    requires: str
    module: str
    folder: Path | None = None
    origin: str = "folder"             # built-in, folder or installed
    place: Place = field(default_factory=Place)


class PluginManager(pluggy.PluginManager):
    """pluggy's manager, with what was found: ``infos`` of the plugins that work, ``diagnostics`` of those that do not."""

    def __init__(self) -> None:
        super().__init__("jimu")
        self.add_hookspecs(hookspecs)
        self.infos: dict[str, PluginInfo] = {}
        self.diagnostics: list[Diagnostic] = []
