"""Search over all objects at once, under the actor's rules for rows and fields."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from jimu.access import readable_fields, record_filter
from jimu.access.masks import row_masks
from jimu.access.scopes import all_of, any_of
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.masking import Masked
from jimu.formulas import Environment
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.masking import mask_rows, mask_titles
from jimu.records.names import scope_of
from jimu.records.reading import reading
from jimu.records.requests import SearchResult
from jimu.records.schema import build_schema
from jimu.storage.query import EVERYTHING, NOTHING, Filter, Not, SearchHit, Where

if TYPE_CHECKING:
    from jimu.storage import Transaction

# Where hits have to be looked at again, so many more are fetched.
_OVERFETCH = 5


def search(
    text: str,
    context: Context,
    objects: Sequence[str] | None = None,
    limit: int = 20,
) -> list[SearchResult]:
    """Living records whose title or searchable fields hold all words of ``text``, best first; [] for a blank text.

    ``objects`` limits where to look; those that may not be read are passed over in silence.
    """
    environment = build_environment(context)
    filters = {
        name: (all_of([filter, _where_unmasked(text, context, name)]), environment)
        for name in _searched(context, objects)
        if (filter := record_filter(context.actor, context.manifest, name)) != NOTHING
    }
    if not text.strip() or not filters:
        return []
    partly = {name: found for name in filters if (found := _hidden_and_shown(context, name))}
    with reading(context) as transaction:
        hits = _ask(transaction, text, filters, limit, partly)
        titles = _titles(transaction, hits, context, environment)
    return [SearchResult(h.object, h.id, titles[h.id], h.score) for h in hits]


def found_in(hits: Sequence[SearchResult], text: str, context: Context) -> dict[int, tuple[str, str]]:
    """Record id → (field, its text) for hits whose titles do not hold all words of ``text``: the first field that the
    actor may read and that holds one of them. One read per object.
    """
    words = _folded(text).split()
    wanted: dict[str, list[int]] = {}
    for hit in hits:
        if not all(word in _folded(hit.title) for word in words):
            wanted.setdefault(hit.object, []).append(hit.id)
    found: dict[int, tuple[str, str]] = {}
    with reading(context) as transaction:
        for object, ids in wanted.items():
            rows = list(transaction.fetch(object, ids, _shown_fields(context, object)).values())
            for row in mask_rows(transaction, object, rows, context, build_environment(context)):
                plain = {n: v for n, v in row.items() if n != "title" and not isinstance(v, Masked)}
                texts = {name: " ".join(_texts([value])) for name, value in plain.items()}
                holding = (n for n, shown in texts.items() if any(word in _folded(shown) for word in words))
                if name := next(holding, ""):
                    found[row["id"]] = (name, texts[name])
    return found


def _shown_fields(context: Context, object: str) -> tuple[str, ...]:
    """The fields that the search looks into, of those that the actor may read."""
    table = build_schema(context.manifest).tables[object]
    readable = readable_fields(context.actor, context.manifest, object)
    return tuple(c.name for c in table.columns.values() if c.search and c.name in readable)


def _searched(context: Context, objects: Sequence[str] | None) -> Iterable[str]:
    tables = build_schema(context.manifest).tables
    wanted = _looked_for(context) if objects is None else [name for name in objects if name in tables]
    return [name for name in wanted if tables[name].search]


def _looked_for(context: Context) -> list[str]:
    """What people look for where they do not say: of the engine's own objects those with searched fields."""
    found = []
    for name, table in build_schema(context.manifest).tables.items():
        is_own = not context.manifest.objects[name].system
        if is_own or any(column.search and column.name != "title" for column in table.columns.values()):
            found.append(name)
    return found


def _hidden_and_shown(context: Context, object: str) -> tuple[str, ...]:
    """If some searched field is hidden from the actor: the searched fields that are not, the title too; else ()."""
    table = build_schema(context.manifest).tables[object]
    searched = [c.name for c in table.columns.values() if c.search]
    readable = readable_fields(context.actor, context.manifest, object)
    shown = [name for name in searched if name in readable]
    title = ("title",) if "title" in readable else ()
    return (*title, *(n for n in shown if n != "title")) if len(shown) < len(searched) else ()


def words_filter(text: str, context: Context, object: str) -> Filter:
    """The records in which the actor may know that they hold the words of ``text``: where something that is searched is
    hidden from the actor, or masked in a record, the words must stand in what is left. The index holds all of it, and
    would tell.
    """
    hidden = _hidden_and_shown(context, object)
    shown = _holding(text, hidden, context, object) if hidden else EVERYTHING
    return all_of([shown, _where_unmasked(text, context, object)])


def _where_unmasked(text: str, context: Context, object: str) -> Filter:
    """That the record is not masked in a searched field, or holds the words elsewhere."""
    searched = {c.name for c in build_schema(context.manifest).tables[object].columns.values() if c.search}
    readable = readable_fields(context.actor, context.manifest, object)
    found: list[Filter] = []
    for filter, fields in row_masks(context.actor, context.manifest, object):
        if fields & searched:
            left = tuple(sorted((searched & readable) - fields))
            found.append(any_of([Not(filter), _holding(text, left, context, object)]))
    return all_of(found)


def _holding(text: str, fields: Sequence[str], context: Context, object: str) -> Filter:
    """The records in which every word of ``text`` stands in one of ``fields``."""
    source = _words_in(text, fields, context, object)
    if not source:
        return EVERYTHING if not text.split() else NOTHING
    formula, _ = scope_of(context.actor, context.manifest).check(object, source)
    return NOTHING if formula is None else Where(formula, guarded=True)


def _words_in(text: str, fields: Sequence[str], context: Context, object: str) -> str:
    """A formula that is true where every word of ``text`` stands in one of ``fields``."""
    kinds = build_schema(context.manifest).tables[object].columns
    words = dict.fromkeys(json.dumps(word, ensure_ascii=False) for word in text.split())
    holds = [f"{'includes' if kinds[name].kind is Kind.TEXTS else 'contains'}({name}, {{}})" for name in fields]
    return " and ".join(f"({' or '.join(h.replace('{}', word) for h in holds)})" for word in words) if holds else ""


def _titles(
    transaction: Transaction, hits: Sequence[SearchHit], context: Context, environment: Environment
) -> dict[int, str]:
    """The titles of ``hits`` as the actor may see them."""
    found: dict[int, str] = {}
    for object in dict.fromkeys(hit.object for hit in hits):
        titles = {hit.id: hit.title for hit in hits if hit.object == object}
        found |= mask_titles(transaction, object, titles, context, environment)
    return found


def _ask(
    transaction: Transaction,
    text: str,
    filters: dict[str, tuple[Filter, Environment]],
    limit: int,
    partly: dict[str, tuple[str, ...]],
) -> list[SearchHit]:
    if not partly:
        return transaction.search(text, filters, limit)
    hits = transaction.search(text, filters, limit * _OVERFETCH)
    words = _folded(text).split()
    proved: set[int] = set()
    for object, fields in partly.items():
        ids = [h.id for h in hits if h.object == object]
        for id, row in (transaction.fetch(object, ids, fields) if ids else {}).items():
            shown = _folded(" ".join(_texts(row.get(name) for name in fields)))
            if all(word in shown for word in words):
                proved.add(id)
    return [h for h in hits if h.object not in partly or h.id in proved][:limit]


def _texts(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, list):
            yield from map(str, value)
        elif value is not None:
            yield str(value)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
