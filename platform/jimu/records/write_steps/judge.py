"""The verdict: drafts with problems are refused, each with all of them at once."""

from __future__ import annotations

from jimu.records.wave import Wave


def judge(wave: Wave) -> None:
    """Turn collected problems into the error that stops a draft."""
    for draft in wave.drafts:
        draft.judge()
