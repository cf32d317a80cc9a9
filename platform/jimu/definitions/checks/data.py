"""Seeds and import plans: the objects that their steps name exist, and the keys are fields of them."""

from __future__ import annotations

from jimu.definitions.checks.checking import Checking
from jimu.definitions.documents import Document
from jimu.definitions.reader import YamlMap


def check_data(checking: Checking) -> None:
    for kind in ("seed", "import_plan"):
        for document in checking.documents.get(kind, {}).values():
            for i, step in enumerate(document.data.get("steps", ())):
                if isinstance(step, YamlMap) and isinstance(step.get("object"), str):
                    _check_step(checking, document, step, i)


def _check_step(checking: Checking, document: Document, step: YamlMap, i: int) -> None:
    definition = checking.manifest.objects.get(step["object"])
    if definition is None:
        checking.findings.unknown(
            "unknown_object",
            "There is no object called {name}.",
            step["object"],
            document.value_place("steps", i, "object"),
            document.address,
            checking.manifest.objects,
        )
        return
    key = step.get("key")
    for j, name in enumerate([key] if isinstance(key, str) else key or ()):
        if isinstance(name, str) and name not in definition.fields:
            path = ("steps", i, "key") if isinstance(key, str) else ("steps", i, "key", j)
            checking.findings.unknown(
                "unknown_field",
                "{object} has no field {name}.",
                name,
                document.value_place(*path),
                document.address,
                definition.fields,
                object=definition.name,
            )
