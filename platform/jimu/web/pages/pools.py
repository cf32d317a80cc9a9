"""What the pages of pools show: a member's limits, what of theirs goes back soon, rules in words, runs, forecasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup, escape

from jimu.access.pools import is_member
from jimu.definitions.kinds.pool import PoolDef
from jimu.definitions.kinds.return_rule import ReturnRuleDef
from jimu.definitions.model import Choice
from jimu.fieldtypes.ids import encode_id
from jimu.flows.pools import Forecast, Outcome, PoolRun, Usage, foresee, latest_runs, usage_of
from jimu.flows.pools.membership import managed_pools, may_manage, pools_for_member
from jimu.messages import Message
from jimu.records import read
from jimu.records.reading import reading
from jimu.records.requests import ListRequest
from jimu.web.pages.list_columns import ListRow
from jimu.web.pages.model import Row
from jimu.web.pages.moments import When, when_of
from jimu.web.pages.reader import Reader, record_url

CLAIM_FORM = "claim-form"


@dataclass
class PoolHead:
    """What stands above the list of a pool."""

    pool: PoolDef
    label: str
    help: str
    usage: Usage | None
    may_claim: bool
    may_manage: bool
    manage: str
    actions: list[dict[str, str]] = field(default_factory=list)


def pool_head(pool: PoolDef, reader: Reader) -> PoolHead:
    """The head of the pool's page for this reader."""
    may_claim = can_claim(pool, reader)
    usage = None
    if may_claim:
        with reading(reader.context) as transaction:
            usage = usage_of(pool, replace(reader.context, transaction=transaction))
    manages = may_manage(pool, reader.context)
    return PoolHead(
        pool, reader.label(pool.label), reader.label(pool.help), usage, may_claim, manages, f"/pool/{pool.name}/manage"
    )


@dataclass(frozen=True, slots=True)
class PoolCard:
    """``lying``: how many records lie in the pool, as far as the reader sees them."""

    head: PoolHead
    object: str
    icon: str
    lying: int
    exact: bool
    runs: tuple[RunRow, ...] = ()


def pool_cards(reader: Reader, *, managed: bool = False) -> list[PoolCard]:
    """The pools that the reader may look into (``managed``: manages), each with how much lies in it."""
    cards = []
    for pool in managed_pools(reader.context) if managed else pools_for_member(reader.context):
        definition = reader.manifest.object(pool.object)
        layout = pool.layout
        request = ListRequest(
            pool.object, where=layout.where if layout else None, fields=("id",), limit=1, count="estimated"
        )
        count = read.list_records(request, reader.context).count
        runs = tuple(run_rows(pool, reader)[:1]) if managed else ()
        lying, exact = (count.value, count.exact) if count else (0, True)
        label = reader.label(definition.plural)
        cards.append(PoolCard(pool_head(pool, reader), label, definition.icon, lying, exact, runs))
    return cards


def pool_work(head: PoolHead, reader: Reader) -> list[dict[str, str]]:
    """What can be done with selected records of the pool, for the list's scripts."""
    base = f"/pool/{head.pool.name}/form"
    made = []
    if head.may_claim:
        made.append(_work("claim", "hand-grab", Message("Claim"), base, reader))
    if head.may_manage:
        made.append(_work("assign", "user-plus", Message("Assign"), base, reader))
        if any(r.object == head.pool.object and "button" in r.on for r in reader.manifest.all("assignment").values()):
            made.append(_work("place", "wand", Message("Assign by rule"), base, reader))
    return made


def _work(name: str, mark: str, label: Message, base: str, reader: Reader) -> dict[str, str]:
    return {"name": name, "mark": mark, "label": reader.render(label), "form": f"{base}/{name}"}


def can_claim(pool: PoolDef, reader: Reader) -> bool:
    return pool.claim.allowed and is_member(reader.actor, pool)


def claimable(rows: list[Row], pool: str, reader: Reader) -> list[Row]:
    """The rows of a pool's list, each with a button that claims its record."""
    found = reader.manifest.all("pool").get(pool) if pool else None
    if found is None or not can_claim(found, reader):
        return rows
    words = escape(reader.render(Message("Claim")))

    def tail(id: str) -> Markup:
        button = f'<button class="btn btn-sm" form="{CLAIM_FORM}" name="_ids" value="{escape(id)}">{words}</button>'
        return Markup(f'<td class="cell-action">{button}</td>')  # noqa: S704 - made of escaped parts

    return [replace(row, tail=tail(row.id)) if isinstance(row, ListRow) else row for row in rows]


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    title: str
    href: str
    reason: str


def outcome_rows(object: str, outcomes: Sequence[Outcome], reader: Reader) -> list[OutcomeRow]:
    """Those records that nothing could be done about, with the reason."""
    missed = [o for o in outcomes if not o.is_done]
    titles = read.resolve_titles([o.id for o in missed], reader.context) if missed else {}
    return [
        OutcomeRow(
            titles.get(o.id, ""),
            record_url(object, o.id) if o.id in titles else "",
            reader.render(o.message) if o.message is not None else "",
        )
        for o in missed
    ]


# --- rules in words ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleWords:
    label: str
    lines: tuple[str, ...]


