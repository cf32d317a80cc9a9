"""Plugins and automations look at the drafts inside the transaction; they may change values and may refuse."""

from __future__ import annotations

from jimu.records.wave import Wave
from jimu.records.write_steps.values import coerce_hook_values


def run_before_hooks(wave: Wave) -> None:
    """Call ``jimu_prepare_write`` for the wave, ``jimu_before_write`` for each draft; what they set is coerced like any
    value.
    """
    hooks = wave.context.hooks
    if hooks is None:
        return
    hooks.jimu_prepare_write(wave=wave)
    if hooks.jimu_before_write.get_hookimpls():
        for draft in wave.open:
            hooks.jimu_before_write(draft=draft, context=wave.context)
    coerce_hook_values(wave)


def run_judging_hooks(wave: Wave) -> None:
    """Call ``jimu_judge_write`` once for the wave: what is configured above the write path judges final values."""
    hooks = wave.context.hooks
    if hooks is not None and wave.open:
        hooks.jimu_judge_write(wave=wave)


def run_following_hooks(wave: Wave) -> None:
    """Call ``jimu_follow_write`` once for the wave; what it asks for (``unit.follow_ups``) is written after it."""
    hooks = wave.context.hooks
    if hooks is not None and wave.open:
        hooks.jimu_follow_write(wave=wave)
