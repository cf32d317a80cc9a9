"""The structural difference of two manifests: what was added, changed, renamed, retired, restored or removed, and
where.

Pure: knows no data. ``revisions`` adds the counts of what a change does to records. A definition that is gone from
the YAML is ``removed``; what that means for its data is the same as for a retired one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from operator import methodcaller
from typing import Any

from jimu.definitions.kinds import KINDS
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import Choice, FieldDef, ObjectDef
from jimu.formulas.formula import Formula
from jimu.messages import Message, Text


@dataclass(frozen=True, slots=True)
class Change:
    """``what``: added, changed, renamed, retired, restored, removed. ``part``: one of ``PARTS``.

    ``address`` is the new definition's (``lead.amount``, ``lead#check:name``, ``role:sales``); ``key`` names the one
    property that changed (``type``, ``required``, ``choices`` …) with its value ``before`` and ``after``: plain values,
    for a formula its source, for choices the tuple of ``Choice``. For renames ``before`` and ``after`` are the names.
    """

    what: str
    part: str
    address: str
    message: Message
    object: str | None = None
    name: str | None = None
    key: str | None = None
    before: Any = None
    after: Any = None


PARTS: Mapping[str, Message] = {
    "object": Message("object"),
    "field": Message("field"),
    "check": Message("check"),
    "duplicate_rule": Message("duplicate rule"),
    "unique": Message("unique key"),
    "index": Message("index"),
    "record_type": Message("record type"),
    "option_list": Message("option list"),
    "role": Message("role"),
    "app": Message("app"),
    "page": Message("page layout"),
    "list": Message("list"),
    "seed": Message("seed"),
    "import_plan": Message("import plan"),
    "workspace": Message("workspace"),
    **{kind.name: kind.part for kind in KINDS},
}
_SENTENCES = {
    "added": "New {part} {address}.",
    "removed": "The {part} {address} is gone.",
    "retired": "The {part} {address} is retired; its values are kept.",
    "restored": "The {part} {address} is in use again.",
    "renamed": "The {part} {before} is now called {after}.",
    "changed": "{key} of the {part} {address}: {before} → {after}.",
    "changed_within": "{key} of the {part} {address}: {changes}.",
}
# What is derived from elsewhere, or says where a thing was written: no change of its own.
_FIELD_IGNORED = frozenset(
    {"name", "object", "source", "retired", "was", "parts", "part_of", "system", "kind", "choices", "options"}
)
# Options of a type that show in a property of the field already.
_TOLD_ELSEWHERE = frozenset(
    {"formula", "where", "filter", "to", "on_delete", "scale", "max_length", "of", "function", "field", "order_by"}
)
# What another type brings with it.
_FOLLOWS_TYPE = frozenset({"length", "scale", "search", "summed", "stored", "option_list"})
# Bounds are not the type's own: values may lie beyond them.
_LIMITS = frozenset({"min", "max"})
_OBJECT_IGNORED = frozenset(
    {
        "name",
        "module",
        "source",
        "retired",
        "was",
        "fields",
        "checks",
        "duplicates",
        "uniques",
        "indexes",
        "record_types",
        "dependents",
    }
    | {"rollups_on", "compute_order", "title_source", "parent", "system"}
)
_IGNORED = frozenset({"name", "source", "object", "where_source"})


def compare(before: Manifest | None, after: Manifest) -> list[Change]:
    """What must change to come from ``before`` (None: nothing yet) to ``after``; empty when the revisions are equal."""
    if before is not None and before.revision and before.revision == after.revision:
        return []
    changes = list(_objects(before.objects if before else {}, after.objects))
    for part, table in _TABLES.items():
        changes += _table(part, table(before) if before else {}, table(after))
    if before is not None:
        changes += _properties("workspace", "workspace", before.workspace, after.workspace, _IGNORED)
    return changes


_TABLES: Mapping[str, Callable[[Manifest], Mapping[str, Any]]] = {
    "option_list": lambda m: m.option_lists,
    "role": lambda m: m.roles,
    "app": lambda m: m.apps,
    "page": lambda m: m.pages,
    "list": lambda m: m.lists,
    "seed": lambda m: m.seeds,
    "import_plan": lambda m: m.import_plans,
    **{kind.name: methodcaller("all", kind.name) for kind in KINDS},
}
_PREFIXES = {"option_list": "options"}


def _table(part: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """The changes of definitions that are known by name alone."""
    for name in [*after, *(n for n in before if n not in after)]:
        address = f"{_PREFIXES.get(part, part)}:{name}"
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            yield _change("added" if old is None else "removed", part, address, name=name)
        else:
            yield from _properties(part, address, old, new, _IGNORED, name=name)


# --- objects ----------------------------------------------------------------------------------------------------------


def _objects(before: Mapping[str, ObjectDef], after: Mapping[str, ObjectDef]) -> Iterator[Change]:
    renamed = _renames(before, after)
    for name, new in after.items():
        old = before.get(renamed.get(name, name))
        if old is None:
            yield _change("added", "object", name, object=name, name=name)
            continue
        if name in renamed:
            yield _change("renamed", "object", name, object=name, name=name, before=old.name, after=name)
        yield from _retirement("object", name, old.retired, new.retired, object=name, name=name)
        if not new.retired:
            yield from _inside(old, new)
    for name in before:
        if name not in after and name not in renamed.values():
            yield _change("removed", "object", name, object=name, name=name)


def _inside(old: ObjectDef, new: ObjectDef) -> Iterator[Change]:
    """The changes within one object."""
    at = {"object": new.name}
    yield from _properties("object", new.name, old, new, _OBJECT_IGNORED, name=new.name, **at)
    yield from _fields(old, new)
    yield from _keyed("check", {c.name: c for c in old.checks}, {c.name: c for c in new.checks}, new.name)
    rules = ({d.name: d for d in old.duplicates}, {d.name: d for d in new.duplicates})
    yield from _keyed("duplicate_rule", *rules, new.name)
    yield from _keyed("record_type", old.record_types, new.record_types, new.name)
    for part, groups in (("unique", (old.uniques, new.uniques)), ("index", (old.indexes, new.indexes))):
        renamed = _renames(old.fields, new.fields)
        earlier = {tuple(_renamed(renamed, name) for name in group) for group in groups[0]}
        for group in groups[1]:
            if group not in earlier:
                yield _change(
                    "added", part, _group_address(new.name, part, group), name=",".join(group), after=group, **at
                )
        for group in sorted(earlier - set(groups[1])):
            yield _change(
                "removed", part, _group_address(new.name, part, group), name=",".join(group), before=group, **at
            )


def _renamed(renamed: Mapping[str, str], name: str) -> str:
    """The name now of the column that was called ``name`` (with its minus sign)."""
    bare = name.removeprefix("-")
    now = next((new for new, old in renamed.items() if old == bare), bare)
    return name.replace(bare, now)


def _group_address(object_name: str, part: str, group: Iterable[str]) -> str:
    return f"{object_name}#{part}:{','.join(group)}"


def _fields(old: ObjectDef, new: ObjectDef) -> Iterator[Change]:
    renamed = _renames(old.fields, new.fields)
    at = {"object": new.name}
    for name, field in new.fields.items():
        earlier = old.fields.get(renamed.get(name, name))
        if earlier is None:
            yield _change("added", "field", field.address, name=name, **at)
            continue
        if name in renamed:
            yield _change("renamed", "field", field.address, name=name, before=earlier.name, after=name, **at)
        yield from _retirement("field", field.address, earlier.retired, field.retired, name=name, **at)
        if not field.retired:
            ignored = _FIELD_IGNORED if earlier.type == field.type else _FIELD_IGNORED | _FOLLOWS_TYPE
            yield from _properties("field", field.address, earlier, field, ignored, name=name, **at)
            yield from _options(earlier, field)
            yield from _choices(earlier, field)
    for name, field in old.fields.items():
        if name not in new.fields and name not in renamed.values() and not field.retired:
            yield _change("removed", "field", f"{new.name}.{name}", name=name, **at)
    kept = [n for n in new.fields if n in old.fields]
    if kept != [n for n in old.fields if n in new.fields]:
        message = Message("The fields of {object} stand in another order.", {"object": new.name})
        yield Change(
            "changed", "object", new.name, message, new.name, new.name, "order", tuple(old.fields), tuple(new.fields)
        )


def _options(old: FieldDef, new: FieldDef) -> Iterator[Change]:
    """The changes of the type's own keys, each under its name."""
    if old.options == new.options:
        return
    before, after = _plain(old.options), _plain(new.options)
    for key in dict.fromkeys([*before, *after]):
        if old.type != new.type and key not in _LIMITS and not (key in before and key in after):
            continue  # one of the types has no such key
        if key not in _TOLD_ELSEWHERE and before.get(key) != after.get(key):
            at = {"object": new.object, "name": new.name}
            yield _change("changed", "field", new.address, key=key, before=before.get(key), after=after.get(key), **at)


