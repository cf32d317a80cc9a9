"""Two manifests compared."""

from __future__ import annotations

from jimu.definitions import compare
from tests.definitions.workspaces import BASE, manifest_of

THING = "objects/m/thing.yaml"
FIRST = """\
    label: Thing
    fields:
      name: {type: text}
      size: {type: picklist, options: [small, large]}
      double: {type: formula, formula: "len(name) * 2"}
    checks: [{name: named, check: "name != ''", message: Name it}]
    unique: [name]
"""


def changes(before: str, after: str) -> list[tuple[str, str, str, str | None]]:
    found = compare(manifest_of({THING: before}), manifest_of({THING: after}))
    return [(c.what, c.part, c.address, c.key) for c in found]


def test_equal_manifests_have_no_difference() -> None:
    assert compare(manifest_of({THING: FIRST}), manifest_of({THING: FIRST})) == []


def test_against_nothing_everything_is_new() -> None:
    found = compare(None, manifest_of({THING: FIRST}))
    assert {c.what for c in found} == {"added"}
    assert "thing" in [c.address for c in found]


def test_fields_added_changed_retired_and_removed() -> None:
    second = FIRST.replace("name: {type: text}", "name: {type: text, required: true}\n      code: {type: integer}")
    assert changes(FIRST, second) == [
        ("changed", "field", "thing.name", "required"),
        ("added", "field", "thing.code", None),
    ]
    retired = FIRST.replace("large]}", "large], retired: true}")
    assert changes(FIRST, retired) == [("retired", "field", "thing.size", None)]
    assert changes(retired, FIRST) == [("restored", "field", "thing.size", None)]
    gone = "\n".join(line for line in FIRST.splitlines() if "size" not in line)
    assert changes(FIRST, gone) == [("removed", "field", "thing.size", None)]


def test_another_type_is_one_change_without_what_it_brings_with_it() -> None:
    for other in ("integer", "long_text", "date", "lookup, to: company"):
        second = FIRST.replace("name: {type: text}", f"name: {{type: {other}}}")
        second = second.replace("name != ''", "1 == 1").replace("len(name)", "1")
        found = [
            c
            for c in changes(FIRST.replace("name != ''", "1 == 1").replace("len(name)", "1"), second)
            if c[2] == "thing.name"
        ]
        assert ("changed", "field", "thing.name", "type") in found
        assert {key for *_, key in found} <= {"type", "target", "on_delete"}, other


def test_a_bound_that_comes_with_another_type_is_told() -> None:
    first = FIRST.replace("name != ''", "1 == 1").replace("len(name)", "1")
    second = first.replace("name: {type: text}", "name: {type: integer, min: 3}")
    assert ("changed", "field", "thing.name", "min") in changes(first, second)


def test_a_rename_is_no_loss() -> None:
    second = FIRST.replace("size: {type: picklist,", "extent: {was: [size], type: picklist,")
    found = compare(manifest_of({THING: FIRST}), manifest_of({THING: second}))
    assert [(c.what, c.before, c.after) for c in found if c.part == "field" and c.what == "renamed"] == [
        ("renamed", "size", "extent")
    ]
    assert not any(c.what in ("added", "removed") for c in found)


def test_a_renamed_object_keeps_its_fields() -> None:
    before = manifest_of({THING: FIRST})
    after = manifest_of({"objects/m/item.yaml": "    was: [thing]\n" + FIRST})
    found = compare(before, after)
    assert ("renamed", "object", "item") in [(c.what, c.part, c.address) for c in found]
    assert not any(c.what in ("added", "removed") and c.part in ("object", "field") for c in found)


def test_formulas_differ_by_what_they_say() -> None:
    found = changes(FIRST, FIRST.replace("len(name) * 2", "len(name) * 3"))
    assert found == [
        ("changed", "field", "thing.double", "formula"),
        ("changed", "field", "thing.double", "options"),
    ] or found == [("changed", "field", "thing.double", "formula")]


def test_options_come_and_go_in_one_change() -> None:
    found = compare(manifest_of({THING: FIRST}), manifest_of({THING: FIRST.replace("[small, large]", "[small, huge]")}))
    assert [(c.address, c.key) for c in found] == [("thing.size", "choices")]
    assert str(found[0].message) == "The options of thing.size change; new: huge; gone: large."


def test_checks_and_unique_keys() -> None:
    second = FIRST.replace("name != ''", "len(name) > 1").replace("unique: [name]", "unique: [[name, size]]")
    assert changes(FIRST, second) == [
        ("changed", "check", "thing#check:named", "check"),
        ("added", "unique", "thing#unique:name,size", None),
        ("removed", "unique", "thing#unique:name", None),
    ]


def test_roles_layouts_and_the_workspace() -> None:
    before = manifest_of({"objects/roles/seller.yaml": "label: Seller\n"})
    after = manifest_of(
        {
            "workspace.yaml": BASE["workspace.yaml"].replace("CNY", "USD"),
            "objects/roles/seller.yaml": "label: Seller\nobjects: {company: {read: all}}\n",
            "layouts/lists/company.yaml": "columns: [name]\n",
        }
    )
    found = {(c.what, c.part, c.address, c.key) for c in compare(before, after)}
    assert ("changed", "role", "role:seller", "objects") in found
    assert ("added", "list", "list:company", None) in found
    assert ("changed", "workspace", "workspace", "currency") in found


def test_messages_can_be_read() -> None:
    for change in compare(manifest_of({THING: FIRST}), manifest_of({})) + compare(None, manifest_of({THING: FIRST})):
        assert str(change.message)


def test_of_what_is_made_of_parts_only_those_that_differ_are_told() -> None:
    role = "objects/roles/seller.yaml"
    before = manifest_of({role: "label: {en: Seller, zh-CN: 销售}\nobjects: {company: {read: all}}\n"})
    after = manifest_of(
        {
            role: "label: {en: Seller, zh-CN: 销售员}\n"
            "objects: {company: {read: own, create: true}, thing: {read: all}}\n",
            THING: FIRST,
        }
    )
    told = {c.key: str(c.message) for c in compare(before, after) if c.address == "role:seller"}
    assert told["label"] == "label of the role role:seller: zh-CN: 销售 → 销售员."
    assert "company.read: all → own" in told["objects"]
    assert "company.create: false → true" in told["objects"]
    assert "thing: – → read: all, export: true" in told["objects"]
