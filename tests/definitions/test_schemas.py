"""The JSON Schemas that editors get, and the pages made from them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from jimu.definitions import KINDS, json_schema, standard_path
from jimu.definitions.codes import CODES
from jimu.definitions.reference import build_pages
from jimu.definitions.workspace import kind_of
from jimu.fieldtypes import registry
from tests.definitions.workspaces import loaded

ROOT = standard_path()
SHIPPED = sorted(
    path
    for folder in ("objects", "layouts", "seed", "platform/jimu/system")
    for path in (ROOT / folder).rglob("*.yaml")
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("overlay", [False, True])
def test_every_kind_has_a_sound_schema(kind: str, overlay: bool) -> None:
    schema = json_schema(kind, overlay=overlay)
    Draft202012Validator.check_schema(schema)
    assert schema["title"]
    assert all(str(reference).startswith("#/$defs/") for reference in _references(schema))


def _references(schema: object) -> list[object]:
    if isinstance(schema, dict):
        own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
        return own + [r for value in schema.values() for r in _references(value)]
    return [r for item in schema for r in _references(item)] if isinstance(schema, list) else []


def test_an_unknown_kind_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        json_schema("table")


def test_every_key_is_described() -> None:
    for kind in KINDS:
        for key, raw in json_schema(kind)["properties"].items():
            assert "description" in raw or "$ref" in raw, f"{kind}.{key}"
    for name in registry.names():
        for key, raw in registry.get(name).option_schema.items():
            assert raw.get("description"), f"{name}.{key}"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_schema_for_editors_accepts_what_is_shipped(path: Path) -> None:
    relative = path.relative_to(ROOT)
    place = f"objects/system/{path.name}" if "system" in relative.parts[:3] else relative.as_posix()
    found = kind_of(place)
    if found is None:
        pytest.skip("no definition")
    data = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)
    schema = json_schema(found[0])
    # Scalars are texts here; only keys and structure are looked at.
    wrong = [
        e for e in Draft202012Validator(schema).iter_errors(data) if e.validator in ("additionalProperties", "required")
    ]
    assert wrong == []


def test_overlays_may_leave_out_and_change_lists_by_words() -> None:
    validator = Draft202012Validator(json_schema("list", overlay=True))
    assert validator.is_valid({"columns": {"append": ["name"]}})
    assert not validator.is_valid({"columns": {"add": ["name"]}})
    assert not validator.is_valid({"colums": ["name"]})


@pytest.mark.parametrize("name", ["yaml.md", "field-types.md", "diagnostics.md"])
def test_the_reference_pages_are_up_to_date(name: str) -> None:
    assert (ROOT / "docs" / "reference" / name).read_text("utf-8") == build_pages()[name], (
        "run: python -m jimu.definitions.reference docs/reference"
    )


def test_every_code_that_is_given_has_a_meaning_and_the_other_way_round() -> None:
    package = ROOT / "platform" / "jimu"
    sources = [
        *(package / "definitions").rglob("*.py"), package / "plugins.py", *(package / "formulas").rglob("*.py"),
        *(package / "fieldtypes").glob("*.py"),
    ]  # fmt: skip
    given = {code for path in sources for code in _codes_in(ast.parse(path.read_text("utf-8")))}
    assert given == set(CODES)


_GIVERS = {
    "error", "warning", "unknown", "Diagnostic", "_problem", "report", "OptionProblem", "add", "refuse", "_error",
    "_finding", "_of_kind",
}  # fmt: skip


def _codes_in(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        # What stands first, or second where the kind that is spoken of comes before.
        for argument in node.args[1:2] if name == "_of_kind" else node.args[:1]:
            value = argument.value if isinstance(argument, ast.Constant) else None
            if name in _GIVERS and isinstance(value, str) and value.replace("_", "").isalpha() and value.islower():
                found.add(value)
    return found


def test_what_is_not_written_as_its_pattern_asks_is_told_in_a_sentence() -> None:
    _, diagnostics = loaded({"workspace.yaml": "name: acme\nlabel: Acme\ncurrency: CNYY\n"})
    assert [str(d.message) for d in diagnostics] == [
        "currency cannot be CNYY; it must be a code of three capital letters, such as CNY."
    ]
