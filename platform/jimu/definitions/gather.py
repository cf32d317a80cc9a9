"""Every file read, laid over those of the same kind and name below it, and checked for its shape."""

from __future__ import annotations

import re

from jimu.definitions.documents import Document, Findings
from jimu.definitions.overlay import merge
from jimu.definitions.reader import YamlMap, read
from jimu.definitions.shape import check_shape
from jimu.definitions.workspace import SYSTEM, SourceFile, Workspace, source_files
from jimu.diagnostics import Place
from jimu.fieldtypes.base import FieldType
from jimu.fieldtypes.registry import classes
from jimu.messages import Message

Damaged = set[tuple[str, str]]
"""Kind and name of the definitions of which a part could not be read."""

_FREELY_NAMED = frozenset({"seed", "import_plan"})
_NAME = re.compile(r"[a-z][a-z0-9_]{0,58}")


def gather(workspace: Workspace, findings: Findings) -> tuple[dict[str, dict[str, Document]], Damaged]:
    """The documents by kind and name, and which of them are damaged. Anything that is wrong with a file's shape is
    reported and left out of its data.
    """
    damaged: Damaged = set()
    found: dict[str, dict[str, Document]] = {"workspace": {"workspace": _workspace_document(workspace)}}
    layer_of: dict[tuple[str, str], SourceFile] = {}
    texts: dict[tuple[str, str], tuple[str, ...]] = {}
    for source in source_files(workspace):
        known = len(findings.diagnostics)
        data = _read(source, findings)
        if len(findings.diagnostics) > known:
            damaged.add((source.kind, source.name))
        if data is None or not _may_be_called(source, findings):
            continue
        named = found.setdefault(source.kind, {})
        below = named.get(source.name)
        if below is None:
            named[source.name] = Document(
                source.kind, source.name, source.module, data, source.path, source.path.startswith(f"{SYSTEM}:")
            )
            texts[source.kind, source.name] = (source.text,)
        elif layer_of[source.kind, source.name].layer == source.layer:
            findings.error(
                "duplicate_name",
                "{name} is already defined in {file}.",
                {"name": source.name, "file": layer_of[source.kind, source.name].path},
                Place(source.path, 1, 1),
                below.address,
            )
        else:
            below.data, problems = merge(below.data, data)
            findings.extend(problems)
            texts[source.kind, source.name] += (source.text,)
        layer_of[source.kind, source.name] = source
    for named in found.values():
        for document in named.values():
            _check(document, texts.get((document.kind, document.name), ()), findings, damaged)
    return found, damaged


def _check(document: Document, texts: tuple[str, ...], findings: Findings, damaged: Damaged) -> None:
    """Check the shape of ``document``, made of the files ``texts``, unless this process found the same ones sound."""
    known = (document.kind, texts, classes())
    if texts and known in _sound:
        return
    problems = check_shape(document.kind, document.data, document.address)
    findings.extend(problems)
    if problems and document.kind == "object" and "fields" not in document.data:
        damaged.add(("object", document.name))
    if not problems and len(_sound) < _MOST_KEPT:
        _sound.add(known)


# Configuration is read again for each plan, each application and by each process after it, and next to all of it is as
# it was: of the time of a reading, the check of shapes would be a third.
_sound: set[tuple[str, tuple[str, ...], frozenset[type[FieldType]]]] = set()
_MOST_KEPT = 5_000


def _may_be_called(source: SourceFile, findings: Findings) -> bool:
    """Whether the file's name can be the name of what it defines; a report if not."""
    if source.kind in _FREELY_NAMED or _NAME.fullmatch(source.name):
        return True
    message = "The file is named {name}; a definition has a name in snake_case: small letters, digits and _."
    findings.error("bad_name", message, {"name": source.name}, Place(source.path, 1, 1), source.name)
    return False


def _read(source: SourceFile, findings: Findings) -> YamlMap | None:
    data, problems = read(source.text, source.path)
    findings.extend(problems)
    if data is None and not problems:
        findings.error("wrong_type", "The file is empty.", {}, Place(source.path, 1, 1), source.name)
    if data is not None and not isinstance(data, YamlMap):
        findings.error(
            "wrong_type",
            "The file must hold {wanted}, not {found}.",
            {"wanted": Message("a mapping"), "found": Message("a list") if isinstance(data, list) else Message("text")},
            Place(source.path, 1, 1),
            source.name,
        )
    return data if isinstance(data, YamlMap) else None


def _workspace_document(workspace: Workspace) -> Document:
    data = workspace.description
    return Document(
        "workspace",
        "workspace",
        "",
        data if data is not None else YamlMap(("workspace.yaml", 0, 0)),
        data.mark[0] if data is not None else "workspace.yaml",
    )
