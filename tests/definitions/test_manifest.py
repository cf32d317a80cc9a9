"""What a workspace's YAML becomes."""

from __future__ import annotations

import textwrap
from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal

import pytest

from jimu.definitions import load_files, strict_diagnostics
from jimu.definitions.symbols import ObjectScope
from jimu.errors import NotFound
from jimu.fieldtypes.kinds import Kind
from jimu.formulas.formula import Formula
from tests.definitions.workspaces import BASE, loaded, manifest_of

THING = "objects/m/thing.yaml"


def fields_of(text: str) -> dict:
    indented = "".join(f"  {line.strip()}\n" for line in text.strip().splitlines())
    return dict(manifest_of({THING: f"label: Thing\nfields:\n{indented}"}).objects["thing"].fields)


def test_every_object_has_the_system_fields_first() -> None:
    names = list(fields_of("name: {type: text}"))
    assert names == [
        "id", "title", "owner", "record_type", "created_at", "created_by", "updated_at", "updated_by", "version",
        "deleted_at", "name",
    ]  # fmt: skip


def test_money_brings_its_currency_and_an_address_its_parts() -> None:
    fields = fields_of(
        "price: {type: currency, was: [cost]}\nfixed: {type: currency, currency: USD}\nplace: {type: address}"
    )
    code = fields["price_currency"]
    assert (code.part_of, code.default, code.hidden, code.length, code.was) == (
        "price",
        "CNY",
        True,
        3,
        ("cost_currency",),
    )
    assert fields["price"].parts == ("price_currency",)
    assert "fixed_currency" not in fields
    assert fields["place"].kind is Kind.COMPOSITE
    assert [n for n in fields if n.startswith("place_")] == list(fields["place"].parts)


def test_a_formula_on_own_stored_fields_is_stored_and_others_are_computed_when_read() -> None:
    fields = fields_of("""
        a: {type: decimal}
        own: {type: formula, formula: "a * 2"}
        chained: {type: formula, formula: "own + 1"}
        daily: {type: formula, formula: "today()"}
        far: {type: formula, formula: "company.employees"}
        company: {type: lookup, to: company}
    """)
    assert {n: fields[n].stored for n in ("own", "chained", "daily", "far")} == {
        "own": True, "chained": True, "daily": False, "far": False,
    }  # fmt: skip


def test_a_formula_over_a_roll_up_is_computed_when_read() -> None:
    manifest = manifest_of(
        {
            "objects/m/company.yaml": textwrap.dedent(BASE["objects/m/company.yaml"])
            + "  people: {type: rollup, of: person.company, function: count}\n"
            + "  pay: {type: rollup, of: person.company, function: sum, field: salary}\n"
            + '  mean: {type: formula, formula: "pay / people"}\n'
        }
    )
    company = manifest.objects["company"]
    assert (company.fields["people"].kind, company.fields["pay"].kind, company.fields["pay"].scale) == (
        Kind.INTEGER,
        Kind.DECIMAL,
        2,
    )
    assert not company.fields["mean"].stored
    assert company.rollups_on == ()
    assert manifest.objects["person"].rollups_on == (("company", "people"), ("company", "pay"))


def test_stored_formulas_are_ordered_by_need_whatever_their_order_in_the_file() -> None:
    manifest = manifest_of(
        {
            THING: """\
        label: Thing
        fields:
          last: {type: formula, formula: "middle + 1"}
          middle: {type: formula, formula: "first + 1"}
          first: {type: formula, formula: "a + 1"}
          a: {type: integer}
    """
        }
    )
    assert manifest.objects["thing"].compute_order == ("first", "middle", "last")


def test_defaults_are_constants_of_the_type_or_formulas() -> None:
    fields = fields_of("""
        on: {type: date, default: 2026-01-02}
        amount: {type: decimal, default: 1.10}
        flag: {type: boolean, default: true}
        made: {type: date, default: {formula: "today()"}}
        data: {type: json, default: {a: [1]}}
        kinds: {type: multi_picklist, options: [x, y], default: [y]}
    """)
    assert fields["on"].default == date(2026, 1, 2)
    assert fields["amount"].default == Decimal("1.10")
    assert fields["flag"].default is True
    assert isinstance(fields["made"].default, Formula)
    assert fields["data"].default == {"a": [1]}
    assert fields["kinds"].default == ["y"]


