"""docs/plugins.md says what there is."""

from __future__ import annotations

import inspect
from pathlib import Path

from jimu import hookspecs

PAGE = Path(__file__).parents[2] / "docs" / "plugins.md"


def hook_rows() -> list[str]:
    """The table of hooks as the page must have it: name and the first paragraph of the docstring."""
    hooks = [f for name, f in vars(hookspecs).items() if name.startswith("jimu_") and inspect.isfunction(f)]
    return [f"| `{f.__name__}` | {' '.join((f.__doc__ or '').split()).replace('``', '`')} |" for f in hooks]


def test_the_page_lists_every_hook_with_its_sentence() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `jimu_")]
    assert rows == hook_rows()
