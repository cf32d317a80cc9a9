"""The generators: each makes one value out of a specification in YAML, the values made before and chance.

A specification is a plain value (it stands for itself) or a map with one main key, the generator's name, and further
keys. docs/import.md lists them with examples. To add one: a function here and its name in ``GENERATORS``.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import Any

from jimu.exchange.seeding.made import MadeRecord
from jimu.exchange.seeding.templates import fill
from jimu.exchange.seeding.words import WordList


class BadSeed(Exception):
    """A specification that can not be followed; the text says what and where."""


@dataclass
class Maker:
    """What generators know. ``pools``: records made before, by the name of their step. ``now`` is aware, in the
    workspace's zone.
    """

    random: Random
    now: datetime
    words: Mapping[str, WordList]
    pools: Mapping[str, Sequence[MadeRecord]]
    number: int = 0
    parent: MadeRecord | None = None
    known: dict[str, Any] = field(default_factory=dict)
    indexes: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], list[MadeRecord]]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.date()

    def make(self, spec: Any) -> Any:
        """The value that ``spec`` says."""
        if not isinstance(spec, Mapping):
            return spec
        name = generator_of(spec)
        if name is None:
            raise BadSeed(f"none of the keys {sorted(spec)} is a generator")
        return GENERATORS[name](self, spec)

    def look_up(self, path: str) -> Any:
        """A value made before: ``stage``, ``account.region``, ``parent.owner``."""
        first, *rest = path.split(".")
        value: Any = self.parent if first == "parent" and self.parent is not None else self.known.get(first)
        for name in rest:
            value = value.value(name) if isinstance(value, MadeRecord) else None
        return value

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.random.random()

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self.random.random() * (high - low + 1))


def generator_of(spec: Mapping[str, Any]) -> str | None:
    return next((key for key in spec if key in GENERATORS), None)


def _value(maker: Maker, spec: Mapping[str, Any]) -> Any:
    return spec["value"]


def _words(maker: Maker, spec: Mapping[str, Any]) -> str:
    return maker.words[spec["words"]].draw(maker.random, _maybe_text(maker.make(_own(maker, spec.get("language")))))


def _own(maker: Maker, spec: Any) -> Any:
    """Where a specification is a text, the name of a value made before, if there is one."""
    return maker.known[spec] if isinstance(spec, str) and spec in maker.known else spec


def _maybe_text(value: Any) -> str | None:
    return None if value is None else str(value)


def _choice(maker: Maker, spec: Mapping[str, Any]) -> Any:
    """One of a list, or of a map of value to weight."""
    options = spec["choice"]
    if isinstance(options, Mapping):
        return _weighted(maker.random, list(options), [float(w) for w in options.values()])
    return maker.make(options[int(maker.random.random() * len(options))])


def _weighted(random: Random, values: Sequence[Any], weights: Iterable[float]) -> Any:
    sums = list(accumulate(weights))
    return values[min(bisect_left(sums, random.random() * sums[-1]), len(values) - 1)]


def _integer(maker: Maker, spec: Mapping[str, Any]) -> int:
    low, high = _range(spec["integer"])
    return maker.whole(low, high)


def _range(spec: Any) -> tuple[int, int]:
    """``[1, 5]``, ``{min: 1, max: 5}`` or a single number."""
    if isinstance(spec, Mapping):
        return int(spec.get("min", 0)), int(spec["max"])
    if isinstance(spec, Sequence) and not isinstance(spec, str):
        return int(spec[0]), int(spec[1])
    return int(spec), int(spec)


def _amount(maker: Maker, spec: Mapping[str, Any]) -> Decimal:
    """Amounts as in business: many small, few large (log-normal). ``median``, ``spread`` (1: usual), ``step``,
    ``min``, ``max``.
    """
    given = spec["amount"]
    # Box-Muller from random(), since only random() is promised to give the same in every Python.
    normal = math.sqrt(-2 * math.log(1 - maker.random.random())) * math.cos(2 * math.pi * maker.random.random())
    value = float(given["median"]) * math.exp(normal * float(given.get("spread", 1)) * 0.8)
    value = min(max(value, float(given.get("min", 0))), float(given.get("max", value)))
    step = Decimal(str(given.get("step", 1)))
    return max(round(Decimal(str(value)) / step), 1) * step


def _days_ago(maker: Maker, spec: Mapping[str, Any]) -> date:
    """Days before today, but not before the date called ``not_before``."""
    low, high = _range(spec["days_ago"])
    made = maker.today - timedelta(days=maker.whole(low, high))
    earliest = maker.look_up(spec["not_before"]) if "not_before" in spec else None
    return max(made, earliest) if earliest is not None else made


def _days_ahead(maker: Maker, spec: Mapping[str, Any]) -> date:
    low, high = _range(spec["days_ahead"])
    return maker.today + timedelta(days=maker.whole(low, high))


def _days_after(maker: Maker, spec: Mapping[str, Any]) -> date | None:
    """Days after a date made before (``from``), not later than today with ``until: today``."""
    base = maker.look_up(spec["from"])
    if base is None:
        return None
    low, high = _range(spec["days_after"])
    made: date = base + timedelta(days=maker.whole(low, high))
    return min(made, maker.today) if spec.get("until") == "today" else made


def _date(maker: Maker, spec: Mapping[str, Any]) -> date:
    """A day between two years, for birthdays."""
    low, high = _range(spec["date"])
    return date(low, 1, 1) + timedelta(days=maker.whole(0, (date(high, 12, 31) - date(low, 1, 1)).days))


def _pick(maker: Maker, spec: Mapping[str, Any]) -> Any:
    """A record made before. ``where``: field -> name of a value that it must share; ``but``: name of a record that
    it must not be; ``skew``: the first ones more often.
    """
    pool = _matching(maker, spec["pick"], spec.get("where") or {})
    if "but" in spec:
        other = maker.look_up(spec["but"])
        pool = [record for record in pool if record is not other]
    if not pool:
        return None
    skew = float(spec.get("skew", 1))
    return pool[int(maker.random.random() ** skew * len(pool))]


def _matching(maker: Maker, name: str, where: Mapping[str, Any]) -> Sequence[MadeRecord]:
    if not where:
        return maker.pools[name]
    fields = tuple(where)
    index = maker.indexes.get((name, fields))
    if index is None:
        index = maker.indexes[(name, fields)] = {}
        for record in maker.pools[name]:
            index.setdefault(tuple(_identity(record.value(f)) for f in fields), []).append(record)
    wanted = tuple(_identity(_wanted(maker, v)) for v in where.values())
    return index.get(wanted, ())


def _wanted(maker: Maker, spec: Any) -> Any:
    """A text names a value made before where there is one; else it is the value itself."""
    if isinstance(spec, str) and (spec.split(".")[0] in maker.known or spec.startswith("parent.")):
        return maker.look_up(spec)
    return spec


def _identity(value: Any) -> Any:
    return id(value) if isinstance(value, MadeRecord) else tuple(value) if isinstance(value, list) else value


def _copy(maker: Maker, spec: Mapping[str, Any]) -> Any:
    return maker.look_up(spec["copy"])


def _text(maker: Maker, spec: Mapping[str, Any]) -> str:
    """A template over values made before; see ``templates``."""
    return fill(spec["text"], maker.look_up)


def _digits(maker: Maker, spec: Mapping[str, Any]) -> str:
    """Each # becomes a digit."""
    return "".join(str(maker.whole(0, 9)) if c == "#" else c for c in spec["digits"])


