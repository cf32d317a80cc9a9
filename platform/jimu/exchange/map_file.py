"""Mappings in files of their own: what ``jimu import --map`` and ``--plan PATH`` read. They keep to the schema of
import plans.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jimu.definitions.documents import plain
from jimu.definitions.model import ImportPlanDef
from jimu.definitions.reader import Mark, YamlList, YamlMap, read
from jimu.definitions.shape import check_shape
from jimu.diagnostics import Diagnostic, Place
from jimu.errors import DefinitionErrors
from jimu.messages import Message, Text

KIND = "import_plan"


def read_map_file(path: Path) -> Mapping[str, Any]:
    """The step written in ``path``. Raises DefinitionErrors with everything wrong in it, OSError if it can not be
    read.
    """
    data = _read(path)
    step = data.copy()
    for needed in ("file", "object"):
        if needed not in step:
            step.set(needed, needed, data.mark, data.mark)
    _check(_plan_of(step, data.mark), path)
    found: Mapping[str, Any] = plain(data)
    return found


def read_plan_file(path: Path) -> ImportPlanDef:
    """The import plan written in ``path``. Raises as ``read_map_file`` does."""
    data = _read(path)
    _check(data, path)
    found = plain(data)
    return ImportPlanDef(path.stem, Text.of(found.get("label", path.stem)), tuple(found["steps"]), Place(str(path)))


def _read(path: Path) -> YamlMap:
    data, diagnostics = read(path.read_text(encoding="utf-8-sig"), str(path))
    if not diagnostics and not isinstance(data, YamlMap):
        diagnostics = [Diagnostic("not_a_map", Message("The file must be a mapping."), Place(str(path), 1, 1))]
    if diagnostics:
        raise DefinitionErrors(diagnostics)
    assert isinstance(data, YamlMap)
    return data


def _plan_of(step: YamlMap, mark: Mark) -> YamlMap:
    steps = YamlList(mark)
    steps.add(step, mark)
    plan = YamlMap(mark)
    plan.set("steps", steps, mark, mark)
    return plan


def _check(data: YamlMap, path: Path) -> None:
    diagnostics = check_shape(KIND, data, f"{KIND}:{path.stem}")
    if diagnostics:
        raise DefinitionErrors(diagnostics)
