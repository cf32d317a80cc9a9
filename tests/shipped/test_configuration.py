"""Rules that every file of the standard configuration keeps.

Names resolve, labels are there in three languages, layouts name real fields.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jimu.definitions import Manifest, load, load_files, strict_diagnostics
from jimu.definitions.model import ObjectDef
from jimu.fieldtypes.kinds import Kind
from jimu.messages import LOCALES, Text
from tests.exchange.conftest import ROOT, standard_manifest

SALES = ("account", "contact", "lead", "opportunity", "opportunity_line", "product", "competitor")


@pytest.fixture(scope="module")
def crm() -> Manifest:
    return standard_manifest()


def own_objects(crm: Manifest) -> list[ObjectDef]:
    return [o for o in crm.objects.values() if not o.system]


def test_everything_loads_without_a_word_also_strictly() -> None:
    manifest, diagnostics = load(ROOT)
    assert manifest is not None
    assert [str(d.place) + " " + d.code for d in diagnostics] == []
    assert [str(d.place) + " " + d.code for d in strict_diagnostics(manifest)] == []


def test_the_stored_texts_load_to_the_same_revision(crm: Manifest) -> None:
    manifest, diagnostics = load_files(dict(crm.files), plugin_folders=(ROOT / "plugins",))
    assert diagnostics == []
    assert manifest is not None
    assert manifest.revision == crm.revision


def texts(crm: Manifest) -> Iterator[tuple[str, Text]]:
    for object in own_objects(crm):
        yield f"{object.name}", object.label
        yield f"{object.name} plural", object.plural
        for field in object.active_fields:
            if field.system or field.part_of:
                continue
            yield field.address, field.label
            yield f"{field.address} help", field.help
            for choice in field.choices or ():
                yield f"{field.address}={choice.value}", choice.label
        for check in object.checks:
            yield f"{object.name}!{check.name}", check.message
        for kind in object.record_types.values():
            yield f"{object.name}:{kind.name}", kind.label
    for layout in (
        *crm.pages.values(),
        *crm.lists.values(),
        *crm.apps.values(),
        *crm.roles.values(),
        *crm.option_lists.values(),
    ):
        yield layout.name, layout.label
    for page in crm.pages.values():
        for tab in page.tabs:
            yield f"{page.name} tab", tab.label
            yield from ((f"{page.name} section", s.label) for s in tab.sections)
            yield from ((f"{page.name} related", r.label) for r in tab.related)
    for app in crm.apps.values():
        for item in app.items:
            yield f"{app.name} item", item.label


def test_every_label_help_and_message_is_there_in_three_languages(crm: Manifest) -> None:
    lacking = [name for name, text in texts(crm) if text.by_locale and set(text.by_locale) != set(LOCALES)]
    assert lacking == []
    assert [name for name, text in texts(crm) if not text.by_locale and not name.endswith(" help")] == []


# Characters of one script only: a simplified text never has the second of a pair, a traditional one never the first.
PAIRS = (
    "产產 户戶 单單 联聯 系係 业業 务務 场場 销銷 报報 价價 级級 产產 经經 额額 计計 间間 题題 "
    "总總 标標 归歸 类類 据據 无無 与與 输輸 赢贏 术術 语語"
)


def test_simplified_and_traditional_are_not_mixed_up(crm: Manifest) -> None:
    simplified = {p[0] for p in PAIRS.split()} - {"系"}
    traditional = {p[1] for p in PAIRS.split()} - {"係"}
    wrong = [
        (name, text.by_locale["zh-CN"])
        for name, text in texts(crm)
        if traditional & set(text.by_locale.get("zh-CN", ""))
    ]
    wrong += [
        (name, text.by_locale["zh-TW"])
        for name, text in texts(crm)
        if simplified & set(text.by_locale.get("zh-TW", ""))
    ]
    assert wrong == []


@pytest.mark.parametrize("name", SALES)
def test_every_sales_object_has_its_page_and_its_list_and_is_in_the_menu_or_under_a_parent(
    crm: Manifest, name: str
) -> None:
    assert crm.pages[name].object == name
    assert crm.lists[name].object == name
    in_menu = {
        item.object
        for app in crm.apps.values()
        for item in (*app.items, *(i for group in app.items for i in group.items))
    }
    assert name in in_menu or crm.objects[name].parent


def test_layouts_name_real_fields(crm: Manifest) -> None:
    unknown = []
    for page in crm.pages.values():
        object = crm.objects[page.object]
        named = [*page.highlights, *(f.name for tab in page.tabs for s in tab.sections for f in s.fields)]
        unknown += [f"{page.name}: {n}" for n in named if n not in object.fields]
        for related in (r for tab in page.tabs for r in tab.related):
            child = crm.objects[related.object]
            assert page.object in child.fields[related.field].target
            unknown += [
                f"{page.name}/{related.object}: {c}" for c in related.columns if c.split(".")[0] not in child.fields
            ]
    for listing in crm.lists.values():
        fields = crm.objects[listing.object].fields
        named = [*listing.columns, *listing.quick_filters, *(s.lstrip("-") for s in listing.sort)]
        unknown += [f"{listing.name}: {n}" for n in named if n.split(".")[0] not in fields]
    assert unknown == []


@pytest.mark.parametrize("name", SALES)
def test_every_field_of_a_sales_object_can_be_seen_on_its_page(crm: Manifest, name: str) -> None:
    object, page = crm.objects[name], crm.pages[name]
    shown = {f.name for tab in page.tabs for s in tab.sections for f in s.fields} | set(page.highlights)
    own = {f.name for f in object.active_fields if not f.system and not f.part_of and not f.hidden}
    assert own - shown == set()


def test_roles_and_apps_name_what_exists(crm: Manifest) -> None:
    for role in crm.roles.values():
        assert set(role.objects) - {"*"} <= set(crm.objects)
        for name, permission in role.objects.items():
            assert name == "*" or set(permission.fields) <= set(crm.objects[name].fields)
    for app in crm.apps.values():
        assert set(app.roles) <= set(crm.roles)
        for item in (*app.items, *(i for group in app.items for i in group.items)):
            assert item.object is None or item.object in crm.objects
            assert item.list is None or crm.lists[item.list].object == item.object


@pytest.mark.parametrize("role", ["sales_manager", "sales_rep", "marketing", "read_only"])
def test_no_role_but_the_administrators_sees_what_only_managers_may(crm: Manifest, role: str) -> None:
    permission = crm.roles[role].objects["product"]
    assert role == "sales_manager" or permission.fields["cost"] == "none"


@pytest.mark.parametrize("name", ["account", "contact", "lead", "opportunity"])
def test_names_are_found_by_words_and_pinyin(crm: Manifest, name: str) -> None:
    field = crm.objects[name].fields["name"]
    assert field.search
    assert field.options["pinyin"]


def test_the_engine_knows_no_word_of_the_crm(crm: Manifest) -> None:
    for path in (ROOT / "platform" / "jimu" / "exchange").rglob("*.py"):
        text = path.read_text("utf-8")
        assert not [name for name in SALES if f'"{name}"' in text], path


def test_every_option_value_is_snake_case_or_a_code(crm: Manifest) -> None:
    for object in own_objects(crm):
        for field in object.active_fields:
            if field.system or field.kind not in (Kind.TEXT, Kind.TEXTS):
                continue
            for choice in field.choices or ():
                assert choice.value == choice.value.lower() or choice.value.isupper() or choice.value.startswith("zh-")
