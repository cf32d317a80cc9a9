"""Loading seeds: made or given records are stored once, however often the seed is loaded."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from jimu.access import accounts
from jimu.access.actor import SYSTEM
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef, SeedDef
from jimu.errors import Invalid, Problem
from jimu.exchange.importing.cells import read_value
from jimu.exchange.importing.lookups import Lookups, question_for
from jimu.exchange.importing.step import names
from jimu.exchange.seeding.generate import make_records
from jimu.exchange.seeding.generators import BadSeed, Maker, generator_of
from jimu.exchange.seeding.made import MadeRecord, stored_value
from jimu.exchange.seeding.words import read_word_lists
from jimu.fieldtypes import registry
from jimu.fieldtypes.base import LoadContext
from jimu.fieldtypes.errors import FieldError
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import Command, Context, Create, Update
from jimu.records.environment import build_environment
from jimu.records.wave import build_load_context
from jimu.records.write import unit_of_work, write_many
from jimu.storage.transaction import Transaction

BASE = "base"
BATCH = 1_000
STATISTICS_FROM = 200


@dataclass(slots=True)
class SeedReport:
    """How many records each object got; ``kept``: were there already."""

    created: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)

    def count(self, outcome: str, object: str, n: int = 1) -> None:
        counts: dict[str, int] = getattr(self, outcome)
        counts[object] = counts.get(object, 0) + n

    @property
    def total(self) -> int:
        return sum(self.created.values())


OnSeeded = Callable[[str, int], None]


def load_seeds(
    manifest: Manifest, context: Context, sets: Sequence[str] = ("demo",), progress: OnSeeded | None = None
) -> SeedReport:
    """Loads the seeds of ``sets`` and of the set ``base``. Records that are there (by their key) are left as they
    are, unless the step says ``existing: update``. Raises Invalid naming the seed and the row that can not be stored.
    """
    loader = _Loader(manifest, context, progress)
    for seed in seeds_of(manifest, sets):
        loader.load(seed)
    return loader.report


def seeds_of(manifest: Manifest, sets: Sequence[str]) -> list[SeedDef]:
    """The seeds of ``sets`` in loading order."""
    wanted = {BASE, *sets}
    found = [s for s in manifest.seeds.values() if wanted.intersection(s.sets)]
    return sorted(found, key=lambda s: (s.order, s.name))


class _Loader:
    def __init__(self, manifest: Manifest, context: Context, progress: OnSeeded | None) -> None:
        self.manifest, self.progress = manifest, progress
        self.context = replace(
            context,
            actor=replace(SYSTEM, via="seed", locale=manifest.workspace.locale, time_zone=manifest.workspace.time_zone),
            reason="seed",
        )
        self.lookups = Lookups(self.context)
        self.load_context = build_load_context(self.context, build_environment(self.context))
        self.pools: dict[str, list[MadeRecord]] = {}
        now = context.clock().astimezone(ZoneInfo(manifest.workspace.time_zone))
        self.maker = Maker(_chance_of(""), now, read_word_lists(manifest), self.pools)
        self.report = SeedReport()
        self.fresh: list[int] = []  # ids of what the step at work has created

    def load(self, seed: SeedDef) -> None:
        for place, step in enumerate(seed.steps):
            where = f"{seed.name}.{step.get('as', step['object'])}"
            try:
                self._load_step(seed, step, where)
            except BadSeed as error:
                raise Invalid(
                    Message("The seed {seed} can not be loaded: {reason}", {"seed": seed.name, "reason": str(error)}),
                    [Problem("bad_seed", Message("{reason}", {"reason": str(error)}), f"steps[{place}]")],
                ) from None

    def _load_step(self, seed: SeedDef, step: Mapping[str, Any], where: str) -> None:
        children: dict[int, list[MadeRecord]] = {}
        if "generate" in step:
            records, children = make_records(step, self.maker, where)
        else:
            records = self._given(step, where)
        update = step.get("existing") == "update"
        fresh: list[int] = []
        self.fresh = fresh
        self._store(step["object"], names(step["key"]), records, where, update=update)
        self._pool(step, records)
        self.fresh = []
        for place, made in children.items():
            spec = step["generate"]["children"][place]
            self._store(spec["object"], names(spec["key"]), made, f"{where}.{spec['object']}", update=update)
            self._pool(spec, made)
        self._set_passwords(step, records)
        self.context.hooks.jimu_seeded(step=step, ids=fresh, context=self.context)

    def _pool(self, step: Mapping[str, Any], records: list[MadeRecord]) -> None:
        self.pools.setdefault(step.get("as", step["object"]), []).extend(records)

    # --- records given in YAML ---

    def _given(self, step: Mapping[str, Any], where: str) -> list[MadeRecord]:
        object = self.manifest.object(step["object"])
        self.maker.random = _chance_of(where)
        return [
            self._given_record(object, raw, f"{where}[{number}]") for number, raw in enumerate(step["records"], start=1)
        ]

    def _given_record(self, object: ObjectDef, raw: Mapping[str, Any], where: str) -> MadeRecord:
        record = MadeRecord(object.name)
        for name, given in raw.items():
            target = object.fields.get(name)
            if target is None:
                raise BadSeed(f"{where}: {object.name} has no field called {name}")
            value = given
            if isinstance(given, Mapping) and target.kind is not Kind.COMPOSITE and generator_of(given):
                self.maker.known = record.known
                value = self.maker.make(given)
            if target.kind in (Kind.REFERENCE, Kind.REFERENCES) and not isinstance(value, MadeRecord):
                record.values[name] = _Named.of(value)
            elif value is not None:
                record.values[name] = _read(value, target, self.load_context, where)
            record.known[name] = record.values.get(name)
        return record

    # --- storing ---

    def _store(self, object: str, key: tuple[str, ...], records: list[MadeRecord], where: str, *, update: bool) -> None:
        for start in range(0, len(records), BATCH):
            chunk = records[start : start + BATCH]
            with unit_of_work(self.context) as context:
                # A given record may name one that stands before it in the same list.
                for part in _parts(chunk):
                    self._store_part(object, key, part, where, context, update=update)
        if len(records) >= STATISTICS_FROM:
            with unit_of_work(self.context) as context:
                context.transaction.refresh_statistics(object)
        if self.progress is not None:
            self.progress(object, len(records))

    def _store_part(
        self,
        object: str,
        key: tuple[str, ...],
        records: Sequence[MadeRecord],
        where: str,
        context: Context,
        *,
        update: bool,
    ) -> None:
        self._resolve(object, records, where, context.transaction)
        self._type(object, records, where)
        existing = self._find(object, key, records, context.transaction)
        commands: list[Command] = []
        written: list[MadeRecord] = []
        for record in records:
            found = existing.get(_key_of(record, key))
            values = {name: stored_value(value) for name, value in record.values.items()}
            if found is not None:
                record.id = found
                if not update:
                    self.report.count("kept", object)
                    continue
                commands.append(Update(object, found, values))
            else:
                commands.append(Create(object, values))
            written.append(record)
        if commands:
            self._write(object, commands, written, where, context)

    def _write(
        self, object: str, commands: Sequence[Command], written: Sequence[MadeRecord], where: str, context: Context
    ) -> None:
        result = write_many(commands, context, atomic=True)
        if result.failed:
            raise Invalid(
                Message("The seed {seed} has records that can not be stored.", {"seed": where}),
                [
                    Problem(
                        f.error.code,
                        Message("Record {number}: {reason}", {"number": f.row + 1, "reason": problem}),
                        name,
                    )
                    for f in result.failed[:20]
                    for name, problem in ([(p.field, p.message) for p in f.error.problems] or [(None, f.error.message)])
                ],
            )
        for outcome in result.rows:
            if outcome.record is not None:
                written[outcome.row].id = outcome.record.id
                if outcome.status == "created":
                    self.fresh.append(outcome.record.id)
            self.report.count("created" if outcome.status == "created" else "updated", object)

    def _find(
        self, object: str, key: tuple[str, ...], records: Sequence[MadeRecord], transaction: Transaction
    ) -> dict[Any, int]:
        wanted = [k for r in records if (k := _key_of(r, key)) is not None]
        found = transaction.find_ids(object, key[0] if len(key) == 1 else key, wanted) if wanted else {}
        return {k: ids[0] for k, ids in found.items() if ids}

    def _type(self, object: str, records: Sequence[MadeRecord], where: str) -> None:
        """Gives made values the type of their field, as a key is compared with what is stored."""
        fields = self.manifest.object(object).fields
        for record in records:
            for name, value in record.values.items():
                target = fields.get(name)
                if target is None:
                    raise BadSeed(f"{where}: {object} has no field called {name}")
                if target.kind not in (Kind.REFERENCE, Kind.REFERENCES):
                    record.values[name] = _read(value, target, self.load_context, where)

    def _resolve(self, object: str, records: Sequence[MadeRecord], where: str, transaction: Transaction) -> None:
        """Puts ids in place of the names of records."""
        definition = self.manifest.object(object)
        for name, target in definition.fields.items():
            named = [(r, v) for r in records if isinstance(v := r.values.get(name), _Named)]
            by_match: dict[str | None, list[tuple[MadeRecord, _Named]]] = {}
            for pair in named:
                by_match.setdefault(pair[1].match, []).append(pair)
            for match, pairs in by_match.items():
                question = question_for(target, match, self.manifest)
                answers = self.lookups.resolve(question, [t for _, n in pairs for t in n.texts], transaction)
                for record, names_ in pairs:
                    ids = []
                    for text in names_.texts:
                        answer = answers[text]
                        if isinstance(answer, FieldError):
                            raise BadSeed(f"{where}.{name}: {answer.message}")
                        ids.append(answer)
                    record.values[name] = ids if target.kind is Kind.REFERENCES else ids[0]

    # --- accounts ---

    def _set_passwords(self, step: Mapping[str, Any], records: Sequence[MadeRecord]) -> None:
        """Only where the account was made just now or its record is still as new: a password somebody chose is never
        reset.
        """
        passwords: Mapping[str, str] = step.get("passwords") or {}
        key = names(step["key"])
        for record in records:
            password = passwords.get(str(record.values.get(key[0])))
            if password is not None and record.id is not None and not self._has_password(record.id):
                accounts.set_password(self.context.store, record.id, password, accounts.by_system(self.context.clock()))

    def _has_password(self, user_id: int) -> bool:
        return accounts.has_password(self.context.store, user_id)


@dataclass(frozen=True, slots=True)
class _Named:
    """References written as texts; ``match``: the field that the texts are values of."""

    texts: tuple[str, ...]
    match: str | None = None

    @classmethod
    def of(cls, value: Any) -> _Named | None:
        """``Acme``, ``[Acme, Bolt]`` or ``{email: x@y}``."""
        if value is None:
            return None
        if isinstance(value, Mapping):
            ((match, text),) = value.items()
            return cls(tuple(map(str, text)) if isinstance(text, list) else (str(text),), match)
        return cls(tuple(map(str, value)) if isinstance(value, list) else (str(value),))


def _parts(records: Sequence[MadeRecord]) -> Sequence[Sequence[MadeRecord]]:
    """One by one where records name others by text, since those may stand in the same list; else all at once."""
    if any(isinstance(v, _Named) for r in records for v in r.values.values()):
        return [[r] for r in records]
    return [records]


def _key_of(record: MadeRecord, key: tuple[str, ...]) -> Any:
    values = tuple(stored_value(record.values.get(name)) for name in key)
    if any(v is None for v in values):
        return None
    return values[0] if len(values) == 1 else values


def _read(value: Any, target: Any, context: LoadContext, where: str) -> Any:
    try:
        return read_value(value, target, registry.get(target.type), context)
    except FieldError as error:
        raise BadSeed(f"{where}.{target.name}: {error.message}") from None


def _chance_of(where: str) -> Random:
    """Given records with generators in them get the same values each time."""
    return Random(zlib.crc32(where.encode()))  # noqa: S311 (demo data)
