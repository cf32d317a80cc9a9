"""The JSON Schemas of every kind of YAML file, with each registered field type's own options worked in."""

from __future__ import annotations

from typing import Any

KINDS: tuple[str, ...] = (
    "object", "options", "role", "app", "page", "list", "seed", "import_plan", "workspace", "plugin",
)


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of ``kind``, whole and self-contained, with descriptions for an editor. Raises KeyError."""
    raise NotImplementedError
