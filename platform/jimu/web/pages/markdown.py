"""Markdown as people write it in comments, turned into HTML that is safe to show: nothing in it runs, and nothing is
fetched from anywhere.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup, escape

from jimu.web.pages.reader import record_url

_TAGS = {"p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"}
_TAGS |= {"h1", "h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td"}
# Nothing a writer chooses but addresses: what stands in an attribute must not be taken for a person mentioned.
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_ADDRESS = re.compile(r"(https?://[^\s<>\"，。；、！？（）]+[^\s<>\"，。；、！？（）.,;:!?)'])")
# Marks that no keyboard makes stand for people mentioned while the text is turned into HTML.
_OPEN, _CLOSE = "\ue000", "\ue001"


@functools.cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False})
    parser.core.ruler.push("bare_links", _link_addresses)
    return parser.enable(["table", "strikethrough"]).disable("image")


def _link_addresses(state: StateCore) -> None:
    """Addresses that stand in a text as they are become links."""
    for block in state.tokens:
        made: list[Token] = []
        depth = 0
        for token in block.children or ():
            depth += token.nesting if token.type in ("link_open", "link_close") else 0
            made += _with_links(token) if token.type == "text" and not depth else [token]
        if block.children is not None:
            block.children = made


def _with_links(token: Token) -> list[Token]:
    made = []
    for at, part in enumerate(_ADDRESS.split(token.content)):
        text = Token("text", "", 0, content=part)
        opening = Token("link_open", "a", 1, attrs={"href": part})
        made += [opening, text, Token("link_close", "a", -1)] if at % 2 else [text]
    return made


def to_html(text: str, mentioned: Mapping[int, str]) -> Markup:
    """``text`` as HTML; ``@Name`` of the people in ``mentioned`` (user id -> name) leads to them."""
    text = text.replace(_OPEN, "").replace(_CLOSE, "")
    people = sorted(mentioned.items(), key=lambda pair: -len(pair[1]))
    for at, (_, name) in enumerate(people):
        text = text.replace(f"@{name}", f"{_OPEN}{at}{_CLOSE}")
    html = nh3.clean(
        _parser().render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    for at, (id, name) in enumerate(people):
        link = f'<a class="mention" href="{record_url("user", id)}">@{escape(name)}</a>'
        html = html.replace(f"{_OPEN}{at}{_CLOSE}", link)
    return Markup(html)  # noqa: S704 - cleaned above; the names are escaped
