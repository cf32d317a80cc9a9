"""Plugins: found, version-checked, imported and registered; a broken one is reported and the rest still load.

A plugin is a folder ``plugins/<name>/`` with a ``jimu_plugin.yaml`` (name, version, requires, module), or an installed
package with an entry point in the group ``jimu.plugins`` that names the module. The engine's own parts register through
the same hooks (``BUILT_IN``). Called by ``definitions.load`` and by the composition root; knows no definitions.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import sys
import traceback
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pluggy
import yaml
from packaging.requirements import InvalidRequirement, Requirement

import jimu
from jimu import hookspecs
from jimu.diagnostics import Diagnostic, Place, nearest
from jimu.messages import Message

ENTRY_POINT_GROUP = "jimu.plugins"
DESCRIPTION_FILE = "jimu_plugin.yaml"
REQUIRED_KEYS = ("name", "version", "requires")
DESCRIPTION_KEYS = (*REQUIRED_KEYS, "module", "label", "description")

# Folder plugins are imported as submodules of this made-up package, so that nothing is put on sys.path.
NAMESPACE = "jimu_plugins"

# Modules of the engine that implement hooks, by name so that this floor imports none above it.
BUILT_IN: tuple[str, ...] = (
    "jimu.fieldtypes.builtin",
    "jimu.formulas.builtin",
    "jimu.records.title_jobs",
    "jimu.records.file_jobs",
    "jimu.records.write_steps.ties",
    "jimu.records.duplicates.keeping",
    "jimu.care.scanning",
    "jimu.care.merging_jobs",
    "jimu.care.retention",
    "jimu.bulk.jobs",
    "jimu.exchange.wizard.jobs",
    "jimu.exchange.audit_jobs",
    "jimu.flows.pools.jobs",
    "jimu.flows.assignments.jobs",
    "jimu.flows.stages.plugin",
    "jimu.flows.automations.plugin",
    "jimu.flows.approvals.plugin",
    "jimu.flows.approvals.batches",
    "jimu.flows.approvals.duplicates",
    "jimu.flows.approvals.guarding",
    "jimu.flows.approvals.seeding",
    "jimu.flows.sla.seeding",
    "jimu.flows.followers.plugin",
    "jimu.flows.notices.plugin",
    "jimu.flows.sla.plugin",
)


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """One plugin that stands ready. ``folder`` holds its own objects/, layouts/, flows/ and seed/ (None: it has
    none).
    """

    name: str
    version: str
    requires: str = "jimu"
    module: str = ""  # "": YAML only
    folder: Path | None = None
    origin: str = "folder"  # built-in, folder or installed
    place: Place = field(default_factory=Place)


class PluginManager(pluggy.PluginManager):
    """pluggy's manager, with what was found: ``infos`` of the plugins that work, ``diagnostics`` of those that do
    not.
    """

    def __init__(self) -> None:
        super().__init__("jimu")
        self.add_hookspecs(hookspecs)
        self.infos: dict[str, PluginInfo] = {}
        self.diagnostics: list[Diagnostic] = []

    def add(self, info: PluginInfo, module: types.ModuleType | None) -> None:
        """Register ``module`` (None: the plugin has no code) or report why it cannot be."""
        if module is not None:
            try:
                self.register(module, name=info.name)
                self.check_pending()
            except (pluggy.PluginValidationError, ValueError) as error:
                if self.has_plugin(info.name):
                    self.unregister(name=info.name)
                self.report("bad_plugin", info, Message("{error}.", {"error": error}))
                return
        self.infos[info.name] = info

    def report(self, code: str, info: PluginInfo, reason: Message, place: Place | None = None) -> None:
        self.diagnostics.append(_problem(code, info, reason, place or info.place))

    def collect(self, hook: str) -> list[tuple[str, Any]]:
        """What each plugin's ``hook`` (one without arguments) gives: (plugin, result). One that fails is reported and
        left out.
        """
        found: list[tuple[str, Any]] = []
        for implementation in getattr(self.hook, hook).get_hookimpls():
            name = implementation.plugin_name
            try:
                found.append((name, implementation.function()))
            except Exception as error:  # noqa: BLE001 - a plugin's code may raise anything, and the rest must go on
                info = self.infos.get(name, PluginInfo(name, ""))
                self.report("broken_plugin", info, _describe(error), _origin(error, info))
        return found


def build_plugin_manager(
    names: Sequence[str] = (),
    folders: Iterable[Path] = (),
    places: Mapping[str, Place] | None = None,
) -> PluginManager:
    """A manager with the built-in parts and the plugins ``names``, found in ``folders`` (each a plugins/) or installed.

    ``places``: where each name stands, for diagnostics. Never raises for a bad plugin.
    """
    manager = PluginManager()
    for module_name in BUILT_IN:
        manager.add(
            PluginInfo(module_name, jimu.__version__, module=module_name, origin="built-in"),
            importlib.import_module(module_name),
        )
    add_plugins(manager, names, folders, places)
    return manager


def add_plugins(
    manager: PluginManager,
    names: Sequence[str],
    folders: Iterable[Path],
    places: Mapping[str, Place] | None = None,
) -> None:
    """Add the plugins ``names`` that ``manager`` does not have yet."""
    in_folders = {path.parent.name: path for folder in folders for path in sorted(folder.glob(f"*/{DESCRIPTION_FILE}"))}
    installed = {point.name: point for point in importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)}
    for name in names:
        if name in manager.infos or manager.has_plugin(name):
            continue
        if name in in_folders:
            _add_folder(manager, name, in_folders[name])
        elif name in installed:
            _add_installed(manager, installed[name])
        else:
            message = Message("There is no plugin called {plugin}.", {"plugin": name})
            manager.diagnostics.append(
                Diagnostic(
                    "unknown_plugin",
                    message,
                    (places or {}).get(name, Place()),
                    address=f"plugin:{name}",
                    suggestion=nearest(name, [*in_folders, *installed]),
                )
            )


def _add_folder(manager: PluginManager, name: str, path: Path) -> None:
    info, problems = read_description(path.read_text("utf-8"), path, name)
    if problems:
        manager.diagnostics.extend(problems)
        return
    if _suits(manager, info):
        module = _import(manager, info, _folder_package(info)) if info.module else None
        if module is not None or not info.module:
            manager.add(info, module)


def _add_installed(manager: PluginManager, point: importlib.metadata.EntryPoint) -> None:
    distribution = point.dist
    requires = next(
        (r for r in (distribution.requires or () if distribution else ()) if r.split(";")[0].startswith("jimu")), "jimu"
    )
    info = PluginInfo(
        point.name,
        distribution.version if distribution else "",
        requires,
        point.module,
        origin="installed",
        place=Place(point.value),
    )
    if not _suits(manager, info):
        return
    module = _import(manager, info, point.module)
    if module is not None:
        folder = Path(module.__file__).parent if module.__file__ else None
        has_files = folder is not None and any(
            (folder / part).is_dir() for part in ("objects", "layouts", "flows", "seed")
        )
        manager.add(
            PluginInfo(
                info.name,
                info.version,
                info.requires,
                info.module,
                folder if has_files else None,
                "installed",
                info.place,
            ),
            module,
        )


def read_description(text: str, path: Path, name: str) -> tuple[PluginInfo, list[Diagnostic]]:
    """What a ``jimu_plugin.yaml`` says of the plugin in the folder ``name``, and what is wrong with it."""
    file = f"plugins/{name}/{DESCRIPTION_FILE}"
    info = PluginInfo(name, "", folder=path.parent, place=Place(file, 1, 1))
    try:
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(file, mark.line + 1, mark.column + 1) if mark else info.place
        return info, [_problem("bad_plugin", info, Message("its description is not valid YAML."), place)]
    said: dict[str, str] = {}
    problems: list[Diagnostic] = []
    for key, value in node.value if isinstance(node, yaml.MappingNode) else []:
        if key.value in DESCRIPTION_KEYS:
            said[key.value] = value.value if isinstance(value, yaml.ScalarNode) else ""
            continue
        place = Place(file, key.start_mark.line + 1, key.start_mark.column + 1)
        reason = Message("its description has the unknown key {key}.", {"key": str(key.value)})
        problems.append(_problem("bad_plugin", info, reason, place, nearest(str(key.value), DESCRIPTION_KEYS)))
    for key in REQUIRED_KEYS:
        if not said.get(key):
            reason = Message("its description lacks the key {key}.", {"key": key})
            problems.append(_problem("bad_plugin", info, reason, info.place))
    if said.get("name", name) != name:
        reason = Message("it is named {name} but its folder is {folder}.", {"name": said["name"], "folder": name})
        problems.append(_problem("bad_plugin", info, reason, info.place))
    told = {key: said.get(key, "") for key in ("version", "requires", "module")}
    return PluginInfo(name, folder=path.parent, place=info.place, **told), problems


def _problem(code: str, info: PluginInfo, reason: Message, place: Place, suggestion: str | None = None) -> Diagnostic:
    message = Message("The plugin {plugin} does not work: {reason}", {"plugin": info.name, "reason": reason})
    return Diagnostic(code, message, place, address=f"plugin:{info.name}", suggestion=suggestion)


def _suits(manager: PluginManager, info: PluginInfo) -> bool:
    """Whether the plugin was made for this version of the engine; reports it if not."""
    try:
        requirement = Requirement(info.requires)
    except InvalidRequirement:
        reason = Message(
            "its requires, {requires}, cannot be understood; write it as jimu>=0.1.", {"requires": info.requires}
        )
        manager.report("bad_plugin", info, reason)
        return False
    if requirement.name != "jimu" or requirement.specifier.contains(jimu.__version__, prereleases=True):
        return True
    params = {"requires": info.requires, "version": jimu.__version__}
    manager.report("plugin_version", info, Message("it requires {requires}, and this is jimu {version}.", params))
    return False


def _folder_package(info: PluginInfo) -> str:
    """The dotted name of a folder plugin's module, below a package made for its folder (no two folders share one)."""
    assert info.folder is not None
    digest = hashlib.sha256(str(info.folder.resolve()).encode()).hexdigest()[:8]
    if NAMESPACE not in sys.modules:
        sys.modules[NAMESPACE] = _package(NAMESPACE, [])
    package = f"{NAMESPACE}.{info.name}_{digest}"
    if package not in sys.modules:
        sys.modules[package] = _package(package, [str(info.folder)])
    return f"{package}.{info.module}"


