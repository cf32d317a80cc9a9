"""What of a row goes into the search index: tokens of its title, and of its searchable columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.fieldtypes.kinds import Kind
from jimu.storage.binding import BoundTable
from jimu.storage.search.pinyin import pinyin_tokens
from jimu.storage.search.tokens import TITLE_WORD_MARK, title_token, tokens


class DocumentMaker:
    """``suffixes``: parts of words are indexed too, because the database has no other index for them."""

    def __init__(self, bound: BoundTable, suffixes: bool) -> None:
        self.suffixes = suffixes
        self.columns = tuple((c.name, c.pinyin, c.kind is Kind.TEXTS) for c in bound.search_columns)
        title = bound.table.columns.get("title")
        self.title_pinyin = bool(title and title.pinyin)
        self.names = frozenset({"title", *(c.name for c in bound.search_columns)})

    def tokens(self, row: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """Tokens of the title (the squeezed whole among them) and those of the other columns."""
        title = row.get("title") or ""
        first: list[str] = []
        if title:
            first = tokens(title, self.suffixes)
            if squeezed := title_token(title):
                first.append(squeezed)
            if self.title_pinyin:
                first += pinyin_tokens(title)
        rest: list[str] = []
        for name, pinyin, is_list in self.columns:
            value = row.get(name)
            if value is None:
                continue
            text = " ".join(value) if is_list else value if value.__class__ is str else str(value)
            if text != title:
                rest += tokens(text, self.suffixes)
            if pinyin:
                rest += pinyin_tokens(text)
        return first, rest

    def vector(self, row: Mapping[str, Any]) -> str:
        """The tokens as text of a tsvector; the title's are marked.

        Weights would do as well, but a GIN index does not know them and would have every row looked at.
        """
        title, body = self.tokens(row)
        return " ".join([f"'{t}'" for t in body] + [f"'{TITLE_WORD_MARK}{t}'" for t in title])
