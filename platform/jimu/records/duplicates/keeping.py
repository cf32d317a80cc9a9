"""Keeping the keys: with every write, in its transaction; and for all records when a rule comes or changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jimu.definitions.manifest import Manifest
from jimu.hookspecs import hookimpl
from jimu.records.duplicates.rules import Part, all_rules, parts_of
from jimu.records.wave import Wave
from jimu.storage.entries import BULK, JobRow
from jimu.storage.match_keys import MatchRuleRow

if TYPE_CHECKING:
    from jimu.storage import Transaction

FILL_JOB = "jimu.match_keys"
BATCH = 2_000
Row = Mapping[str, Any]


def keep_match_keys(wave: Wave) -> None:
    """A step: the keys of the records that were stored."""
    drafts = wave.judged
    for part in parts_of(wave.context.manifest, wave.object):
        if not part.is_found:
            continue
        compared = set(part.fields.values())
        touched = [d for d in drafts if d.is_new or not compared.isdisjoint(d.changed)]
        if not touched:
            continue
        old = [d.id for d in touched if not d.is_new]
        if old:
            wave.transaction.remove_match_keys(part.rule.number, old)
        add_keys(wave.transaction, part, [(d.id, d.values) for d in touched], fresh=not old)


def add_keys(transaction: Transaction, part: Part, rows: Iterable[tuple[int, Row]], *, fresh: bool) -> None:
    rule, made = part.rule, []
    for id, values in rows:
        known = rule.comparison.comparable(values, part.fields)
        text = rule.keys.text(known)
        made += [(rule.number, key, id, text) for key in rule.keys.own(known)]
    transaction.add_match_keys(made, fresh=fresh)


def bring_rules_up(transaction: Transaction, manifest: Manifest) -> None:
    """When a configuration is applied: forget the keys of rules that are gone, have those of new ones made by a job."""
    wanted = {rule.number: rule for rule in all_rules(manifest)}
    known = {row.rule for row in transaction.match_rules()}
    for number in known - wanted.keys():
        transaction.remove_match_rule(number)
    for number in wanted.keys() - known:
        definition = wanted[number].definition
        transaction.add_match_rule(MatchRuleRow(number, definition.object, definition.name, False))
        transaction.emit([JobRow(FILL_JOB, {"rule": number}, key=f"{FILL_JOB}:{number}", priority=BULK)])


def fill_keys(job: Any, context: Any) -> None:
    """The keys of all records for one rule, a batch of them at a time."""
    number = job.payload["rule"]
    rule = next((r for r in all_rules(context.manifest) if r.number == number), None)
    if rule is None:
        return
    for object in rule.definition.objects:
        parts = [p for p in parts_of(context.manifest, object) if p.rule.number == number and p.is_found]
        for part in parts:
            _fill(context, object, part)
    with context.store.write() as transaction:
        transaction.fill_match_rule(number)


def _fill(context: Any, object: str, part: Part) -> None:
    after: int | None = 0
    while after is not None:
        with context.store.write() as transaction:
            after = _fill_batch(transaction, object, part, after)


def _fill_batch(transaction: Transaction, object: str, part: Part, after: int) -> int | None:
    ids: Sequence[int] = transaction.ids_after(object, after, BATCH)
    if not ids:
        return None
    rows = transaction.fetch(object, ids, sorted(set(part.fields.values())))
    add_keys(transaction, part, rows.items(), fresh=False)
    return ids[-1]


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {FILL_JOB: fill_keys}