def test_a_required_lookup_holds_back_deletion_unless_it_says_otherwise() -> None:
    fields = fields_of("""
        a: {type: lookup, to: company, required: true}
        b: {type: lookup, to: company}
        c: {type: lookup, to: company, required: true, on_delete: cascade}
        d: {type: parent, to: company}
    """)
    assert [fields[n].on_delete for n in "abcd"] == ["restrict", "set_null", "cascade", "cascade"]
    assert fields["d"].required


def test_an_object_with_a_parent_belongs_to_it() -> None:
    manifest = manifest_of({THING: "label: T\nfields: {name: {type: text}, company: {type: parent, to: company}}\n"})
    thing = manifest.objects["thing"]
    assert (thing.owner, thing.parent) == ("parent", "company")
    assert manifest.objects["comment"].parent == "record"


def test_shared_lists_roles_and_dependent_options() -> None:
    manifest = manifest_of(
        {
            "objects/options/colors.yaml": "label: Colors\noptions: [red, {value: dark_blue, color: blue}]\n",
            "objects/roles/seller.yaml": "label: Seller\n",
            THING: """\
            label: Thing
            fields:
              color: {type: picklist, options: {list: colors}}
              shade:
                type: picklist
                controller: color
                options: [{value: light, depends: [red]}, any]
              role: {type: picklist, options: {list: roles}}
        """,
        }
    )
    fields = manifest.objects["thing"].fields
    assert [str(c.label) for c in fields["color"].choices] == ["Red", "Dark blue"]
    assert fields["color"].option_list == "colors"
    assert (fields["shade"].controller, fields["shade"].choices[0].depends, fields["shade"].choices[1].depends) == (
        "color",
        ("red",),
        None,
    )
    assert [c.value for c in fields["role"].choices] == ["seller"]


def test_who_points_at_an_object_is_known() -> None:
    dependents = manifest_of({}).objects["company"].dependents
    assert ("person", "company") in dependents
    assert ("comment", "record") in dependents  # may point at anything
    assert not any(field in ("owner", "created_by") for _, field in dependents)


def test_titles_fall_back_to_the_telling_field() -> None:
    manifest = manifest_of(
        {
            THING: "label: T\nfields: {size: {type: integer}, code: {type: autonumber}}\n",
            "objects/m/bare.yaml": "label: B\nfields: {size: {type: integer}}\n",
        }
    )
    assert manifest.objects["thing"].title_source == "{code}"
    assert manifest.objects["bare"].title_source == "{id}"
    assert manifest.objects["company"].title_source == "{name}"


def test_layouts_find_their_object_labels_and_related_fields() -> None:
    manifest = manifest_of(
        {
            "layouts/pages/company.yaml": """\
            highlights: [industry]
            sections: [{fields: [name, {field: employees, span: 2, visible_when: "industry == 'steel'"}]}]
            related: [{object: person}]
        """,
            "layouts/lists/person.yaml": 'columns: [name, company.industry]\nwhere: "company.employees > 5"\n',
            "layouts/apps/main.yaml": "label: Main\nitems: [company, {list: person}]\n",
        }
    )
    page = manifest.pages["company"]
    assert page.tabs[0].related[0].field == "company"
    assert page.tabs[0].related[0].columns[0] == "name"
    assert page.tabs[0].sections[0].fields[1].visible_when is not None
    assert manifest.lists["person"].where is not None
    items = manifest.apps["main"].items
    assert [(i.object, i.list, str(i.label)) for i in items] == [
        ("company", None, "Company"),
        ("person", "person", "People"),
    ]


def test_retired_layouts_are_left_out_and_retired_objects_kept() -> None:
    manifest = manifest_of(
        {
            "layouts/lists/person.yaml": "columns: [name]\nretired: true\n",
            "objects/m/old.yaml": "label: Old\nretired: true\nfields: {name: {type: text}}\n",
        }
    )
    assert "person" not in manifest.lists
    assert manifest.objects["old"].retired
    with pytest.raises(NotFound):
        manifest.object("old")


