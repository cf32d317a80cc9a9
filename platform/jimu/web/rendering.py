"""Rendering: one Jinja environment per language, so that macros are compiled and imported once and know their texts.

Templates get plain data and render it; they ask nothing of the engine.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from jinja2 import FileSystemLoader, StrictUndefined
from markupsafe import Markup

from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message, Text
from jimu.translation import Catalogue
from jimu.web.assets import Assets
from jimu.web.environment import PageEnvironment
from jimu.web.markup import FILTERS, attributes

TEMPLATES = Path(__file__).resolve().parent / "templates"
_renderers: dict[str, Renderer] = {}
_building = threading.Lock()


@functools.cache
def assets() -> Assets:
    """The bundles of this process."""
    return Assets.read()


class Renderer:
    """Renders templates in one language. ``catalogue`` is replaced when plugins bring other texts."""

    def __init__(self, locale: str, catalogue: Catalogue) -> None:
        self.locale = locale
        self.catalogue = catalogue
        self.environment = PageEnvironment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            auto_reload=False,
            extensions=["jinja2.ext.loopcontrols"],
        )
        bundles = assets()
        self.environment.globals.update(
            _=self.text,
            ngettext=self.plural,
            icon=bundles.icon,
            script=bundles.script,
            early=bundles.early,
            style=bundles.style,
            icon_file=bundles.icon_file,
            locale=locale,
            script_texts=self.script_texts(),
            has_assets=bool(bundles.entries),
            attributes=attributes,
        )
        self.environment.filters.update(label=self.label, say=self.say, id=encode_id, in_json=in_json, **FILTERS)

    def text(self, template: str, **params: Any) -> str:
        """``_("…")`` of the templates: the text with its places filled, escaped where it is put out."""
        text = self.catalogue(template)
        return (
            text.format(**{k: self.label(v) if isinstance(v, Text) else v for k, v in params.items()})
            if params
            else text
        )

    def plural(self, singular: str, plural: str, n: int, **params: Any) -> str:
        return self.catalogue.plural(singular, plural, n).format(n=n, **params)

    def label(self, text: Text) -> str:
        return text.get(self.locale)

    def say(self, message: Message) -> str:
        return message.render(self.catalogue)

    def script_texts(self) -> Markup:
        """The translations that scripts need, as a JSON block; '' in English."""
        known = {text: self.catalogue(text) for text in assets().texts if self.catalogue(text) != text}
        return in_json(known) if known else Markup("")

    def macro(self, name: str, macro: str) -> Callable[..., str]:
        """A macro of a template, to be called from Python for a piece of a page."""
        found: Callable[..., str] = getattr(self.environment.get_template(name).module, macro)
        return found

    def render(self, name: str, **values: Any) -> str:
        return self.environment.get_template(name).render(**values)


def in_json(value: Any) -> Markup:
    """JSON that may stand inside a ``<script type="application/json">`` block."""
    text = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def renderer_for(locale: str, catalogue: Catalogue) -> Renderer:
    """The renderer of ``locale``, made anew when its catalogue is another one."""
    found = _renderers.get(locale)
    if found is None or found.catalogue is not catalogue:
        with _building:
            found = _renderers[locale] = Renderer(locale, catalogue)
    return found
