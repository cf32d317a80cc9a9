"""Plugins and automations look at the drafts inside the transaction; they may change values and may refuse."""

from __future__ import annotations

from jimu.records.wave import Wave
from jimu.records.write_steps.values import coerce_hook_values


def run_before_hooks(wave: Wave) -> None:
    """Call ``jimu_before_write`` for each draft; what it sets is coerced like any value."""
    hooks = wave.context.hooks
    if hooks is None or not hooks.jimu_before_write.get_hookimpls():
        return
    for draft in wave.open:
        hooks.jimu_before_write(draft=draft, context=wave.context)
    coerce_hook_values(wave)
