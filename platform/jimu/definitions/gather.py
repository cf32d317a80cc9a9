"""Every file read, laid over those of the same kind and name below it, and checked for its shape."""

from __future__ import annotations

from jimu.definitions.documents import Document, Findings
from jimu.definitions.overlay import merge
from jimu.definitions.reader import YamlMap, read
from jimu.definitions.shape import check_shape
from jimu.definitions.workspace import SYSTEM, SourceFile, Workspace, source_files
from jimu.diagnostics import Place
from jimu.messages import Message


def gather(workspace: Workspace, findings: Findings) -> dict[str, dict[str, Document]]:
    """The documents by kind and name. Anything that is wrong with a file's shape is reported and left out of its
    data.
    """
    found: dict[str, dict[str, Document]] = {"workspace": {"workspace": _workspace_document(workspace)}}
    layer_of: dict[tuple[str, str], SourceFile] = {}
    for source in source_files(workspace):
        data = _read(source, findings)
        if data is None:
            continue
        named = found.setdefault(source.kind, {})
        below = named.get(source.name)
        if below is None:
            named[source.name] = Document(
                source.kind, source.name, source.module, data, source.path, source.path.startswith(f"{SYSTEM}:")
            )
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
        layer_of[source.kind, source.name] = source
    for named in found.values():
        for document in named.values():
            findings.extend(check_shape(document.kind, document.data, document.address))
    return found


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
