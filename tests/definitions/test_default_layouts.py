"""Layouts for objects that have none."""

from __future__ import annotations

from jimu.definitions import default_list, default_page
from jimu.definitions.model import PageLayoutDef
from tests.definitions.workspaces import manifest_of


def test_a_page_shows_every_field_once_and_who_points_here() -> None:
    manifest = manifest_of({})
    page = default_page(manifest, "company")
    shown = [f.name for tab in page.tabs for section in tab.sections for f in section.fields]
    assert len(shown) == len(set(shown))
    assert {"name", "employees", "industry", "owner"} <= set(shown)
    assert [(r.object, r.field) for tab in page.tabs for r in tab.related] == [("person", "company")]


def test_a_list_begins_with_what_names_the_record_and_ends_with_its_owner() -> None:
    layout = default_list(manifest_of({}), "person")
    assert layout.columns[0] == "name"
    assert layout.columns[-1] == "owner"


def test_what_is_written_wins() -> None:
    manifest = manifest_of(
        {
            "layouts/lists/person.yaml": "columns: [email]\n",
            "layouts/pages/person.yaml": "sections: [{fields: [email]}]\n",
        }
    )
    assert default_list(manifest, "person").columns == ("email",)
    assert default_page(manifest, "person").tabs[0].sections[0].fields[0].name == "email"


def _sections(page: PageLayoutDef) -> list[list[str]]:
    return [[f.name for f in section.fields] for tab in page.tabs for section in tab.sections]


def test_a_field_that_no_layout_names_follows_in_a_section_of_its_own() -> None:
    files = {"layouts/pages/person.yaml": "highlights: [salary]\nsections: [{fields: [email]}, {fields: [name]}]\n"}
    shown = _sections(default_page(manifest_of(files), "person"))
    assert shown[:2] == [["email"], ["name"]]
    assert shown[2] == ["company", "salary"], "what can be edited must be in the form, though it is a highlight too"


def test_a_layout_may_leave_out_what_it_does_not_name() -> None:
    files = {"layouts/pages/person.yaml": "other_fields: false\nsections: [{fields: [email]}]\n"}
    assert _sections(default_page(manifest_of(files), "person")) == [["email"]]


def test_every_system_object_has_layouts_that_name_its_fields() -> None:
    manifest = manifest_of({})
    for definition in manifest.objects.values():
        page, layout = default_page(manifest, definition.name), default_list(manifest, definition.name)
        named = [f.name for tab in page.tabs for section in tab.sections for f in section.fields]
        assert {*named, *layout.columns, *page.highlights} <= set(definition.fields)
