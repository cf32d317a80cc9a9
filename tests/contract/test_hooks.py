"""Every extension point is documented, and the engine really asks it."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import jimu
from jimu import hookspecs

ENGINE = Path(jimu.__path__[0])
HOOKS = [name for name, f in vars(hookspecs).items() if name.startswith("jimu_") and inspect.isfunction(f)]


def test_every_hook_says_in_one_sentence_what_it_is_for() -> None:
    for name in HOOKS:
        assert re.fullmatch(r"[A-Z].+\.", (getattr(hookspecs, name).__doc__ or "").strip()), name


def test_the_engine_asks_every_hook() -> None:
    sources = [
        p.read_text("utf-8") for p in ENGINE.rglob("*.py") if "node_modules" not in p.parts and p.name != "hookspecs.py"
    ]
    for name in HOOKS:
        asked = re.compile(rf"\bhooks?\.{name}\b|[\"']{name}[\"']")
        assert any(asked.search(text) for text in sources), name
