"""Output: colours where a person reads, plain text or JSON where a program does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from jimu.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {"error": "bold red", "warning": "yellow", "blocking": "bold red", "safe": "green"}

format_option: Callable[[Any], Any] = click.option(
    "--format", "output_format", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="How to print the result.",
)


def console(*, to_stderr: bool = False) -> Console:
    from rich.console import Console

    stream = sys.stderr if to_stderr else sys.stdout
    # Into a file or a pipe nothing is cut off to fit a screen.
    return Console(stderr=to_stderr, highlight=False, soft_wrap=True, width=None if stream.isatty() else 200)


def print_json(value: Any) -> None:
    """Indented JSON on standard output; decimals and paths as text."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
    sys.stdout.write(orjson.dumps(value, default=str, option=option).decode() + "\n")


def say(text: str, *, mark: str = "✓", style: str = "green") -> None:
    """One line of good news."""
    _line(console(), text, mark, style)


def fail(text: str, *, mark: str = "✗") -> None:
    """One line of bad news, on standard error."""
    _line(console(to_stderr=True), text, mark, "bold red" if mark == "✗" else "dim")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table without borders."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True)
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    console().print(table)


def print_diagnostics(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, str] | None = None, *, to_stderr: bool = False
) -> None:
    """Each problem with its place and the line it is in, a caret below the column.

    ``sources``: texts of files by the names in the diagnostics; others are read from disk where they are found.
    """
    out = console(to_stderr=to_stderr)
    found = list(diagnostics)
    for diagnostic in found:
        _print_diagnostic(out, diagnostic, sources or {})
    errors = sum(d.severity is Severity.ERROR for d in found)
    warnings = len(found) - errors
    if found:
        style = "bold red" if errors else "yellow"
        out.print(f"{many(errors, 'error')}, {many(warnings, 'warning')}", style=style)


def _print_diagnostic(out: Console, diagnostic: Diagnostic, sources: Mapping[str, str]) -> None:
    from rich.text import Text

    head = Text()
    place = str(diagnostic.place) or diagnostic.address
    if place:
        head.append(f"{place}: ", style="bold")
    head.append(f"{diagnostic.severity.value}: ", style=STYLES[diagnostic.severity.value])
    head.append(str(diagnostic.message))
    head.append(f"  [{diagnostic.code}]", style="dim")
    out.print(head)
    line = _source_line(diagnostic, sources)
    if line is not None:
        number = f"{diagnostic.place.line:>5} │ "
        out.print(Text(number, style="dim") + Text(line))
        if diagnostic.place.column:
            out.print(Text(" " * len(number) + _indent(line, diagnostic.place.column) + "^", style="bold red"))
    if diagnostic.suggestion:
        out.print(Text(f"        did you mean {diagnostic.suggestion}?", style="cyan"))


def _source_line(diagnostic: Diagnostic, sources: Mapping[str, str]) -> str | None:
    place = diagnostic.place
    if not place.file or not place.line:
        return None
    text = sources.get(place.file)
    if text is None:
        path = Path(place.file)
        if not path.is_file():
            return None
        text = path.read_text("utf-8", errors="replace")
    lines = text.splitlines()
    return lines[place.line - 1].rstrip() if place.line <= len(lines) else None


def _indent(line: str, column: int) -> str:
    """Blanks as wide as what stands before ``column`` (Chinese characters are two wide)."""
    from rich.cells import cell_len

    return " " * cell_len(line[: column - 1].replace("\t", "    "))


def _line(out: Console, text: str, mark: str, style: str) -> None:
    from rich.text import Text

    out.print(Text(f"{mark} ", style=style) + Text(text))


def many(n: int, word: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{n} {word}{'' if n == 1 else 's'}"
