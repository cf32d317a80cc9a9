"""Workspaces: where one is, which layers it is made of (system, bases, plugins, its own folders), which files they
hold.

A layer is a set of YAML texts by path. Layers come from folders, or from the texts that a stored revision kept; the
path shown for a file of a layer below the workspace's own begins with the layer's name:
``crm:objects/sales/account.yaml``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from jimu.definitions.kinds import KINDS
from jimu.definitions.reader import YamlList, YamlMap, read, value_place
from jimu.diagnostics import Diagnostic, Place
from jimu.messages import Message

WORKSPACE_FILES = ("workspace.yaml", "objects/workspace.yaml")
FOLDERS = ("objects", "flows", "layouts", "seed")
STANDARD = "crm"
SYSTEM = "jimu"

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Layer:
    """``prefix`` is put before the paths of its files where they are shown and kept ("" for the workspace's own)."""

    prefix: str
    files: Texts


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One definition file. ``module``: the folder below objects/ that it lies in. ``layer`` counts from the lowest."""

    kind: str
    name: str
    module: str
    path: str
    text: str
    layer: int


@dataclass
class Workspace:
    """What was found: the layers from the lowest up, the workspace's own description, the plugins all of them name."""

    layers: list[Layer] = field(default_factory=list)
    description: YamlMap | None = None
    plugins: dict[str, Place] = field(default_factory=dict)
    plugin_folders: list[Path] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def texts(self) -> dict[str, str]:
        """Every file by the path under which it is kept."""
        return {layer.prefix + path: text for layer in self.layers for path, text in layer.files.items()}


def find_workspace(start: Path) -> Path | None:
    """The nearest folder at or above ``start`` that holds workspace.yaml or objects/; None: there is none."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if any((folder / name).is_file() for name in WORKSPACE_FILES) or (folder / "objects").is_dir():
            return folder
    return None


def no_workspace(folder: Path) -> Diagnostic:
    """What is to be told where ``find_workspace`` found none."""
    message = Message(
        "There is no workspace in {folder}: it has neither workspace.yaml nor objects/. Make one with: jimu init DIR",
        {"folder": str(folder.resolve())},
    )
    return Diagnostic("no_workspace", message, Place(str(folder)))


def standard_path() -> Path:
    """The folder of the standard configuration: ``jimu/standard`` in an installed wheel, else the repository's root."""
    package = Path(__file__).resolve().parents[1]
    shipped = package / "standard"
    return shipped if (shipped / "objects").is_dir() else package.parents[1]


# --- reading layers ---------------------------------------------------------------------------------------------------


def read_folder(root: Path) -> dict[str, str]:
    """The YAML texts of the workspace folder ``root``, those of its plugins included, by relative path.

    Text that is not UTF-8 is kept with replacement characters, which the reader then refuses.
    """
    found: dict[str, str] = {}
    for path in _yaml_files(root):
        found[path.relative_to(root).as_posix()] = path.read_text("utf-8", errors="replace")
    return found


def _yaml_files(root: Path) -> Iterator[Path]:
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is not a folder")
    for name in WORKSPACE_FILES[:1]:
        if (root / name).is_file():
            yield root / name
    for folder in FOLDERS:
        yield from _below(root / folder)
    for plugin in sorted((root / "plugins").glob("*/jimu_plugin.yaml")):
        yield plugin
        for folder in FOLDERS:
            yield from _below(plugin.parent / folder)


def _below(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in (".yaml", ".yml")
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def system_layer() -> Layer:
    """The objects that every workspace has: user, department, comment …"""
    folder = Path(__file__).resolve().parents[1] / "system"
    return Layer(
        f"{SYSTEM}:", {f"objects/system/{path.name}": path.read_text("utf-8") for path in sorted(folder.glob("*.yaml"))}
    )


# --- putting layers together ------------------------------------------------------------------------------------------


def discover(root: Path) -> Workspace:
    """The workspace in the folder ``root``; plugin layers are those of ``plugins/`` folders (installed ones are added
    later).
    """

    def base(name: str, above: Path) -> tuple[str, Path] | None:
        path = standard_path() if name == STANDARD else (above / name)
        return (name if name == STANDARD else path.resolve().name, path.resolve()) if path.is_dir() else None

    workspace = Workspace(layers=[system_layer()])
    _FolderVisit(workspace, base).visit(root.resolve(), "", Place())
    return workspace


class _FolderVisit:
    def __init__(self, workspace: Workspace, base: Callable[[str, Path], tuple[str, Path] | None]) -> None:
        self.workspace = workspace
        self.base = base
        self.seen: dict[Path, str] = {}

    def visit(self, root: Path, prefix: str, place: Place) -> None:
        """Add the layers of the workspace in ``root``: its bases' first, then its plugins', then its own."""
        if root in self.seen:
            return
        self.seen[root] = prefix
        texts = read_folder(root)
        description = _description(self.workspace, texts, prefix)
        for name, at in _named(description, "extends"):
            found = self.base(name, root)
            if found is None:
                message = Message("There is no workspace {name} to build on.", {"name": name})
                self.workspace.diagnostics.append(Diagnostic("unknown_base", message, at, suggestion=STANDARD))
            else:
                self.visit(found[1], f"{found[0]}:", at)
        self.workspace.plugin_folders.append(root / "plugins")
        _add_layers(self.workspace, texts, prefix, description)


def restore(files: Texts) -> Workspace:
    """The workspace that ``Workspace.texts`` gave ``files`` for."""
    workspace = Workspace()
    layers: dict[str, dict[str, str]] = {}
    for path, text in files.items():
        prefix, colon, rest = path.partition(":")
        layers.setdefault(prefix + ":" if colon else "", {})[rest if colon else path] = text
    workspace.layers.append(Layer(f"{SYSTEM}:", layers.pop(f"{SYSTEM}:")) if f"{SYSTEM}:" in layers else system_layer())
    if STANDARD + ":" not in layers:
        own = read(next((layers.get("", {})[n] for n in WORKSPACE_FILES if n in layers.get("", {})), ""), "")[0]
        if any(name == STANDARD for name, _ in _named(own if isinstance(own, YamlMap) else None, "extends")):
            layers[STANDARD + ":"] = read_folder(standard_path())
    _restore_layers(workspace, layers, "", set())
    workspace.plugin_folders.append(standard_path() / "plugins")
    return workspace


def _restore_layers(workspace: Workspace, layers: Mapping[str, Texts], prefix: str, seen: set[str]) -> None:
    if prefix in seen:
        return
    seen.add(prefix)
    texts = layers.get(prefix, {})
    description = _description(workspace, texts, prefix)
    for name, at in _named(description, "extends"):
        base = (name if name == STANDARD else PurePosixPath(name).name) + ":"
        if base in layers:
            _restore_layers(workspace, layers, base, seen)
        else:
            message = Message("There is no workspace {name} to build on.", {"name": name})
            workspace.diagnostics.append(Diagnostic("unknown_base", message, at))
    for name, _ in _named(description, "plugins"):
        installed = f"plugin.{name}:"
        if installed in layers:
            workspace.layers.append(Layer(installed, layers[installed]))
    _add_layers(workspace, texts, prefix, description)


def _add_layers(workspace: Workspace, texts: Texts, prefix: str, description: YamlMap | None) -> None:
    """The layers of the named plugins in ``texts``, then that of the workspace itself."""
    for name, at in _named(description, "plugins"):
        workspace.plugins.setdefault(name, at)
        start = f"plugins/{name}/"
        inside = {path[len(start) :]: text for path, text in texts.items() if path.startswith(start)}
        if inside:
            workspace.layers.append(Layer(prefix + start, inside))
    own = {path: text for path, text in texts.items() if not path.startswith("plugins/")}
    workspace.layers.append(Layer(prefix, own))
    if not prefix:
        workspace.description = description


def _description(workspace: Workspace, texts: Texts, prefix: str) -> YamlMap | None:
    path = next((name for name in WORKSPACE_FILES if name in texts), None)
    if path is None:
        return None
    data, diagnostics = read(texts[path], prefix + path)
    workspace.diagnostics += diagnostics
    if data is not None and not isinstance(data, YamlMap):
        message = Message(
            "The file must hold {wanted}, not {found}.", {"wanted": Message("a mapping"), "found": Message("a list")}
        )
        workspace.diagnostics.append(Diagnostic("wrong_type", message, Place(prefix + path, 1, 1)))
        return None
    return data


def _named(description: YamlMap | None, key: str) -> list[tuple[str, Place]]:
    listed = description.get(key) if description is not None else None
    if not isinstance(listed, YamlList):
        return []
    return [(name, value_place(description, key, i)) for i, name in enumerate(listed) if isinstance(name, str)]


# --- which file is what -----------------------------------------------------------------------------------------------


def source_files(workspace: Workspace) -> Iterator[SourceFile]:
    """Every definition file of every layer, the lowest layer first."""
    for number, layer in enumerate(workspace.layers):
        for path, text in layer.files.items():
            what = kind_of(path)
            if what is not None:
                yield SourceFile(*what, path=layer.prefix + path, text=text, layer=number)


_LAYOUTS = {"apps": "app", "pages": "page", "lists": "list"}
_FURTHER = {kind.folder: kind.name for kind in KINDS}


def kind_of(path: str) -> tuple[str, str, str] | None:
    """Kind, name and module of the definition in the file at ``path``; None: the file is no definition of this
    version.
    """
    parts = PurePosixPath(path).parts
    name = PurePosixPath(path).stem
    if path in WORKSPACE_FILES:
        return None
    further = _FURTHER.get("/".join(parts[:-1]))
    if further is not None:
        return further, name, ""
    if parts[0] == "objects" and len(parts) > 1:
        folder = parts[1] if len(parts) > 2 else ""
        if folder in ("options", "roles"):
            return ("options" if folder == "options" else "role"), name, ""
        return "object", name, folder
    if parts[0] == "layouts" and len(parts) > 2 and parts[1] in _LAYOUTS:
        return _LAYOUTS[parts[1]], name, ""
    if parts[0] == "seed" and len(parts) == 2:
        return "seed", name, ""
    if parts[:2] == ("seed", "imports") and len(parts) == 3:
        return "import_plan", name, ""
    return None
