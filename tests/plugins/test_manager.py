"""Plugins are found, checked and isolated."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from jimu.definitions import load
from jimu.definitions.manifest import Manifest
from jimu.diagnostics import Diagnostic
from jimu.plugins import build_plugin_manager

GOOD = "name: good\nversion: '1'\nrequires: jimu>=0.1\nmodule: good_plugin\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    write(tmp_path, {"workspace.yaml": "name: acme\nlabel: Acme\nplugins: [good]\n"})
    return tmp_path


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(textwrap.dedent(text), "utf-8")


def load_with(root: Path, description: str, code: str | None, **more: str) -> tuple[Manifest | None, list[Diagnostic]]:
    files = {"plugins/good/jimu_plugin.yaml": description, **more}
    if code is not None:
        files["plugins/good/good_plugin.py"] = code
    write(root, files)
    return load(root)


def test_a_folder_plugin_brings_a_field_type_a_function_and_a_check(workspace: Path) -> None:
    manifest, diagnostics = load_with(
        workspace,
        GOOD,
        """\
        from jimu.diagnostics import Diagnostic, Severity
        from jimu.fieldtypes.base import FieldType
        from jimu.fieldtypes.kinds import Kind
        from jimu.formulas.signature import define, signature
        from jimu.hookspecs import hookimpl
        from jimu.messages import Message, Text


        class Shout(FieldType):
            name = "shout_of_test"
            label = Text({"en": "Shout"})
            kind = Kind.TEXT
            option_schema = {"marks": {"type": "integer", "default": 1, "description": "How many."}}

            def load_value(self, value, field, context):
                return str(value).upper()

            def value_schema(self, field):
                return {"type": "string"}


        @hookimpl
        def jimu_field_types():
            return [Shout()]


        @hookimpl
        def jimu_formula_functions():
            return [define("loud_of_test", "test", "Loud.", signature("text: text -> text", lambda text: text.upper()))]


        @hookimpl
        def jimu_checks():
            def check(manifest):
                seen = Message("Seen {n}.", {"n": len(manifest.objects)})
                return [Diagnostic("good_seen", seen, severity=Severity.WARNING)]
            return [check]


        @hookimpl
        def jimu_translations():
            return {"zh-CN": {"Loud.": "大声。"}}
        """,
        **{
            "objects/m/thing.yaml": """\
                label: Thing
                fields:
                  cry: {type: shout_of_test, marks: 2, default: ho}
                checks: [{name: a, check: "loud_of_test(cry) != ''", message: No}]
                """
        },
    )
    assert manifest is not None, [str(d.message) for d in diagnostics]
    cry = manifest.objects["thing"].fields["cry"]
    assert (cry.options, cry.default) == ({"marks": 2}, "HO")
    assert [d.code for d in manifest.warnings] == ["good_seen"]
    assert manifest.translations["zh-CN"] == {"Loud.": "大声。"}


def test_a_plugin_of_yaml_alone_is_a_layer_below_the_workspace(workspace: Path) -> None:
    description = GOOD.replace("module: good_plugin\n", "")
    files = {
        "plugins/good/objects/m/thing.yaml": "label: Thing\nfields: {name: {type: text}}\n",
        "objects/m/thing.yaml": "fields: {size: {type: integer}}\n",
    }
    manifest, diagnostics = load_with(workspace, description, None, **files)
    assert manifest is not None, diagnostics
    assert {"name", "size"} <= set(manifest.objects["thing"].fields)
    assert "plugins/good/objects/m/thing.yaml" in manifest.files


def test_a_plugin_that_is_not_named_is_not_loaded(workspace: Path) -> None:
    (workspace / "workspace.yaml").write_text("name: acme\nlabel: Acme\n")
    manifest, diagnostics = load_with(workspace, GOOD, "raise RuntimeError('loaded')")
    assert manifest is not None
    assert diagnostics == []


@pytest.mark.parametrize(
    ("description", "code", "expected", "place"),
    [
        (GOOD, "import nothing_of_the_kind", "broken_plugin", "plugins/good/good_plugin.py:1"),
        (GOOD, "x = 1\ny = x / 0\n", "broken_plugin", "plugins/good/good_plugin.py:2"),
        (GOOD, "def broken(:\n", "broken_plugin", "plugins/good/good_plugin.py:1:12"),
        (GOOD, None, "broken_plugin", "plugins/good/jimu_plugin.yaml:1:1"),
        (GOOD.replace("0.1", "9"), "", "plugin_version", "plugins/good/jimu_plugin.yaml:1:1"),
        (GOOD.replace("jimu>=0.1", "anything at all"), "", "bad_plugin", "plugins/good/jimu_plugin.yaml:1:1"),
        (GOOD.replace("name: good", "name: other"), "", "bad_plugin", "plugins/good/jimu_plugin.yaml:1:1"),
        (GOOD + "modul: x\n", "", "bad_plugin", "plugins/good/jimu_plugin.yaml:5:1"),
        ("name: good\nversion: '1'\n", "", "bad_plugin", "plugins/good/jimu_plugin.yaml:1:1"),
        ("name: [good", "", "bad_plugin", "plugins/good/jimu_plugin.yaml:2:1"),
        (
            GOOD,
            "from jimu.hookspecs import hookimpl\n@hookimpl\ndef jimu_field_typos():\n    return []\n",
            "bad_plugin",
            "plugins/good/jimu_plugin.yaml:1:1",
        ),
        (
            GOOD,
            "from jimu.hookspecs import hookimpl\n@hookimpl\ndef jimu_field_types():\n    return 1 / 0\n",
            "broken_plugin",
            "plugins/good/good_plugin.py:4",
        ),
        (
            GOOD,
            "from jimu.hookspecs import hookimpl\nfrom jimu.fieldtypes.text import Text\n"
            "class Other(Text):\n    pass\n@hookimpl\ndef jimu_field_types():\n    return [Other()]\n",
            "bad_plugin",
            "plugins/good/jimu_plugin.yaml:1:1",
        ),
    ],
)
def test_a_plugin_that_does_not_work_is_reported_and_the_rest_loads(
    workspace: Path, description: str, code: str | None, expected: str, place: str
) -> None:
    manifest, diagnostics = load_with(workspace, description, code)
    assert manifest is not None
    assert [(d.code, str(d.place), d.address) for d in diagnostics] == [(expected, place, "plugin:good")]


def test_what_uses_a_broken_plugin_is_reported_for_itself(workspace: Path) -> None:
    thing = {"objects/m/thing.yaml": "label: T\nfields: {a: {type: shout_of_nobody}, b: {type: text}}\n"}
    manifest, diagnostics = load_with(workspace, GOOD, "raise ValueError('no')", **thing)
    assert manifest is None
    assert sorted(d.code for d in diagnostics) == ["broken_plugin", "unknown_type"]


def test_a_check_that_fails_is_reported_as_its_plugins(workspace: Path) -> None:
    code = "from jimu.hookspecs import hookimpl\n@hookimpl\ndef jimu_checks():\n    return [lambda manifest: 1 / 0]\n"
    manifest, diagnostics = load_with(workspace, GOOD, code)
    assert manifest is not None
    assert [(d.code, d.address) for d in diagnostics] == [("broken_plugin", "plugin:good")]


def test_an_unknown_plugin_is_reported_where_it_is_named(workspace: Path) -> None:
    write(
        workspace,
        {"workspace.yaml": "name: acme\nlabel: Acme\nplugins: [goood]\n", "plugins/good/jimu_plugin.yaml": GOOD},
    )
    manifest, diagnostics = load(workspace)
    assert manifest is not None
    found = [(d.code, str(d.place), d.suggestion) for d in diagnostics]
    assert found == [("unknown_plugin", "workspace.yaml:3:11", "good")]


def test_an_installed_plugin_is_found_by_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        tmp_path,
        {
            "site/acme_pack/__init__.py": "",
            "site/acme_pack/objects/m/gadget.yaml": "label: Gadget\nfields: {name: {type: text}}\n",
            "site/acme_pack-2.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme-pack\nVersion: 2.0\n"
            "Requires-Dist: jimu>=0.1\n",
            "site/acme_pack-2.0.dist-info/entry_points.txt": "[jimu.plugins]\nacme_pack = acme_pack\n",
            "work/workspace.yaml": "name: acme\nlabel: Acme\nplugins: [acme_pack]\n",
        },
    )
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    manager = build_plugin_manager(["acme_pack"])
    assert manager.diagnostics == []
    assert (manager.infos["acme_pack"].version, manager.infos["acme_pack"].origin) == ("2.0", "installed")
    manifest, _ = load(tmp_path / "work", plugins=manager)
    assert manifest is not None
    assert "gadget" in manifest.objects
    assert "plugin.acme_pack:objects/m/gadget.yaml" in manifest.files


def test_the_engines_own_parts_register_through_the_hooks() -> None:
    manager = build_plugin_manager()
    assert {"text", "lookup", "formula"} <= {t.name for _, types in manager.collect("jimu_field_types") for t in types}
    assert {"today", "len"} <= {f.name for _, fs in manager.collect("jimu_formula_functions") for f in fs}