def _choices(old: FieldDef, new: FieldDef) -> Iterator[Change]:
    """A change of the options, as one change; which values come and go is told."""
    if old.choices == new.choices or new.system:
        return
    if old.type != new.type and (old.choices is None or new.choices is None):
        return  # one of the types has no choices
    before, after = _values(old.choices), _values(new.choices)
    gone, come = [v for v in before if v not in after], [v for v in after if v not in before]
    params = {"address": new.address, "added": come or "–", "removed": gone or "–"}
    message = Message("The options of {address} change; new: {added}; gone: {removed}.", params)
    yield Change("changed", "field", new.address, message, new.object, new.name, "choices", old.choices, new.choices)


def _values(choices: tuple[Choice, ...] | None) -> list[str]:
    return [c.value for c in choices or () if not c.retired]


def _renames(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """New name -> old name."""
    found: dict[str, str] = {}
    for name, definition in after.items():
        if name not in before:
            earlier = next((was for was in reversed(definition.was) if was in before and was not in after), None)
            if earlier is not None:
                found[name] = earlier
    return found


# --- properties -------------------------------------------------------------------------------------------------------


def _keyed(part: str, before: Mapping[str, Any], after: Mapping[str, Any], object_name: str) -> Iterator[Change]:
    for name in [*after, *(n for n in before if n not in after)]:
        address, old, new = f"{object_name}#{part}:{name}", before.get(name), after.get(name)
        if old is None or new is None:
            yield _change("added" if old is None else "removed", part, address, object=object_name, name=name)
        else:
            yield from _properties(part, address, old, new, _IGNORED, object=object_name, name=name)


def _properties(part: str, address: str, old: Any, new: Any, ignored: frozenset[str], **at: Any) -> Iterator[Change]:
    for field in fields(new):
        if field.name in ignored:
            continue
        was, now = getattr(old, field.name), getattr(new, field.name)
        if was == now:
            continue  # nearly always, and far cheaper than to compare what they say
        before, after = _plain(was), _plain(now)
        if before != after:
            yield _change("changed", part, address, key=field.name, before=before, after=after, **at)


def _retirement(part: str, address: str, before: bool, after: bool, **at: Any) -> Iterator[Change]:
    if before != after:
        yield _change("retired" if after else "restored", part, address, **at)


def _plain(value: Any) -> Any:
    """``value`` as something that is compared by what it says: formulas by their source, texts by their words."""
    if isinstance(value, Formula):
        return value.source
    if isinstance(value, Text):
        return dict(value.by_locale)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return tuple(_plain(item) for item in value)
    if isinstance(value, frozenset):
        return tuple(sorted(value))
    if is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.name not in _IGNORED - {"name", "object"}
        }
    return value


