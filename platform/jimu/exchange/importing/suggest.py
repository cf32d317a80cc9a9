"""A mapping to start from: what the headers of a file most likely mean, as the YAML of a map file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jimu.definitions.model import ObjectDef
from jimu.exchange.importing.headers import Suggestion, is_importable, match_headers, suggest_headers
from jimu.exchange.readers import ReadOptions, open_table

SURE = 95.0


@dataclass(frozen=True)
class StepSuggestion:
    """``columns``: header -> field, None where nothing is like it. ``unsure``: those that a person should look at."""

    columns: Mapping[str, str | None]
    unsure: Mapping[str, Suggestion]
    examples: Mapping[str, str]

    def as_yaml(self) -> str:
        """A map file; unsure columns are marked, columns without a field are left out by null."""
        lines = ["# Column header: field. null leaves a column out.", "columns:"]
        for header, field in self.columns.items():
            note = f"likeness {self.unsure[header].likeness:.0f} %, " if header in self.unsure else ""
            example = self.examples.get(header, "")
            comment = f"  # {note}for example {example}" if example else (f"  # {note.rstrip(', ')}" if note else "")
            lines.append(f"  {_quoted(header)}: {field or 'null'}{comment}")
        return "\n".join(lines) + "\n"


def suggest_step(path: Path, object: ObjectDef, options: ReadOptions | None = None) -> StepSuggestion:
    """What the columns of ``path`` most likely mean for ``object``. Raises UnreadableFile."""
    table = open_table(path, options)
    exact = {h: f for h, f in match_headers(table.headers, object).items() if is_importable(object.fields[f])}
    likely = {
        s.header: s
        for s in suggest_headers([h for h in table.headers if h not in exact], object)
        if s.field not in exact.values()
    }
    columns = {h: exact.get(h) or (likely[h].field if h in likely else None) for h in table.headers}
    first = next(table.rows(), None)
    examples = (
        {h: " ".join(str(c).split())[:40] for h, c in zip(table.headers, first.cells, strict=True) if c}
        if first
        else {}
    )
    return StepSuggestion(columns, {h: s for h, s in likely.items() if s.likeness < SURE}, examples)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
