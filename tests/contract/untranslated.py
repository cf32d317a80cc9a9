"""Finds texts for people that no translation can reach: written into templates, scripts, views and YAML as they are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, nodes

LOCALES = {"en", "zh-CN", "zh-TW"}
WORDS = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]")
SENTENCE = re.compile(r"[\u4e00-\u9fff]|^[A-Z][a-z]+( [A-Za-z]|[.…!?]?$)")
SHOWN = {"aria-label", "aria-description", "aria-roledescription", "title", "placeholder", "alt", "data-tip"}
# Elements whose text is no language: code, keys; and what says itself which language it is in.
OTHER = {"code", "kbd", "script", "style", "pre"}
NAMES = {"English", "简体中文", "繁體中文", "CSV", "Excel", "JSON", "API", "YAML", "Markdown"}
KEY = re.compile(r"(Ctrl|Shift|Alt|Enter|Esc|Tab|Mod|[A-Z])([+ ](Ctrl|Shift|Alt|Enter|Esc|Tab|[A-Z]))*")
VOID = {"input", "br", "hr", "img", "link", "meta", "use", "wbr", "col", "source"}
TRANSLATORS = {"_", "ngettext", "gettext"}
# A macro may make a piece of a tag.
ATTRIBUTES = re.compile(r'[a-z-]+="')
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)

_SET = re.compile(
    r"""(?:\.(?:textContent|innerText|title|placeholder|alt|ariaLabel|innerHTML)\s*\+?=\s*"""
    r"""|setAttribute\(\s*["'](?:aria-label|title|placeholder|alt)["']\s*,\s*"""
    r"""|new Option\(\s*|\btoast\(\s*|\bconfirm\(\s*|\balert\(\s*)"""
    r"""(["'`])((?:(?!\1)[^\\\n]|\\.)*)\1"""
)
# What views hand on to be shown: the first argument of these must be a text of the reader's.
_PYTHON = {"Crumb", "Action", "Entry"}


class _Texts(HTMLParser):
    """The texts of a template whose Jinja was taken out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._skip: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [v for n, v in attrs if n in SHOWN and v and _is_text(v)]
        if tag not in VOID and (tag in OTHER or "lang" in given or self._skip):
            self._skip.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._skip and self._skip[-1] == tag:
            self._skip.pop()

    def handle_data(self, data: str) -> None:
        if not self._skip and _is_text(data) and not ATTRIBUTES.match(data.strip()):
            self.found.append(" ".join(data.split()))


def _is_text(text: str) -> bool:
    text = text.strip(" ·\n")
    return bool(WORDS.search(text)) and text not in NAMES and not KEY.fullmatch(text)


def in_template(source: str) -> list[str]:
    """Texts between tags, in attributes that are read out or shown, and in expressions outside of ``_("…")``."""
    reader = _Texts()
    reader.feed(JINJA.sub(lambda match: "x" if source[match.start() - 1] in "</" else " ", source))
    tree = Environment(extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do"]).parse(source)
    return reader.found + list(_constants(tree))


def _constants(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in TRANSLATORS:
        for keyword in node.kwargs:
            yield from _constants(keyword)
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        if SENTENCE.search(node.value) and _is_text(node.value):
            yield node.value
        return
    if isinstance(node, (nodes.TemplateData, nodes.Compare, nodes.Test, nodes.Getitem)):
        return
    for child in node.iter_child_nodes():
        yield from _constants(child)


def in_script(source: str) -> list[str]:
    """Literals that are put where people read them, not through ``t("…")``."""
    found = []
    for match in _SET.finditer(source):
        text = re.sub(r"<[^>]*>", " ", _without_places(match[2]))
        if _is_text(text) and not re.fullmatch(r"\W*[a-z]+(-[a-z]+)*\W*", text):
            found.append(match[2])
    return found


def _without_places(text: str) -> str:
    """A template literal without its ``${…}``; one that is not closed here reaches to the end."""
    kept, depth = [], 0
    for at, letter in enumerate(text):
        if text.startswith("${", at) or (letter == "{" and depth and text[at - 1] != "$"):
            depth += 1
        if not depth:
            kept.append(letter)
        elif letter == "}":
            depth -= 1
    return "".join(kept)


def in_python(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _PYTHON and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and _is_text(first.value):
                found.append(first.value)
    return found


def in_yaml(source: str) -> list[str]:
    """Labels, plurals, helps and messages that are not written in all three languages."""
    return list(_labels(yaml.safe_load(source)))


def _labels(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _labels(item)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key in ("label", "plural", "help", "message") and not _is_field(inner):
            if not isinstance(inner, dict) or not set(inner) >= LOCALES or not all(inner[x] for x in LOCALES):
                yield f"{key}: {inner}"
        else:
            yield from _labels(inner)


def _is_field(value: Any) -> bool:
    """A field may be called ``label`` or ``message`` itself."""
    return isinstance(value, dict) and "type" in value


def untranslated(root: Path) -> list[str]:
    """``file: text`` for everything found below ``root``."""
    readers = {".html": in_template, ".js": in_script, ".py": in_python, ".yaml": in_yaml}
    skipped = {"node_modules", "dist", "standard", "locale", "yaml_schema", "regions"}
    found = []
    for path in sorted(root.rglob("*")):
        reader = readers.get(path.suffix)
        if reader is not None and not skipped & set(path.relative_to(root).parts):
            found += [f"{path.relative_to(root)}: {text}" for text in reader(path.read_text("utf-8"))]
    return found
