"""Search over all objects at once, under the actor's rules for rows and fields."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from jimu.access import readable_fields, record_filter
from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Environment
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.reading import reading
from jimu.records.requests import SearchResult
from jimu.records.schema import build_schema
from jimu.storage.query import NOTHING, Filter, SearchHit

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
        name: (filter, environment)
        for name in _searched(context, objects)
        if (filter := record_filter(context.actor, context.manifest, name)) != NOTHING
    }
    if not text.strip() or not filters:
        return []
    partly = {name: found for name in filters if (found := _hidden_and_shown(context, name))}
    with reading(context) as transaction:
        hits = _ask(transaction, text, filters, limit, partly)
    return [SearchResult(h.object, h.id, h.title, h.score, _shown(h, context)) for h in hits]


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
            for id, row in transaction.fetch(object, ids, _shown_fields(context, object)).items():
                texts = {name: " ".join(_texts([value])) for name, value in row.items() if name != "title"}
                holding = (n for n, shown in texts.items() if any(word in _folded(shown) for word in words))
                if name := next(holding, ""):
                    found[id] = (name, texts[name])
    return found


def _shown_fields(context: Context, object: str) -> tuple[str, ...]:
    """The fields that the search looks into, of those that the actor may read."""
    table = build_schema(context.manifest).tables[object]
    readable = readable_fields(context.actor, context.manifest, object)
    return tuple(c.name for c in table.columns.values() if c.search and c.name in readable)


def _searched(context: Context, objects: Sequence[str] | None) -> Iterable[str]:
    tables = build_schema(context.manifest).tables
    wanted = tables if objects is None else [name for name in objects if name in tables]
    return [name for name in wanted if tables[name].search]


def _hidden_and_shown(context: Context, object: str) -> tuple[str, ...]:
    """If some searched field is hidden from the actor: the searched fields that are not, the title too; else ()."""
    table = build_schema(context.manifest).tables[object]
    searched = [c.name for c in table.columns.values() if c.search]
    readable = readable_fields(context.actor, context.manifest, object)
    shown = [name for name in searched if name in readable]
    return ("title", *(n for n in shown if n != "title")) if len(shown) < len(searched) else ()


def words_shown(text: str, context: Context, object: str) -> str:
    """A formula that is true where every word of ``text`` stands in a field that the actor may read; '' where nothing
    that is searched is hidden. The index holds hidden fields too, and would tell of them.
    """
    fields = _hidden_and_shown(context, object)
    kinds = build_schema(context.manifest).tables[object].columns
    words = dict.fromkeys(json.dumps(word, ensure_ascii=False) for word in text.split()) if fields else {}
    holds = [f"{'includes' if kinds[name].kind is Kind.TEXTS else 'contains'}({name}, {{}})" for name in fields]
    return " and ".join(f"({' or '.join(h.replace('{}', word) for h in holds)})" for word in words)


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


def _shown(hit: SearchHit, context: Context) -> dict[str, str]:
    readable = readable_fields(context.actor, context.manifest, hit.object)
    fields = context.manifest.objects[hit.object].fields
    return {n: t for n, t in hit.matched.items() if n in readable and fields[n].kind is not Kind.JSON}
