"""Collecting the templates.

In Python ``Message("…")`` and ``_("…")``, in Jinja ``_("…")`` and ``ngettext``, in JavaScript ``t("…")`` and
``tn("…", "…")``.

A template must be written as a literal, or it could not be found here; ``check_`` names the places where it is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jimu.translation.python_sources import PythonSources

JS_KEYWORDS = {"t": None, "tn": (1, 2)}
JINJA_EXTENSIONS = "jinja2.ext.i18n,jinja2.ext.do,jinja2.ext.loopcontrols"
SKIPPED = frozenset({"node_modules", "dist", "standard", "__pycache__", "translation"})


@dataclass(frozen=True, order=True)
class Found:
    """One template: ``plural`` is '' for a single one. ``variable``: no literal, only the place is known."""

    template: str
    plural: str
    file: str
    line: int
    variable: bool = False


def collect(root: Path) -> list[Found]:
    """Every template in the sources below ``root``, sorted."""
    found: list[Found] = []
    python: dict[str, str] = {}
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        if path.suffix == ".py":
            python[name] = path.read_text("utf-8")
        elif path.suffix in {".js", ".mjs"}:
            found += _from_javascript(path, name)
        else:
            found += _from_jinja(path, name)
    sources = PythonSources(python)
    for module in sources.modules:
        for t in sources.templates(module):
            found.append(Found(t.text or "", t.plural, module.name, t.line, variable=t.text is None))
    return sorted(found)


def check_literal(found: Iterable[Found]) -> list[str]:
    """The places (file:line) of templates that are no literals and thus never would be translated."""
    return [f"{x.file}:{x.line}" for x in found if x.variable]


def _files(root: Path) -> Iterator[Path]:
    for pattern in ("*.py", "*.html", "*.jinja", "*.j2", "*.js", "*.mjs", "*.txt.jinja"):
        for path in sorted(root.rglob(pattern)):
            if not SKIPPED & set(path.relative_to(root).parts):
                yield path


def _from_jinja(path: Path, name: str) -> Iterator[Found]:
    from jinja2.ext import babel_extract

    with path.open("rb") as file:
        options = {"encoding": "utf-8", "extensions": JINJA_EXTENSIONS, "silent": "false"}
        for line, _function, texts, _comments in babel_extract(file, ("_", "gettext", "ngettext"), (), options):
            yield from _one(texts, name, line)


def _from_javascript(path: Path, name: str) -> Iterator[Found]:
    from babel.messages.extract import extract_javascript

    with path.open("rb") as file:
        for line, _function, texts, _comments in extract_javascript(file, JS_KEYWORDS, (), {"encoding": "utf-8"}):
            yield from _one(texts, name, line)


def _one(texts: object, name: str, line: int) -> Iterator[Found]:
    given = [texts] if isinstance(texts, str) or texts is None else list(texts)  # type: ignore[call-overload]
    if given and isinstance(given[0], str) and given[0]:
        many = given[1] if len(given) > 1 and isinstance(given[1], str) else ""
        yield Found(given[0], many, name, line)