def _change(
    what: str, part: str, address: str, *, key: str | None = None, before: Any = None, after: Any = None, **at: Any
) -> Change:
    params: dict[str, Any] = {"part": PARTS[part], "address": address, "key": key}
    within = _within(before, after) if what == "changed" else []
    if within:
        cut = [*within[:_MOST_SHOWN], "…"] if len(within) > _MOST_SHOWN else within
        message = Message(_SENTENCES["changed_within"], {**params, "changes": cut})
    else:
        message = Message(_SENTENCES[what], {**params, "before": _shown(before), "after": _shown(after)})
    return Change(what, part, address, message, key=key, before=before, after=after, **at)


def _within(before: Any, after: Any, path: tuple[str, ...] = ()) -> list[str]:
    """What differs between two mappings, each as ``path: before → after``; [] unless both are mappings."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return []
    found: list[str] = []
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        here = (*path, str(key)) if key else path  # a text for all languages has no key
        at = f"{'.'.join(here)}: " if here else ""
        found += _within(old, new, here) or [f"{at}{_written(old)} → {_written(new)}"]
    return found


def _written(value: Any) -> str:
    """A value as YAML would have it in one line, cut where it is long."""
    if value is None or value in ("", (), {}):
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        said = {key: item for key, item in value.items() if item not in (None, False, "", "none", (), {})}
        text = ", ".join(f"{key}: {_written(item)}" for key, item in said.items())
    elif isinstance(value, (tuple, list)):
        text = ", ".join(_written(item) for item in value)
    else:
        text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


_MOST_SHOWN = 12
_LONGEST = 80


def _item(item: Any) -> Any:
    """One of several values for the eyes: what it is called, else what it is."""
    if not isinstance(item, Mapping):
        return str(item)
    called = item.get("label") or item.get("name") or item.get("object") or item
    return Text(called) if isinstance(called, Mapping) and _is_text(called) else str(called)[:60]


def _is_text(value: Mapping[str, Any]) -> bool:
    return bool(value) and set(value) <= {"", "en", "zh-CN", "zh-TW"}


def _shown(value: Any) -> Any:
    """A value for the eyes."""
    if value is None or value in ("", (), {}):
        return "–"
    if isinstance(value, bool):
        return Message("yes") if value else Message("no")
    if isinstance(value, Mapping):
        if _is_text(value):
            return Text(value)
        value = ", ".join(f"{key}={item}" for key, item in value.items() if item not in (None, "", (), {}))
    elif isinstance(value, tuple):
        items = [_item(item) for item in value[:_MOST_SHOWN]]
        return [*items, "…"] if len(value) > _MOST_SHOWN else items
    text = str(value)
    return text if len(text) <= 120 else text[:117] + "…"
