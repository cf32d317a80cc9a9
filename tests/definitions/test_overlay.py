"""A higher layer says only what differs; a base's later additions are never lost."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from jimu.definitions import load
from jimu.definitions.manifest import Manifest
from jimu.diagnostics import Diagnostic
from tests.definitions.workspaces import loaded, manifest_of

BASE = {
    "workspace.yaml": "name: base\nlabel: Base\n",
    "objects/m/thing.yaml": """\
        label: {en: Thing, zh-CN: 东西}
        features: [history, comments]
        fields:
          name: {type: text, required: true, max_length: 50}
          size: {type: picklist, options: [small, {value: large, label: Large}]}
          note: {type: long_text}
        checks:
          - {name: named, check: "name != ''", message: Name it}
        """,
    "layouts/lists/thing.yaml": "label: Things\ncolumns: [name, size, note]\nsort: [name]\n",
}


def over(tmp_path: Path, files: dict[str, str]) -> tuple[Manifest | None, list[Diagnostic]]:
    """Load a workspace that extends another, both as folders."""
    for folder, texts in (
        ("base", BASE),
        ("top", {"workspace.yaml": "name: top\nlabel: Top\nextends: [../base]\n", **files}),
    ):
        for path, text in texts.items():
            target = tmp_path / folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(textwrap.dedent(text), "utf-8")
    return load(tmp_path / "top")


def laid(tmp_path: Path, text: str, path: str = "objects/m/thing.yaml") -> Manifest:
    manifest, diagnostics = over(tmp_path, {path: text})
    assert manifest is not None, [str(d.message) for d in diagnostics]
    return manifest


def own_fields(manifest: Manifest, name: str = "thing") -> list[str]:
    return [f.name for f in manifest.objects[name].fields.values() if not f.system]


def test_fields_are_added_and_changed_and_the_rest_stays(tmp_path: Path) -> None:
    manifest = laid(tmp_path, "fields:\n  name: {max_length: 80}\n  color: {type: text, after: name}\n")
    assert own_fields(manifest) == ["name", "color", "size", "note"]
    name = manifest.objects["thing"].fields["name"]
    assert (name.length, name.required) == (80, True)


def test_labels_merge_by_language(tmp_path: Path) -> None:
    manifest = laid(tmp_path, "label: {zh-TW: 東西, zh-CN: 物件}\n")
    assert manifest.objects["thing"].label.by_locale == {"en": "Thing", "zh-CN": "物件", "zh-TW": "東西"}


def test_a_plain_label_of_the_base_becomes_the_english_one(tmp_path: Path) -> None:
    manifest = laid(tmp_path, "label: {zh-CN: 列表}\n", "layouts/lists/thing.yaml")
    assert manifest.lists["thing"].label.by_locale == {"en": "Things", "zh-CN": "列表"}


def test_lists_change_by_a_word(tmp_path: Path) -> None:
    manifest = laid(
        tmp_path,
        "columns: {prepend: [owner], remove: [note], append: [created_at]}\nsort: {replace: [-size]}\n",
        "layouts/lists/thing.yaml",
    )
    assert manifest.lists["thing"].columns == ("owner", "name", "size", "created_at")
    assert manifest.lists["thing"].sort == ("-size",)


def test_options_are_appended_removed_and_retired(tmp_path: Path) -> None:
    manifest = laid(tmp_path, "fields:\n  size: {options: {append: [huge], retire: [small]}}\n")
    choices = manifest.objects["thing"].fields["size"].choices or ()
    assert [(c.value, c.retired) for c in choices] == [("small", True), ("large", False), ("huge", False)]


def test_a_named_item_is_removed_by_its_name(tmp_path: Path) -> None:
    manifest = laid(tmp_path, "checks: {remove: [named]}\n")
    assert manifest.objects["thing"].checks == ()


def test_a_list_without_a_word_is_refused_where_it_stands(tmp_path: Path) -> None:
    _, diagnostics = over(tmp_path, {"layouts/lists/thing.yaml": "sort: [-name]\n"})
    assert [(d.code, str(d.place)) for d in diagnostics] == [("list_needs_word", "layouts/lists/thing.yaml:1:1")]


def test_a_retired_field_is_kept_and_no_longer_active(tmp_path: Path) -> None:
    manifest, diagnostics = over(
        tmp_path,
        {
            "objects/m/thing.yaml": "fields:\n  size: {retired: true}\n",
            "layouts/lists/thing.yaml": "columns: {remove: [size]}\n",
        },
    )
    assert manifest is not None, diagnostics
    thing = manifest.objects["thing"]
    assert thing.fields["size"].retired
    assert "size" not in [f.name for f in thing.active_fields]


def test_retiring_what_the_base_still_shows_names_the_base_file(tmp_path: Path) -> None:
    _, diagnostics = over(tmp_path, {"objects/m/thing.yaml": "fields:\n  size: {retired: true}\n"})
    assert [(d.code, str(d.place)) for d in diagnostics] == [("retired_field", "base:layouts/lists/thing.yaml:2:17")]


def test_null_takes_a_key_away(tmp_path: Path) -> None:
    manifest = laid(tmp_path, "fields:\n  name: {max_length: null, required: null}\n")
    name = manifest.objects["thing"].fields["name"]
    assert (name.length, name.required) == (255, False)


def test_a_new_type_drops_the_keys_of_the_old_one(tmp_path: Path) -> None:
    manifest = laid(tmp_path, "fields:\n  name: {type: integer}\ntitle: '{note}'\n")
    assert manifest.objects["thing"].fields["name"].type == "integer"


def test_order_puts_fields_first(tmp_path: Path) -> None:
    manifest = laid(tmp_path, "order: [note, size]\n")
    assert own_fields(manifest) == ["note", "size", "name"]


def test_customers_add_fields_to_user() -> None:
    manifest = manifest_of({"objects/system/user.yaml": "fields:\n  shoe_size: {type: integer, before: theme}\n"})
    names = own_fields(manifest, "user")
    assert names.index("shoe_size") == names.index("theme") - 1
    assert manifest.objects["user"].system


@pytest.mark.parametrize("text", ["fields: [a]\n", "fields: {name: 5}\n", "label: [x]\n", "checks: {replace: 5}\n"])
def test_a_malformed_overlay_is_reported_and_does_not_raise(tmp_path: Path, text: str) -> None:
    manifest, diagnostics = over(tmp_path, {"objects/m/thing.yaml": text})
    assert manifest is None
    assert diagnostics


def test_a_workspace_may_extend_the_standard_configuration() -> None:
    manifest, diagnostics = loaded({"workspace.yaml": "name: acme\nlabel: Acme\nextends: [crm]\n"}, base={})
    assert manifest is not None, [f"{d.place} {d.message}" for d in diagnostics]
    assert "opportunity" in manifest.objects
    assert manifest.workspace.name == "acme"


def test_workspaces_that_extend_each_other_end(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        (tmp_path / name / "objects").mkdir(parents=True)
        (tmp_path / name / "workspace.yaml").write_text(f"name: {name}\nlabel: X\nextends: [../{other}]\n")
    manifest, _ = load(tmp_path / "a")
    assert manifest is not None
