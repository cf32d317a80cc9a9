"""Every file in errors/ carries ``# ERROR: code`` on the lines that must be reported, and nothing else may be."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from pathlib import Path

import pytest

from jimu.definitions import load_files
from jimu.diagnostics import Severity
from tests.definitions.workspaces import BASE

HERE = Path(__file__).parent / "errors"
_MARK = re.compile(r"# ERROR: (\w+)")


def files_in(text: str) -> dict[str, str]:
    """The files that ``# FILE: path`` lines divide the text into."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("# FILE: "):
            lines = found.setdefault(line.removeprefix("# FILE: "), [])
        else:
            lines.append(line)
    return {path: "\n".join(lines) + "\n" for path, lines in found.items()}


@pytest.mark.parametrize("path", sorted(HERE.glob("*.yaml")), ids=lambda p: p.stem)
def test_exactly_the_marked_lines_are_reported(path: Path) -> None:
    files = files_in(path.read_text("utf-8"))
    base = {name: textwrap.dedent(text) for name, text in BASE.items()}
    manifest, diagnostics = load_files({**base, **files})
    expected = Counter(
        (name, number, code)
        for name, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        for code in _MARK.findall(line)
    )
    reported = Counter((d.place.file, d.place.line, d.code) for d in diagnostics if d.severity is Severity.ERROR)
    assert reported == expected, "\n".join(f"{d.place} {d.code}: {d.message}" for d in diagnostics)
    assert manifest is None