def _sequence(maker: Maker, spec: Mapping[str, Any]) -> str:
    """The record's number within its step, in a template such as ``P-{n:04d}``."""
    return str(spec["sequence"]).format(n=maker.number)


def _by(maker: Maker, spec: Mapping[str, Any]) -> Any:
    """One of ``cases`` by a value made before; ``else`` for all others."""
    value = maker.look_up(spec["by"])
    key = str(value).lower() if isinstance(value, bool) else value
    return maker.make(spec["cases"][key] if key in spec["cases"] else spec.get("else"))


def _chance(maker: Maker, spec: Mapping[str, Any]) -> Any:
    """``of`` with this probability, else ``else`` (blank)."""
    return maker.make(spec.get("of") if maker.random.random() < float(spec["chance"]) else spec.get("else"))


def _several(maker: Maker, spec: Mapping[str, Any]) -> list[Any]:
    """Some different values of ``of``."""
    low, high = _range(spec["several"])
    wanted = maker.whole(low, high)
    made: list[Any] = []
    for _ in range(wanted * 4):
        if len(made) >= wanted:
            break
        value = maker.make(spec["of"])
        if value is not None and value not in made:
            made.append(value)
    return made


def _map(maker: Maker, spec: Mapping[str, Any]) -> dict[str, Any]:
    """A map of values, for fields of several parts."""
    return {key: maker.make(value) for key, value in spec["map"].items()}


def _multiply(maker: Maker, spec: Mapping[str, Any]) -> Decimal | None:
    """The product of values made before and numbers; ``scale`` digits after the point, or ``step``."""
    product = Decimal(1)
    for factor in spec["multiply"]:
        value = maker.look_up(factor) if isinstance(factor, str) else maker.make(factor)
        if value is None:
            return None
        product *= Decimal(str(value))
    step = Decimal(str(spec["step"])) if "step" in spec else Decimal(1).scaleb(-int(spec.get("scale", 2)))
    return round(product / step) * step


def _percent_off(maker: Maker, spec: Mapping[str, Any]) -> Decimal | None:
    """A value made before (``from``) less so many percent."""
    value, percent = maker.look_up(spec["from"]), maker.make(_own(maker, spec["percent_off"]))
    return None if value is None else round(Decimal(str(value)) * (100 - Decimal(str(percent or 0))) / 100, 2)


Generator = Callable[[Maker, Mapping[str, Any]], Any]
GENERATORS: Mapping[str, Generator] = {
    "value": _value,
    "words": _words,
    "choice": _choice,
    "integer": _integer,
    "amount": _amount,
    "days_ago": _days_ago,
    "days_ahead": _days_ahead,
    "days_after": _days_after,
    "date": _date,
    "pick": _pick,
    "copy": _copy,
    "text": _text,
    "digits": _digits,
    "sequence": _sequence,
    "by": _by,
    "chance": _chance,
    "several": _several,
    "map": _map,
    "multiply": _multiply,
    "percent_off": _percent_off,
}
"""Further keys (language, where, from, of, else …) must not be called like a generator."""
