"""Every field type has a form in which it is read: on the page of a record, in a cell, in each language."""

from __future__ import annotations

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from jimu.messages import LOCALES
from jimu.translation import translator
from jimu.web.pages.display import BLANK, presenter_for
from jimu.web.pages.reader import Reader
from jimu.web.rendering import renderer_for
from tests.fieldtypes.samples import SAMPLES, TITLES, field_of
from tests.web.site import Site


def text_of(html: str) -> str:
    """What of the HTML is read aloud or seen."""
    said = " ".join(re.findall(r'(?:alt|aria-label)="([^"]*)"', html))
    return (re.sub(r"<[^>]*>", "", html) + said).strip()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_field_type_can_be_read(site: Site, name: str, locale: str) -> None:
    catalogue = translator(locale)
    reader = Reader(site.system, locale, ZoneInfo("Asia/Shanghai"), catalogue)
    field = replace(field_of(name), name=f"sample_{name}")
    present = presenter_for(field, reader)
    shown = present(SAMPLES[name].value, {}, TITLES)
    renderer = renderer_for(locale, catalogue)
    for macro in ("value", "cell"):
        html = renderer.macro("components/value.html", macro)(shown)
        assert text_of(str(html)), (macro, html)
        assert "style=" not in html
        assert not re.search(r"\son\w+=", html)
    if name != "boolean":
        assert present(None, {}, TITLES) == BLANK


def test_markup_that_was_stored_as_plain_text_is_made_safe_when_it_is_shown(site: Site) -> None:
    reader = Reader(site.system, "en", ZoneInfo("Asia/Shanghai"), translator("en"))
    stored = '<p onclick="x()">Dear</p><form action="https://evil.example"><input></form><script>x()</script>'
    shown = presenter_for(field_of("rich_text"), reader)(stored, {}, {})
    assert shown.text == "<p>Dear</p>"
