"""The page of a write that came too late: what was, what is now, what I typed; a choice for each field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from jimu.fieldtypes.ids import encode_id
from jimu.web.pages.display import Shown, Titles, Values
from jimu.web.pages.fieldviews import typed_of, value_of
from jimu.web.pages.lines import SentLines, SentRow, is_blank
from jimu.web.pages.model import FieldShape
from jimu.web.pages.reader import Reader
from jimu.web.pages.sent import Sent, Typed
from jimu.web.pages.shapes import PageShape
from jimu.web.pages.text_merge import merge_texts

_MERGED = frozenset({"text", "textarea"})


@dataclass
class MergeRow:
    """``is_conflict``: both sides changed it. ``mine_inputs``: name and text of the controls that bring my value
    again. ``both``: the two changes of a text put together; None where they touch each other.
    """

    name: str
    label: str
    base: str
    theirs: Shown
    mine: str
    is_conflict: bool
    mine_inputs: list[tuple[str, str]] = field(default_factory=list)
    both: str | None = None


def merge_rows(
    shape: PageShape, base: Typed, sent: Sent, current: Values, titles: Titles, reader: Reader
) -> list[MergeRow]:
    """The fields that I changed, and of those that only the others changed none: theirs simply stay."""
    rows = []
    for field_shape in shape.fields.values():
        names = [field_shape.name, *(part.name for part in field_shape.parts)]
        if field_shape.state != "edit" or not any(n in sent.typed and sent.typed[n] != base.get(n, []) for n in names):
            continue
        now = _typed_now(field_shape, current, reader)
        mine = {n: sent.typed.get(n, []) for n in names}
        if all(mine[n] == now.get(n, []) for n in names if n in sent.typed):
            continue
        theirs_changed = any(now.get(n, []) != base.get(n, []) for n in names)
        rows.append(
            MergeRow(
                field_shape.name,
                field_shape.label,
                _words(field_shape, base, titles),
                field_shape.present(value_of(field_shape, current), current, titles),
                _words(field_shape, mine, titles),
                theirs_changed,
                [(n, text) for n in names for text in mine[n]] or [(f"_has_{field_shape.name}", "1")],
                _both(field_shape, base, mine, now) if theirs_changed else None,
            )
        )
    return rows


def _both(shape: FieldShape, base: Typed, mine: Typed, now: Typed) -> str | None:
    if shape.widget not in _MERGED:
        return None
    texts = [typed.get(shape.name) or [""] for typed in (base, mine, now)]
    return merge_texts(*(text[0] for text in texts))


@dataclass
class LineNote:
    """A line that goes along: what it is called, and which of its columns I changed, from what to what."""

    kind: str  # new, changed or deleted
    title: str
    changes: list[tuple[str, str, str]]


def line_notes(lines: Sequence[SentLines], titles: Titles) -> list[tuple[str, list[LineNote]]]:
    """The lines that were typed, grid by grid: they are saved with the choice, and judged each by itself."""
    found = []
    for one in lines:
        shapes = one.grid.page.fields
        notes = [note for row in one.rows if (note := _note(row, shapes, titles)) is not None]
        if notes:
            found.append((one.grid.label, notes))
    return found


def _note(row: SentRow, shapes: Any, titles: Titles) -> LineNote | None:
    names = [name for name in shapes if row.typed.get(name) or row.base.get(name)]
    first = next((text for name in names if (text := _words(shapes[name], row.base or row.typed, titles))), "")
    if row.is_deleted:
        return LineNote("deleted", first, []) if row.id is not None else None
    if is_blank(row):
        return None
    changes = [
        (shapes[n].label, _words(shapes[n], row.base, titles), _words(shapes[n], row.typed, titles))
        for n in names
        if row.typed.get(n, []) != row.base.get(n, [])
    ]
    return LineNote("new" if row.id is None else "changed", first, changes) if changes else None


def _typed_now(shape: FieldShape, values: Values, reader: Reader) -> Typed:
    whole = value_of(shape, values)
    inside: dict[str, Any] = {f"{shape.name}_{k}": v for k, v in whole.items()} if isinstance(whole, dict) else {}
    found = {part.name: typed_of(part, inside.get(part.name, values.get(part.name)), reader) for part in shape.parts}
    return {shape.name: [] if isinstance(whole, dict) else typed_of(shape, whole, reader), **found}


def _words(shape: FieldShape, typed: Typed, titles: Titles) -> str:
    """What was typed, as a reader reads it: choices by their labels, references by their titles."""
    labels = {o.value: o.label for o in shape.options} | {encode_id(i): t for i, t in titles.items()}
    found = [
        labels.get(text, text) for name in (shape.name, *(p.name for p in shape.parts)) for text in typed.get(name, [])
    ]
    return " ".join(found)
