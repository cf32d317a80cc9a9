"""Stored formulas and the title, computed from the final values: after the hooks, before the values are judged."""

from __future__ import annotations

from jimu.formulas import evaluate, fit
from jimu.records.draft import Draft
from jimu.records.title_refresh import title_text
from jimu.records.wave import Wave
from jimu.records.write_steps.ties import tie


def compute_formulas(wave: Wave) -> None:
    """Compute what depends on touched fields, each formula after those that it reads, then the title."""
    plan = wave.plan
    if plan.far_paths:
        wave.world.prefetch(plan, (d.values for d in wave.open), plan.far_paths)
    for draft in wave.open:
        _complete_money(wave, draft)
        tie(draft, plan.tied)
        compute_stored(wave, draft)
        compute_title(wave, draft)


def compute_stored(wave: Wave, draft: Draft) -> None:
    """The stored formulas of a draft; on an update only those whose sources were touched."""
    for computed in wave.plan.formulas:
        if draft.is_new or not computed.reads.isdisjoint(draft.touched):
            value = evaluate(computed.formula, wave.reader(draft), wave.environment)
            draft.values[computed.name] = fit(value, computed.field.kind, computed.field.scale)
            draft.touched.add(computed.name)


def compute_title(wave: Wave, draft: Draft) -> None:
    """The title by the object's template; a record without one is called by its id."""
    if not draft.is_new and wave.plan.title_reads.isdisjoint(draft.touched):
        return
    title = evaluate(wave.plan.object.title, wave.reader(draft), wave.environment)
    draft.values["title"] = title_text(title, draft.id)
    draft.touched.add("title")


def _complete_money(wave: Wave, draft: Draft) -> None:
    """An amount without a currency is in the workspace's."""
    values = draft.values
    for amount, code in wave.plan.money:
        if values.get(amount) is not None and values.get(code) is None:
            values[code] = wave.context.manifest.workspace.currency
            draft.touched.add(code)
