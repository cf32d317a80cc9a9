"""What lies in a workspace's folder and looks like a definition, but is read by nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from jimu.definitions.kinds import KINDS
from jimu.definitions.workspace import FOLDERS, WORKSPACE_FILES, kind_of
from jimu.diagnostics import Diagnostic, Place, Severity, nearest
from jimu.messages import Message

_TOP = (*FOLDERS, "plugins")
# Where YAML is read; below objects/ each folder is a module.
_FOLDERS = ("objects", "layouts/apps", "layouts/lists", "layouts/pages", "seed", "seed/imports", "seed/words",
            *(kind.folder for kind in KINDS))


def find_strays(root: Path, files: Iterable[str]) -> list[Diagnostic]:
    """Warnings for folders of ``root`` whose names are nearly right and for those of ``files`` (paths below it) that no
    kind of definition reads; errors for links that lead nowhere.
    """
    found = [_unread(path) for path in files if not _is_read(path)]
    found += _misspelt(root, "", _TOP)
    found += _dangling(root, "", _TOP)
    for plugin in sorted((root / "plugins").glob("*/jimu_plugin.yaml")):
        prefix = plugin.parent.relative_to(root).as_posix() + "/"
        found += _misspelt(plugin.parent, prefix, FOLDERS)
        found += _dangling(plugin.parent, prefix, FOLDERS)
    return found


def _is_read(path: str) -> bool:
    parts = PurePosixPath(path).parts
    if parts[0] == "plugins":
        return len(parts) == 3 or _is_read("/".join(parts[2:]))
    # Seeds name the word lists that they draw from by themselves.
    return path in WORKSPACE_FILES or parts[:2] == ("seed", "words") or kind_of(path) is not None


def _unread(path: str) -> Diagnostic:
    folder = PurePosixPath(path).parent.as_posix()
    within = "/".join(PurePosixPath(folder).parts[2:]) if folder.startswith("plugins/") else folder
    message = Message("Nothing reads {file}: no definitions are kept in {folder}/.", {"file": path, "folder": folder})
    near = nearest(within, _FOLDERS)
    return Diagnostic("stray_file", message, Place(path), path, Severity.WARNING, f"{near}/" if near else None)


def _misspelt(folder: Path, prefix: str, known: tuple[str, ...]) -> Iterator[Diagnostic]:
    for path in sorted(folder.iterdir()):
        near = nearest(path.name, known)
        if path.name in known or near is None or not path.is_dir() or not _has_yaml(path):
            continue
        shown = f"{prefix}{path.name}"
        message = Message("Nothing reads the folder {folder}/; definitions are kept in {right}/.",
                          {"folder": shown, "right": near})
        yield Diagnostic("stray_folder", message, Place(shown), shown, Severity.WARNING, f"{prefix}{near}/")


def _has_yaml(folder: Path) -> bool:
    return any(path.suffix in (".yaml", ".yml") for path in folder.rglob("*"))


def _dangling(folder: Path, prefix: str, known: tuple[str, ...]) -> Iterator[Diagnostic]:
    """Without what such a link stands for, definitions would seem to be gone."""
    for name in known:
        below = [] if name == "plugins" else sorted((folder / name).rglob("*"))
        for path in (folder / name, *below):
            inside = path.relative_to(folder)
            if path.is_symlink() and not path.exists() and not any(part.startswith(".") for part in inside.parts):
                shown = prefix + inside.as_posix()
                message = Message("{file} is a link to {target}, which is not there.",
                                  {"file": shown, "target": str(path.readlink())})
                yield Diagnostic("dangling_link", message, Place(shown), shown)
