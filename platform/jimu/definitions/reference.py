"""docs/reference, made from what the engine itself goes by: ``python -m jimu.definitions.reference docs/reference``.

A test makes the pages again and compares, so that they cannot fall behind.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jimu.definitions.codes import CODES
from jimu.definitions.schemas import KINDS, json_schema, own_options
from jimu.fieldtypes.builtin import BUILT_IN

_FIELD = "fields.<name>"
_NOTE = "<!-- Made by `python -m jimu.definitions.reference docs/reference`; do not edit. -->"
_INTRODUCTION = """\
# What may be written in YAML

One file is one definition; its folder says the kind and its name is the definition's name. YAML is read by the 1.2
core rules: `on`, `yes`, `017`, `12:30` and `2026-01-02` are text, and a number with a point is exact. Conditions and
formulas are text (see docs/formulas.md). Labels are one text, or a mapping of `en`, `zh-CN` and `zh-TW`. Keys that
begin with `x-` are kept for plugins.

## Overlays

A file of the same kind and name in a higher layer (a plugin's, or a workspace that `extends` another) says only what
differs:

- mappings are merged key by key, texts and numbers replaced, labels merged by language;
- `key: null` takes a key away; `retired: true` takes an object, a field or an option out of use and keeps its values;
- a list changes only by a word: `{append: […]}`, `{prepend: […]}`, `{remove: […]}`, `{replace: […]}`, and
  `{retire: […]}` for options; an item is named by its text, or by its `name`, `value`, `field`, `object` or `label`;
- a new field says where it stands with `after:` or `before:`; `order:` on the object names the fields that come first.
"""


def build_pages() -> dict[str, str]:
    """File name -> text of every page."""
    return {"yaml.md": _yaml_page(), "field-types.md": _field_types_page(), "diagnostics.md": _diagnostics_page()}


def _yaml_page() -> str:
    parts = [_NOTE, _INTRODUCTION]
    for kind in KINDS:
        schema = json_schema(kind)
        parts.append(f"## {schema['title']}\n\n{schema['description']}\n")
        parts.append(_table(schema, schema.get("$defs", {})))
        for path, inner in _groups(schema, schema.get("$defs", {}), ""):
            if path == _FIELD:
                parts.append(f"### {schema['title']}: `{_FIELD}`\n\nSee [field types](field-types.md).\n")
                continue
            parts.append(f"### {schema['title']}: `{path}`\n")
            parts.append(_table(inner, schema.get("$defs", {})))
    return "\n".join(parts)


def _groups(schema: Mapping[str, Any], defs: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The mappings below ``schema`` that have keys of their own, each under its path."""
    for key, raw in schema.get("properties", {}).items():
        if _is_label(raw) or (isinstance(raw, dict) and raw.get("$ref", "").endswith(("/choices", "/choice"))):
            continue
        for suffix, inner in _inside(_followed(raw, defs), defs, 0):
            where = f"{path}{key}{suffix}"
            yield where, inner
            if where != _FIELD and where.count(".") < 4 and not where.endswith("items[]"):
                yield from _groups(inner, defs, where + ".")


def _inside(schema: Mapping[str, Any], defs: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if depth > 3:
        return
    if schema.get("properties") and schema.get("type") == "object":
        yield "", schema
    for branch in schema.get("anyOf", ()):
        yield from _inside(_followed(branch, defs), defs, depth + 1)
    if isinstance(schema.get("items"), dict):
        yield from (
            ("[]" + suffix, inner) for suffix, inner in _inside(_followed(schema["items"], defs), defs, depth + 1)
        )
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        yield from ((".<name>" + suffix, inner) for suffix, inner in _inside(_followed(more, defs), defs, depth + 1))


def _followed(schema: Any, defs: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(schema, dict):
        return {}
    reference = schema.get("$ref")
    return {**_followed(defs[reference.rpartition("/")[2]], defs), **schema} if isinstance(reference, str) else schema


def _is_label(raw: Any) -> bool:
    return isinstance(raw, dict) and str(raw.get("$ref", "")).endswith("/label")


def _table(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = ["| key | value | meaning |", "| --- | --- | --- |"]
    for key, raw in schema.get("properties", {}).items():
        found = _followed(raw, defs)
        shown = f"`{key}`" + (" (required)" if key in required else "")
        rows.append(f"| {shown} | {_value(raw, defs)} | {_escaped(found.get('description', ''))} |")
    return "\n".join(rows) + "\n"


_WORDS = {
    "string": "text",
    "array": "list",
    "object": "mapping",
    "boolean": "true or false",
    "integer": "whole number",
}


def _value(raw: Any, defs: Mapping[str, Any]) -> str:
    if _is_label(raw):
        return "label"
    schema = _followed(raw, defs)
    default = schema.get("default")
    suffix = f"; `{json.dumps(default, ensure_ascii=False)}` if left out" if default is not None else ""
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"]) + suffix
    if isinstance(raw, dict) and str(raw.get("$ref", "")).endswith("/formula"):
        return "formula"
    if "anyOf" in schema:
        return _escaped(" or ".join(dict.fromkeys(_value(branch, defs) for branch in schema["anyOf"]))) + suffix
    kinds = schema.get("type", "anything")
    if kinds == "array" and isinstance(schema.get("items"), dict):
        return "list of " + _value(schema["items"], defs).partition(";")[0] + suffix
    return " or ".join(_WORDS.get(k, k) for k in ([kinds] if isinstance(kinds, str) else kinds)) + suffix


def _escaped(text: str) -> str:
    return text.replace("\\|", "|").replace("|", "\\|")


def _field_types_page() -> str:
    parts = [_NOTE, "# Field types\n", "Every field has these keys; each type adds its own below.\n"]
    field = json_schema("object")["$defs"]["field"]
    defs = json_schema("object")["$defs"]
    common = {key: value for key, value in field["properties"].items() if key != "type"}
    parts.append(_table({"properties": common}, defs))
    for type_ in BUILT_IN:
        if type_.is_internal:
            continue
        parts.append(f"## `{type_.name}`\n\n{type_.label}. {type_.help}\n")
        own = own_options(type_)
        if own:
            parts.append(_table({"properties": own, "required": list(type_.required_options)}, defs))
    return "\n".join(parts)


def _diagnostics_page() -> str:
    rows = [f"| `{code}` | {_escaped(CODES[code])} |" for code in sorted(CODES)]
    introduction = (
        "# Diagnostics\n\n`jimu validate` names each problem by one of these codes, with file, line and column, what "
        "is wrong, and the nearest right name where there is one.\n"
    )
    return "\n".join([_NOTE, introduction, "| code | what is wrong |", "| --- | --- |", *rows, ""])


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in build_pages().items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