def test_record_types_become_the_options_of_the_record_type_field() -> None:
    manifest = manifest_of(
        {
            THING: """\
        label: Thing
        fields: {name: {type: text}, size: {type: picklist, options: [s, m, l]}}
        record_types:
          big: {label: Big, options: {size: [m, l]}, required: [size], defaults: {size: l}}
    """
        }
    )
    thing = manifest.objects["thing"]
    assert [c.value for c in thing.fields["record_type"].choices] == ["big"]
    assert thing.record_types["big"].choices == {"size": ("m", "l")}


def test_the_revision_follows_the_content_not_the_layout_of_files() -> None:
    one, _ = loaded({THING: "label: T\nfields: {name: {type: text}}\n"})
    same, _ = loaded({THING: "# a comment\nlabel:   T\nfields:\n  name:\n    type: text\n"})
    other, _ = loaded({THING: "label: T\nfields: {name: {type: text, required: true}}\n"})
    assert one is not None
    assert same is not None
    assert other is not None
    assert one.revision == same.revision != other.revision
    assert len(one.revision) == 64


def test_the_kept_files_load_to_the_same_manifest() -> None:
    manifest = manifest_of({})
    again, _ = load_files(manifest.files)
    assert again is not None
    assert again.revision == manifest.revision
    assert "jimu:objects/system/user.yaml" in manifest.files


def test_nothing_in_a_manifest_can_be_changed() -> None:
    manifest = manifest_of({})
    with pytest.raises(FrozenInstanceError):
        manifest.revision = ""  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        manifest.objects["company"].label = ""  # type: ignore[misc]


def test_labels_missing_in_a_language_are_listed_on_request_alone() -> None:
    manifest = manifest_of(
        {THING: "label: {en: Thing}\nfields: {name: {type: text, label: {en: Name, zh-CN: 名称, zh-TW: 名稱}}}\n"}
    )
    assert not manifest.warnings
    found = strict_diagnostics(manifest)
    assert any(d.code == "label_missing" and d.address == "thing" for d in found)
    assert not any(d.address == "thing.name" for d in found)


def test_the_system_objects_have_every_label() -> None:
    manifest, _ = load_files({"workspace.yaml": "name: bare\nlabel: Bare\n"})
    assert manifest is not None
    assert strict_diagnostics(manifest) == []


def test_the_scope_over_a_manifest_knows_active_fields_alone() -> None:
    manifest = manifest_of({THING: "label: T\nfields: {name: {type: text}, old: {type: text, retired: true}}\n"})
    scope = ObjectScope("thing", manifest.objects)
    assert scope.find("thing", "name") is not None
    assert scope.find("thing", "old") is None
    assert "old" not in scope.names("thing")


def test_broken_fields_are_blamed_once_and_not_where_they_are_used() -> None:
    _, diagnostics = loaded(
        {
            THING: """\
        label: Thing
        title: "{name}"
        fields:
          name: {type: txt}
          size: {type: formula, formula: "nmbr + 1"}
          twice: {type: formula, formula: "size * 2"}
        checks: [{name: a, check: "name != '' and twice > 1", message: No}]
    """
        }
    )
    assert [d.code for d in diagnostics] == ["unknown_type", "unknown_field"]
    assert [d.suggestion for d in diagnostics] == ["text", None]


def test_more_fields_than_a_table_can_hold_are_refused_and_sparse_ones_do_not_count() -> None:
    fields = "".join(f"  f{number}: {{type: integer}}\n" for number in range(1001))
    _, diagnostics = loaded({THING: f"label: Thing\nfields:\n{fields}"})
    assert [d.code for d in diagnostics] == ["too_many_fields"]
    sparse = "".join(f"  s{number}: {{type: integer, sparse: true}}\n" for number in range(1001))
    manifest_of({THING: f"label: Thing\nfields:\n{sparse}"})
