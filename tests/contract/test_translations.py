"""Every text that the engine shows has a translation, and every template can be found by the collector."""

from pathlib import Path

import pytest

import jimu
from jimu.translation.catalogue import LOCALE_FOLDER, load_catalogue
from jimu.translation.extract import Found, check_literal, collect
from jimu.translation.update import missing

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
