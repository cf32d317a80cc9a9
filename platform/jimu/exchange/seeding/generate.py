"""Running a ``generate`` step: records in memory, the same for the same seed, words and day."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from jimu.exchange.importing.step import names
from jimu.exchange.seeding.generators import BadSeed, Maker
from jimu.exchange.seeding.made import MadeRecord

TRIES = 50
"""How often a record is made anew when its unique values are taken."""


def make_records(
    step: Mapping[str, Any], maker: Maker, where: str
) -> tuple[list[MadeRecord], dict[int, list[MadeRecord]]]:
    """The records of a step, and for each child specification (by its place) the children, in order.

    Raises BadSeed saying where. ``where`` names the step and, without ``seed``, decides its random choices.
    """
    given = step["generate"]
    maker = replace(maker, random=Random(given.get("seed", zlib.crc32(where.encode()))), known={}, indexes={})  # noqa: S311 (demo data)
    unique = names(given.get("unique")) or names(step["key"])
    seen: set[tuple[Any, ...]] = set()
    taken: list[set[tuple[Any, ...]]] = [set() for _ in given.get("children", ())]
    records: list[MadeRecord] = []
    children: dict[int, list[MadeRecord]] = {place: [] for place in range(len(given.get("children", ())))}
    for number in range(1, given["count"] + 1):
        maker.number = number
        record = _unique_record(step["object"], given, maker, unique, seen, where)
        own = {
            place: list(_children(spec, record, maker, where, taken[place]))
            for place, spec in enumerate(given.get("children", ()))
        }
        _add_totals(record, given, own)
        records.append(record)
        for place, made in own.items():
            children[place].extend(made)
    return records, children


def _unique_record(
    object: str, given: Mapping[str, Any], maker: Maker, unique: Sequence[str], seen: set[tuple[Any, ...]], where: str
) -> MadeRecord:
    for _ in range(TRIES):
        record = make_record(object, given, maker, where)
        key = tuple(_comparable(record.values.get(name)) for name in unique)
        if key not in seen:
            seen.add(key)
            return record
    raise BadSeed(f"{where}: no new value for {', '.join(unique)} found in {TRIES} tries; the words do not suffice")


def make_record(
    object: str, given: Mapping[str, Any], maker: Maker, where: str, parent: MadeRecord | None = None
) -> MadeRecord:
    """One record: the values of ``let``, then the fields, each in the order written."""
    maker.known, maker.parent = {}, parent
    record = MadeRecord(object, known=maker.known)
    for group, is_stored in ((given.get("let") or {}, False), (given["fields"], True)):
        for name, spec in group.items():
            try:
                value = maker.make(spec)
            except BadSeed as error:
                raise BadSeed(f"{where}.{name}: {error}") from None
            except (KeyError, TypeError, ValueError, IndexError) as error:
                raise BadSeed(f"{where}.{name}: {type(error).__name__} {error}") from None
            maker.known[name] = value
            if is_stored and value is not None:
                record.values[name] = value
    return record


def _children(
    spec: Mapping[str, Any], parent: MadeRecord, maker: Maker, where: str, seen: set[tuple[Any, ...]]
) -> Iterator[MadeRecord]:
    maker.known, maker.parent = parent.known, parent
    count = int(maker.make(spec["count"]) or 0)
    number, key = maker.number, names(spec["key"])
    for position in range(1, count + 1):
        maker.number = position
        for _ in range(TRIES):
            child = make_record(spec["object"], spec, maker, f"{where}.{spec['object']}", parent)
            child.values[spec["lookup"]] = parent
            mark = tuple(_comparable(child.values.get(name)) for name in key)
            if mark not in seen:
                seen.add(mark)
                yield child
                break
        else:
            raise BadSeed(f"{where}.{spec['object']}: no new value for {', '.join(key)} found in {TRIES} tries")
    maker.number = number


def _add_totals(record: MadeRecord, given: Mapping[str, Any], children: Mapping[int, Sequence[MadeRecord]]) -> None:
    """``amount: lines.total``: the sum of a value over the children called ``lines``, where there are any."""
    specs = given.get("children", ())
    for name, source in (given.get("totals") or {}).items():
        called, value = source.split(".")
        made = [
            c for place, spec in enumerate(specs) if spec.get("as", spec["object"]) == called for c in children[place]
        ]
        if made:
            total = sum((Decimal(str(c.value(value) or 0)) for c in made), Decimal(0))
            record.values[name] = record.known[name] = total


def _comparable(value: Any) -> Any:
    if isinstance(value, MadeRecord):
        return id(value)
    return (
        tuple(map(_comparable, value))
        if isinstance(value, list)
        else value.casefold()
        if isinstance(value, str)
        else value
    )