def pool_words(pool: PoolDef, reader: Reader) -> list[str]:
    """What the pool says, in sentences."""
    say = reader.render
    lines: list[str] = []
    rules = pool.claim
    if not rules.allowed:
        lines.append(say(Message("Records are assigned by managers; members do not claim.")))
    if isinstance(rules.per_day, int):
        lines.append(say(Message("A member claims at most {count} a day.", {"count": rules.per_day})))
    elif rules.per_day is not None:
        lines.append(say(Message("Claims a day: {formula}", {"formula": rules.per_day.source})))
    if isinstance(rules.most, int):
        lines.append(say(Message("A member holds at most {count}.", {"count": rules.most})))
    elif rules.most is not None:
        lines.append(say(Message("Records held at most: {formula}", {"formula": rules.most.source})))
    if rules.cooling_days:
        template = (
            "Who had a record waits {count} days before claiming it again."
            if rules.cooling_for == "person"
            else "Who had a record, and their department, wait {count} days before claiming it again."
        )
        lines.append(say(Message(template, {"count": rules.cooling_days})))
    if pool.protect_days:
        lines.append(say(Message("No rule takes a record back within {count} days.", {"count": pool.protect_days})))
    hidden = [*pool.masked, *pool.hidden]
    if hidden:
        fields = reader.manifest.object(pool.object).fields
        names = ", ".join(reader.label(fields[n].label) for n in hidden)
        lines.append(say(Message("Not shown in full before claiming: {fields}.", {"fields": names})))
    return lines


def rule_words(pool: PoolDef, reader: Reader) -> list[RuleWords]:
    return [RuleWords(reader.label(rule.label), tuple(_lines(pool, rule, reader))) for rule in pool.returns]


def _lines(pool: PoolDef, rule: ReturnRuleDef, reader: Reader) -> list[str]:
    say, fields = reader.render, reader.manifest.object(pool.object).fields
    since = [reader.label(fields[n].label) if n in fields else n for n in rule.since]
    lines = [
        say(
            Message(
                "Goes back {days} after: {fields}", {"days": _days(rule, fields, reader), "fields": ", ".join(since)}
            )
        )
    ]
    if rule.when_source:
        lines.append(say(Message("Looks at: {formula}", {"formula": rule.when_source})))
    if rule.except_source:
        lines.append(say(Message("Exempt: {formula}", {"formula": rule.except_source})))
    if rule.grace:
        lines.append(say(Message("{count} days of grace.", {"count": rule.grace})))
    if rule.warn:
        days = ", ".join(str(w) for w in rule.warn)
        lines.append(say(Message("The owner is warned {days} days before.", {"days": days})))
    if reader.label(rule.advice):
        lines.append(reader.label(rule.advice))
    return lines


def _days(rule: ReturnRuleDef, fields: Mapping[str, Any], reader: Reader) -> str:
    if isinstance(rule.after, int):
        return reader.render(Message("{count} days", {"count": rule.after}))
    if isinstance(rule.after, str):
        return reader.render(Message("{formula} days", {"formula": rule.after}))
    parts = []
    for value, days in rule.after.items():
        choice: Choice | None = fields[rule.by].choice(value) if value else None
        label = reader.label(choice.label) if choice else value or reader.render(Message("otherwise"))
        parts.append(f"{label}: {days}")
    text = ", ".join(parts)
    return reader.render(
        Message("by {field} ({values}) days", {"field": reader.label(fields[rule.by].label), "values": text})
    )


# --- forecast and runs ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ForecastRow:
    title: str
    href: str
    rule: str
    advice: str


@dataclass(frozen=True, slots=True)
class ForecastOwner:
    name: str
    href: str
    count: int
    more: int
    rows: list[ForecastRow]


@dataclass
class ForecastView:
    day: str
    count: int
    warnings: int
    owners: list[ForecastOwner]
    more_owners: int = 0


MOST_OWNERS = 50


def forecast_view(pool: PoolDef, reader: Reader) -> ForecastView:
    """What tomorrow's run would return. Titles of records that the reader may not see are left out."""
    forecast: Forecast = foresee(pool, None, reader.context)
    shown = forecast.owners[:MOST_OWNERS]
    ids = {d.id for o in shown for d in o.records} | {o.owner for o in shown}
    titles = read.resolve_titles(ids, reader.context) if ids else {}
    owners = [
        ForecastOwner(
            titles.get(o.owner, ""),
            record_url("user", o.owner),
            o.count,
            o.count - len(o.records),
            [
                ForecastRow(
                    titles.get(d.id, reader.render(Message("A record that you may not see"))),
                    record_url(pool.object, d.id) if d.id in titles else "",
                    reader.label(d.rule.label),
                    reader.label(d.rule.advice),
                )
                for d in o.records
            ],
        )
        for o in shown
    ]
    return ForecastView(
        forecast.day.isoformat(), forecast.count, forecast.warnings, owners, max(0, len(forecast.owners) - MOST_OWNERS)
    )


@dataclass(frozen=True, slots=True)
class RunRow:
    id: str
    run: PoolRun
    began: When | None
    can_undo: bool


def run_rows(pool: PoolDef, reader: Reader) -> list[RunRow]:
    return [
        RunRow(
            encode_id(r.id),
            r,
            when_of(r.started_at, reader) if r.started_at else None,
            r.unit is not None and r.state == "done" and r.returned > 0,
        )
        for r in latest_runs(pool.name, reader.context)
    ]
