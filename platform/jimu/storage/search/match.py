"""Search conditions: terms as the database's query text, and the conditions that use the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from jimu.fieldtypes.kinds import Kind
from jimu.formulas.characters import folds_like_ascii, lower
from jimu.formulas.tree import Call, Constant, Field, Node
from jimu.storage.binding import SEARCH_KEY, BoundTable
from jimu.storage.capabilities import Capabilities
from jimu.storage.names import TRIGRAM_COLLATION
from jimu.storage.scope import SelectScope
from jimu.storage.search.tokens import PART_MARK, TITLE_WORD_MARK, Term, part_terms, query_terms


def terms_text(terms: Iterable[Term], capabilities: Capabilities, *, title: bool = False) -> str:
    """All ``terms`` as a tsquery or an FTS5 query; ``title``: only where the title has them."""
    spell = _tsquery_term if capabilities.text_search_in_row else _fts_term
    query = (" & " if capabilities.text_search_in_row else " AND ").join(spell(t, title) for t in terms)
    return f"title : ({query})" if title and not capabilities.text_search_in_row else query


def _tsquery_term(term: Term, title: bool) -> str:
    """Words of a title are marked in the row, and there only once."""
    suffix = ":*" if term.prefix else ""
    texts = (term.text, PART_MARK + term.text) if term.inside else (term.text,)
    marks = (TITLE_WORD_MARK,) if title else ("", TITLE_WORD_MARK)
    spelt = [f"'{mark}{text}'{suffix}" for mark in marks for text in texts]
    return spelt[0] if len(spelt) == 1 else f"({' | '.join(spelt)})"


def _fts_term(term: Term, title: bool) -> str:
    suffix = "*" if term.prefix else ""
    if term.inside:
        return f'("{term.text}"{suffix} OR "{PART_MARK}{term.text}"{suffix})'
    return f'"{term.text}"{suffix}'


def match_text(text: str, capabilities: Capabilities) -> str | None:
    """The query text for what a person typed; None: there is nothing to look for."""
    terms = query_terms(text)
    return terms_text(terms, capabilities) if terms else None


def match_condition(scope: SelectScope, query: Any) -> sa.ColumnElement[bool]:
    """Rows whose search entry matches ``query``, a text parameter in the database's query language."""
    root = scope.root
    if scope.catalog.capabilities.text_search_in_row:
        column = root.c[SEARCH_KEY]
        condition: sa.ColumnElement[bool] = column.op("@@", is_comparison=True)(sa.cast(query, postgresql.TSQUERY))
        return condition
    name = scope.bound.search_table
    index = sa.table(name, sa.column("rowid"), sa.column(name))
    matched = sa.select(index.c.rowid).where(index.c[name].op("MATCH")(query))
    return root.c["id"].in_(matched)  # type: ignore[no-any-return]


def contains_condition(formula: Any, scope: SelectScope) -> sa.ColumnElement[bool] | None:
    """A condition that follows from ``formula`` and can use an index, for each ``contains(column, 'text')`` that
    must hold.

    It never excludes a row for which the formula is true; the formula itself is still to be checked.
    """
    if not scope.uses_text_index:
        return None
    found = [c for column, text in _required_parts(formula.tree) for c in _part_conditions(scope, column, text)]
    return sa.and_(*found) if found else None


def part_texts(formula: Any, bound: BoundTable, capabilities: Capabilities) -> Iterator[str]:
    """The queries of the text index in ``contains_condition``, where all of it is asked of that index."""
    for column, text in _required_parts(formula.tree):
        if _is_indexed(bound, column) and (terms := part_terms(text)):
            yield terms_text(terms, capabilities)


def _required_parts(node: Node) -> Iterator[tuple[str, str]]:
    """(own column, text) of every contains() in AND position."""
    if not isinstance(node, Call):
        return
    name = node.signature.name
    if name == "and":
        for arg in node.args:
            yield from _required_parts(arg)
    elif name == "contains" and len(node.args) == 2:
        column, text = node.args
        if isinstance(column, Field) and len(column.path) == 1 and isinstance(text, Constant) \
                and isinstance(text.value, str):
            yield column.path[0], text.value


def _part_conditions(scope: SelectScope, name: str, text: str) -> Iterator[sa.ColumnElement[bool]]:
    if not _is_indexed(scope.bound, name):
        return
    terms = part_terms(text)
    if scope.catalog.trigrams:
        words = [t for t in terms if t.prefix and t.text.isascii()]
        if words and not folds_like_ascii(lower(text)):  # else the formula is written as this very condition
            yield _like(scope, name, text)
        terms = [t for t in terms if t not in words]
    if terms:
        yield match_condition(scope, sa.literal(terms_text(terms, scope.catalog.capabilities), sa.Text()))


def _is_indexed(bound: BoundTable, name: str) -> bool:
    column = bound.table.columns.get(name)
    return column is not None and column.search and column.kind is Kind.TEXT and name in bound.places


def _like(scope: SelectScope, name: str, text: str) -> sa.ColumnElement[bool]:
    """Letters outside ASCII that have two cases, and what LIKE treats specially, stand for any one character."""
    pattern = "".join("_" if c in "\\%_" or (not c.isascii() and c.lower() != c.upper()) else c for c in text)
    value = sa.collate(scope.own(name), TRIGRAM_COLLATION)
    condition: sa.ColumnElement[bool] = value.op("ILIKE", is_comparison=True)(sa.literal(f"%{pattern}%", sa.Text()))
    return condition