def _package(name: str, path: list[str]) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__path__ = path
    return module


def _import(manager: PluginManager, info: PluginInfo, module: str) -> types.ModuleType | None:
    importlib.invalidate_caches()  # the folder may have been written since Python last looked
    try:
        return importlib.import_module(module)
    except Exception as error:  # noqa: BLE001 - a module may raise anything when imported, and the rest must go on
        manager.report("broken_plugin", info, _describe(error), _origin(error, info))
        return None


def _describe(error: Exception) -> Message:
    return Message("{error}.", {"error": f"{type(error).__name__}: {error}"})


def _origin(error: Exception, info: PluginInfo) -> Place:
    """The innermost line of the plugin's own files that ``error`` came from, else the plugin's place."""
    if (
        isinstance(error, SyntaxError)
        and error.filename
        and info.folder
        and Path(error.filename).is_relative_to(info.folder)
    ):
        return Place(_shown(Path(error.filename), info), error.lineno or 0, error.offset or 0)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if info.folder and Path(frame.filename).is_relative_to(info.folder):
            return Place(_shown(Path(frame.filename), info), frame.lineno or 0)
    return info.place


def _shown(path: Path, info: PluginInfo) -> str:
    assert info.folder is not None
    return f"plugins/{info.name}/{path.relative_to(info.folder).as_posix()}"
