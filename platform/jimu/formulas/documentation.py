"""The tables of docs/formulas.md that follow from the registry; run as a module it fills them in."""

from __future__ import annotations

import sys
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from jimu.formulas.builtin import FUNCTIONS
from jimu.formulas.numbers import canonical
from jimu.formulas.operators import OPERATORS
from jimu.formulas.problems import CODES
from jimu.formulas.signature import FunctionDef

HEADINGS = {
    "text": "Texts", "number": "Numbers", "day": "Days", "moment": "Moments, times and durations",
    "logic": "Choices and blanks", "list": "Lists (multiple choices, tags)", "record": "The change at hand, regions",
}


def function_tables() -> str:
    """One table per category: each function with its forms, what it does, and an example."""
    parts = []
    for category, heading in HEADINGS.items():
        rows = [_row(f) for f in FUNCTIONS if f.category == category]
        parts.append(f"### {heading}\n\n| function | gives | example |\n|---|---|---|\n" + "\n".join(rows))
    return "\n\n".join(parts)


def _row(function: FunctionDef) -> str:
    forms = "<br>".join(f"`{s}`" for s in function.signatures)
    notes = "".join(f" Also called `{name}`." for name in function.names[1:])
    if any(s.python_only for s in function.signatures):
        notes += " Not in filters and virtual fields: it has no SQL form."
    example = "; ".join(f"`{source}` = {_shown(value)}" for source, value in function.examples[:2])
    return f"| {forms} | {function.summary.replace('``', '`')}{notes} | {example} |".replace("\\\\", "\\")


def _shown(value: Any) -> str:
    if value is None:
        return "blank"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | Decimal):
        return canonical(value)
    if isinstance(value, date | time | timedelta):
        return str(value)
    return f"`'{value}'`"


def operator_table() -> str:
    """What each operator takes and gives."""
    rows = []
    for symbol, signatures in OPERATORS.items():
        forms = []
        for found in signatures:
            types = [p.type for p in found.parameters]
            left = f"{types[0]} {symbol} {types[1]}" if len(types) == 2 else f"{symbol.split()[-1]}{types[0]}"
            forms.append(f"`{left}` → {found.result}")
        rows.append(f"| `{symbol}` | {'; '.join(forms)} |")
    return "| operator | takes and gives |\n|---|---|\n" + "\n".join(rows)


def code_table() -> str:
    """The codes of diagnostics."""
    return "| code | meaning |\n|---|---|\n" + "\n".join(f"| `{code}` | {meaning} |" for code, meaning in CODES.items())


def fill(document: str) -> str:
    """``document`` with the text between each pair of ``<!-- name -->`` and ``<!-- end -->`` made anew."""
    for name, table in (("functions", function_tables()), ("operators", operator_table()), ("codes", code_table())):
        before, start, rest = document.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        document = f"{before}{start}\n{table}\n\n{end}{after}"
    return document


if __name__ == "__main__":
    sys.stdout.write(fill(sys.stdin.read()))
