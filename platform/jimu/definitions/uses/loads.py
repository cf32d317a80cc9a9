"""What seeds and import plans refer to. Their steps are kept as they were written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ImportPlanDef, SeedDef
from jimu.definitions.use import Use


def uses_of_seeds(manifest: Manifest) -> Iterator[Use]:
    for seed in manifest.seeds.values():
        yield from _of_steps(manifest, seed, f"seed:{seed.name}", "seed")


def uses_of_import_plans(manifest: Manifest) -> Iterator[Use]:
    for plan in manifest.import_plans.values():
        yield from _of_steps(manifest, plan, f"import_plan:{plan.name}", "import")


def _of_steps(manifest: Manifest, definition: SeedDef | ImportPlanDef, source: str, how: str) -> Iterator[Use]:
    for step in definition.steps:
        for object, names in _named(step):
            if object not in manifest.objects:
                continue
            yield Use(object, source, how, definition.source)
            fields = manifest.objects[object].fields
            for name in dict.fromkeys(names):
                if name in fields:
                    yield Use(fields[name].address, source, how, definition.source)


def _named(step: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Every object that a step fills, with the fields that it names."""
    generate = step.get("generate") or {}
    parts = (step.get("fields"), step.get("set"), step.get("formulas"), generate.get("fields"))
    names = [name for part in parts for name in part or {}]
    names += [name for record in step.get("records") or () for name in record]
    names += _listed(step.get("key")) + _listed(step.get("lookup"))
    for column in (step.get("columns") or {}).values():
        names += _listed(column.get("field") if isinstance(column, Mapping) else column)
    yield str(step.get("object") or ""), names
    for child in generate.get("children") or ():
        yield from _named(child)


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, Iterable) else []
