"""Every text that the engine shows has a translation, and every template can be found by the collector."""

from pathlib import Path

import pytest

import jimu
from jimu.translation.catalogue import LOCALE_FOLDER, load_catalogue
from jimu.translation.extract import Found, check_literal, collect
from jimu.translation.update import missing
from tests.contract.untranslated import in_python, in_script, in_template, in_yaml, untranslated

PLACE = r"\{[a-z_]*\}"


@pytest.fixture(scope="module")
def found() -> list[Found]:
    return collect(Path(jimu.__path__[0]))


def test_no_text_is_untranslated(found: list[Found]) -> None:
    assert {locale: templates for locale, templates in missing(found).items() if templates} == {}


def test_every_template_is_a_literal(found: list[Found]) -> None:
    assert check_literal(found) == []


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW"])
def test_a_translation_has_the_same_places_to_fill(locale: str) -> None:
    import re

    wrong = {
        template: text for template, text in load_catalogue(LOCALE_FOLDER, locale).messages.items()
        if set(re.findall(PLACE, template)) != set(re.findall(PLACE, text))
    }
    assert wrong == {}


def test_no_text_for_people_bypasses_translation() -> None:
    """In templates, scripts and views of the engine, and in the labels of everything written in YAML."""
    engine = Path(jimu.__path__[0])
    workspace = engine.parent.parent
    places = [engine / "web", engine / "system", *(workspace / name for name in ("objects", "layouts", "flows"))]
    assert [text for place in places if place.is_dir() for text in untranslated(place)] == []


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("<p>Nothing here</p>", "Nothing here"),
        ('<button aria-label="Close">{{ icon("x") }}</button>', "Close"),
        ('<input placeholder="Search">', "Search"),
        ('<th title="Sort by it">{{ label }}</th>', "Sort by it"),
        ('<a data-tip="Pin">{{ icon("pin") }}</a>', "Pin"),
        ("<p>{% if x %}{{ y }}{% else %}没有记录{% endif %}</p>", "没有记录"),
        ('{{ button("Save all", "check") }}', "Save all"),
        ('{{ "Yes" if on else "" }}', "Yes"),
        ('{{ _("Delete {what}", what="Everything here") }}', "Everything here"),
    ],
)
def test_a_text_written_into_a_template_is_found(template: str, text: str) -> None:
    assert in_template(template) == [text]


@pytest.mark.parametrize(
    "template",
    [
        '<p title="{{ _(\'Sort\') }}">{{ _("Nothing here") }} <code>where</code> <kbd>Ctrl</kbd></p>',
        '<span lang="zh-CN">简体中文</span>{{ icon("chevron-down", "icon-small") }}',
        '{{ ngettext("{n} record", "{n} records", n) }}',
    ],
)
def test_what_needs_no_translation_is_left_alone(template: str) -> None:
    assert in_template(template) == []


@pytest.mark.parametrize(
    ("script", "count"),
    [
        ('note.textContent = "Saved.";', 1),
        ("button.setAttribute('aria-label', 'Close');", 1),
        ("cell.title = `Sort by ${name}`;", 1),
        ('toast("It did not work");', 1),
        ('list.append(new Option("None", ""));', 1),
        ('note.textContent = t("Saved.");', 0),
        ("cell.textContent = `${t('Sum')} ${value}`;", 0),
        ('note.innerHTML = `<span class="dot"></span>${t("Saved.")}`;', 0),
    ],
)
def test_a_text_written_into_a_script_is_found(script: str, count: int) -> None:
    assert len(in_script(script)) == count


def test_a_text_written_into_a_view_is_found() -> None:
    assert in_python('page("x.html", crumbs=[Crumb("Profile"), Crumb(now.say(title))])') == ["Profile"]


def test_a_label_that_lacks_a_language_is_found() -> None:
    assert in_yaml("label: {en: Thing, zh-CN: 物品}\nfields: {label: {type: text, label: Name}}") == [
        "label: {'en': 'Thing', 'zh-CN': '物品'}",
        "label: Name",
    ]
