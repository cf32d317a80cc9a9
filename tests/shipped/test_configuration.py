"""Rules that every file of the shipped configuration keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jimu.definitions import Manifest, default_list, default_page, load, load_files, standard_path, strict_diagnostics
from jimu.definitions.workspace import FOLDERS, kind_of
from jimu.messages import LOCALES, Text

ROOT = standard_path()


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    loaded, diagnostics = load(ROOT)
    assert loaded is not None, "\n".join(f"{d.place}: {d.message} [{d.code}]" for d in diagnostics)
    return loaded


def test_it_loads_without_a_warning(manifest: Manifest) -> None:
    assert [f"{d.place}: {d.message}" for d in manifest.warnings] == []


def test_every_label_is_there_in_three_languages(manifest: Manifest) -> None:
    assert [f"{d.place}: {d.message}" for d in strict_diagnostics(manifest)] == []


def test_the_kept_texts_load_to_the_same_revision(manifest: Manifest) -> None:
    again, _ = load_files(manifest.files)
    assert again is not None
    assert again.revision == manifest.revision


def test_every_object_has_a_page_a_list_and_a_place_in_a_menu(manifest: Manifest) -> None:
    own = [o for o in manifest.objects.values() if not o.system and not o.retired]
    assert own
    in_menus = {name for app in manifest.apps.values() for name in _objects_in(app.items)}
    for definition in own:
        assert default_page(manifest, definition.name).tabs
        assert default_list(manifest, definition.name).columns
        if definition.parent is None:
            assert definition.name in manifest.pages, f"{definition.name} has no page layout"
            assert definition.name in manifest.lists, f"{definition.name} has no list layout"
            assert definition.name in in_menus, f"{definition.name} is in no menu"


def _objects_in(items: tuple) -> Iterator[str]:  # type: ignore[type-arg]
    for item in items:
        if item.object:
            yield item.object
        yield from _objects_in(item.items)


def test_every_object_may_be_read_by_some_role(manifest: Manifest) -> None:
    for definition in manifest.objects.values():
        if definition.system or definition.retired:
            continue
        granted = [r.objects.get(definition.name) or r.objects.get("*") for r in manifest.roles.values()]
        readers = [permission for permission in granted if permission is not None and permission.read != "none"]
        assert readers, definition.name


def test_somebody_may_configure_and_manage_users(manifest: Manifest) -> None:
    rights = {right for role in manifest.roles.values() for right in role.system}
    assert {"configure", "users", "modify_all"} <= rights


def test_chinese_labels_are_chinese(manifest: Manifest) -> None:
    for definition in manifest.objects.values():
        for text in (definition.label, *(f.label for f in definition.fields.values())):
            _check_chinese(text)


def _check_chinese(text: Text) -> None:
    for locale in LOCALES[1:]:
        words = text.by_locale.get(locale, "")
        assert not words or not words.isascii() or words.isupper() or words == text.by_locale.get("en"), (locale, words)


def test_every_yaml_file_is_read_as_something() -> None:
    """A file in a folder that nothing reads would be a definition that silently does nothing."""
    unread = [
        path.relative_to(ROOT).as_posix()
        for folder in FOLDERS
        for path in Path(ROOT / folder).rglob("*.y*ml")
        if kind_of(path.relative_to(ROOT).as_posix()) is None and path.name != "workspace.yaml"
    ]
    assert [path for path in unread if not path.startswith("seed/words/")] == []
