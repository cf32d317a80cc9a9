"""Manifest -> what the store must know: tables with typed columns, unique keys and the indexes that lists need.

The only place where definitions are translated into the store's words.
"""

from __future__ import annotations

from collections.abc import Iterable

from jimu.access.per_manifest import PerManifest
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef, ListLayoutDef, ObjectDef
from jimu.definitions.symbols import build_symbol
from jimu.fieldtypes.kinds import Kind
from jimu.records.rollup_feeds import rollup_spec
from jimu.storage.schema import Column, Index, Schema, Table, Unique

# Sorted by this where no list says otherwise.
NEWEST_FIRST = "-created_at"
_OWNED = ("user", "pool")
# The stamps are looked up by nobody, the owner has indexes of its own; more would only slow every write.
_UNINDEXED = frozenset({"id", "owner", "created_by", "updated_by"})


def build_schema(manifest: Manifest) -> Schema:
    """The store's schema of ``manifest``, built once per manifest."""
    return _schemas.get(manifest)


def _build(manifest: Manifest) -> Schema:
    objects = [o for o in manifest.objects.values() if not o.retired]
    return Schema({o.name: _table(manifest, o) for o in objects}, manifest.revision, manifest.workspace.time_zone)


_schemas: PerManifest[Schema] = PerManifest(_build)


def _table(manifest: Manifest, object: ObjectDef) -> Table:
    columns = {f.name: _column(manifest, f) for f in object.active_fields}
    return Table(
        object.name,
        columns,
        uniques=tuple(_uniques(object, columns)),
        indexes=tuple(_indexes(object, columns, manifest.lists_for(object.name))),
        labels=object.label.by_locale,
        history="history" in object.features,
        search=any(column.search for column in columns.values()),
    )


def _column(manifest: Manifest, field: FieldDef) -> Column:
    is_virtual = field.formula is not None and not field.stored
    rolled = manifest.objects.get(field.rollup.object) if field.rollup is not None else None
    return Column(
        name=field.name,
        kind=field.kind,
        symbol=build_symbol(field),
        scale=field.scale,
        length=field.length,
        target=field.target,
        on_delete=field.on_delete,
        expression=field.formula if is_virtual else None,
        stored_expression=field.formula if field.formula is not None and field.stored else None,
        rollup=rollup_spec(field) if rolled is not None and not rolled.retired else None,
        sparse=field.sparse,
        search=field.search,
        pinyin=bool(field.options.get("pinyin")),
        summed=field.summed,
        secret=field.type == "secret",
        was=field.was,
        labels=field.label.by_locale,
    )


def _uniques(object: ObjectDef, columns: dict[str, Column]) -> Iterable[Unique]:
    keys = dict.fromkeys([*((f.name,) for f in object.active_fields if f.unique), *object.uniques])
    return (Unique(key) for key in keys if all(name in columns for name in key))


def _indexes(object: ObjectDef, columns: dict[str, Column], lists: list[ListLayoutDef]) -> Iterable[Index]:
    """Indexes asked for, one per reference, one per order that lists use, each order also under an owner rule."""
    is_owned = object.owner in _OWNED
    wanted: list[tuple[str, ...]] = [tuple(index) for index in object.indexes]
    wanted += [(f.name,) for f in object.active_fields if f.indexed and not f.unique]
    orders = dict.fromkeys([(NEWEST_FIRST,), *(tuple(x.sort) for x in lists if x.sort)])
    wanted += orders
    if is_owned:
        wanted += [("owner", *order) for order in orders]
    wanted += [(c.name,) for c in columns.values() if c.kind is Kind.REFERENCE and c.name not in _UNINDEXED]
    fitting = dict.fromkeys(i for i in wanted if all(can_index(columns.get(name.removeprefix("-"))) for name in i))
    return (Index(i) for i in fitting if not _is_led_by_another(i, fitting))


def can_index(column: Column | None) -> bool:
    """Whether the database can keep an index over it."""
    return column is not None and not column.is_virtual and column.kind.is_sortable


def _is_led_by_another(index: tuple[str, ...], all_indexes: Iterable[tuple[str, ...]]) -> bool:
    """Whether a longer index begins with the same columns, so that this one adds nothing."""
    return any(len(other) > len(index) and other[: len(index)] == index for other in all_indexes)
