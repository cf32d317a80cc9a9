"""Which stages hold for a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.access.per_manifest import PerManifest
from jimu.definitions.kinds.stages import StagesDef
from jimu.definitions.manifest import Manifest


def _by_object(manifest: Manifest) -> Mapping[str, tuple[StagesDef, ...]]:
    found: dict[str, list[StagesDef]] = {}
    for _, stages in sorted(manifest.all("stages").items()):
        found.setdefault(stages.object, []).append(stages)
    return {name: tuple(listed) for name, listed in found.items()}


_known: PerManifest[Mapping[str, tuple[StagesDef, ...]]] = PerManifest(_by_object)


def stages_for(manifest: Manifest, object: str) -> tuple[StagesDef, ...]:
    """Every definition of stages for ``object``, in order of name."""
    return _known.get(manifest).get(object, ())


def stages_of(manifest: Manifest, object: str, values: Mapping[str, Any]) -> StagesDef | None:
    """The stages of a record with ``values``: the first definition for its record type; None: it has none."""
    kind = values.get("record_type")
    return next((s for s in stages_for(manifest, object) if not s.record_types or kind in s.record_types), None)
