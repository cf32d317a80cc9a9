"""Search over several objects in one statement: the best few of each by title, by title word and by any word."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from jimu.formulas.types import Environment
from jimu.storage.binding import SEARCH_KEY
from jimu.storage.compiled import StatementCache
from jimu.storage.connection import Connection
from jimu.storage.filters import FilterCompiler, state_condition
from jimu.storage.query import Filter, SearchHit
from jimu.storage.scope import SelectScope
from jimu.storage.search.match import terms_text
from jimu.storage.search.tokens import Term, fold, query_terms, title_token
from jimu.storage.shapes import ShapeReader
from jimu.storage.statements import Prepared

_TIERS = 3


def search_objects(
    connection: Connection, cache: StatementCache, text: str, filters: Mapping[str, tuple[Filter, Environment]],
    limit: int,
) -> list[SearchHit]:
    """See ``Transaction.search``."""
    terms = query_terms(text)
    wanted = {name: f for name, f in filters.items() if cache.catalog.table(name).table.search}
    if not terms or not wanted:
        return []
    keys: list[Hashable] = []
    values: dict[str, Any] = _tier_values(cache, text, terms)
    cacheable = True
    for number, (object, (filter, environment)) in enumerate(wanted.items()):
        reader = ShapeReader(cache.catalog, environment)
        keys.append((object, reader.key(filter, object)))
        values.update({f"o{number}_p{i}": v for i, v in enumerate(reader.values)})
        cacheable = cacheable and reader.cacheable
    key = ("search", tuple(keys), int(limit))
    prepared: Prepared = cache.get(key, cacheable, lambda: cache.prepare(_statement(cache, wanted, limit)))
    return _ranked(connection.rows_planned_anew(prepared.text, prepared.params(values)), text, list(wanted), limit)


def _tier_values(cache: StatementCache, text: str, terms: list[Term]) -> dict[str, Any]:
    capabilities = cache.catalog.capabilities
    squeezed = title_token(text)
    start = [Term(squeezed, True)] if squeezed else terms
    return {"tier0": terms_text(start, capabilities, title=True), "tier1": terms_text(terms, capabilities, title=True),
            "tier2": terms_text(terms, capabilities)}


def _statement(cache: StatementCache, wanted: Mapping[str, tuple[Filter, Environment]], limit: int) -> Any:
    parts = []
    for number, (object, (filter, environment)) in enumerate(wanted.items()):
        scope = SelectScope(cache.catalog, object)
        condition = FilterCompiler(environment, f"o{number}_p").condition(filter, scope)
        parts += [_part(cache, number, scope, condition, tier, limit) for tier in range(_TIERS)]
    return sa.union_all(*parts)


def _part(cache: StatementCache, number: int, scope: SelectScope, condition: Any, tier: int, limit: int) -> Any:
    """Some matches of one tier, cut before they are put in order, so that a common word stays cheap."""
    query = sa.bindparam(f"tier{tier}", type_=sa.Text())
    source, matched = _matched(cache, scope, query)
    id: Any = scope.own("id")
    inner = (
        sa.select(sa.literal_column(str(number)).label("object"), sa.literal_column(str(tier)).label("tier"),
                  id.label("id"), scope.own("title").label("title"))
        .select_from(source).where(matched, *state_condition(scope, "alive"), condition)
        .limit(sa.literal_column(str(int(limit))))
    )
    if not cache.catalog.capabilities.text_search_in_row:
        inner = inner.order_by(id.desc())
    part = inner.subquery()
    return sa.select(part.c.object, part.c.tier, part.c.id, part.c.title)


def _matched(cache: StatementCache, scope: SelectScope, query: Any) -> tuple[Any, Any]:
    clause = scope.from_clause()
    if cache.catalog.capabilities.text_search_in_row:
        return clause, scope.root.c[SEARCH_KEY].op("@@", is_comparison=True)(sa.cast(query, postgresql.TSQUERY))
    name = scope.bound.search_table
    index = sa.table(name, sa.column("rowid"), sa.column(name))
    matched = sa.select(index.c.rowid).where(index.c[name].op("MATCH")(query))
    return clause, scope.own("id").in_(matched)


def _ranked(rows: list[tuple[Any, ...]], text: str, objects: list[str], limit: int) -> list[SearchHit]:
    """Best tier of each record; equal titles first, then short ones, then new ones."""
    wanted = fold(text).strip()
    best: dict[int, tuple[float, SearchHit]] = {}
    for number, tier, id, title in rows:
        score = 3.0 - tier
        folded = fold(title or "")
        if folded == wanted:
            score += 2
        elif folded.startswith(wanted):
            score += 1
        score += 1 / (2 + len(folded))
        if id not in best or best[id][0] < score:
            best[id] = (score, SearchHit(objects[number], id, title or "", score))
    ordered = sorted(best.values(), key=lambda pair: (-pair[0], -pair[1].id))
    return [hit for _, hit in ordered[:limit]]
