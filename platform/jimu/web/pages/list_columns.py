"""The columns of a list for readers of one language and one set of roles, and the rows made of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from jimu.access.fields import field_access
from jimu.access.per_manifest import PerManifest
from jimu.definitions.model import FieldDef, ListLayoutDef
from jimu.definitions.money import is_money, money_of
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.requests import ListRequest
from jimu.web.environment import put_out
from jimu.web.pages.display import BLANK, Presenter, Shown, presenter_for, type_of
from jimu.web.pages.list_fields import fields_on, path_label
from jimu.web.pages.model import Row
from jimu.web.pages.reader import Reader, record_url

MOST_COLUMNS = 40
_MOST_SHAPES = 2_000
_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.DURATION})
_UNSHOWN = frozenset({"secret"})
_MOST_DRAWN = 2_000
_NO_CELL = Markup("")
Titles = Mapping[int, str]
Steps = tuple[str, ...]
CellMacro = Callable[[Shown], str]


@dataclass(frozen=True, slots=True)
class Beyond:
    """What lies behind the records that those of a page point at: titles, and the records two lookups away, by the
    path of both lookups and by id.
    """

    titles: Titles = dataclasses.field(default_factory=dict)
    records: Mapping[Steps, Mapping[int, Record]] = dataclasses.field(default_factory=dict)


NOTHING_BEYOND = Beyond()


@dataclass(frozen=True)
class ColumnShape:
    """One column for readers of one language. ``path``: the field, or one lookup or two and a field of the record that
    they lead to. ``tag``: the opening tag of its cells.
    """

    path: tuple[str, ...]
    label: str
    css: str
    present: Presenter
    is_sortable: bool
    tag: Markup
    field: FieldDef
    blank: str = ""
    known: dict[Shown, str] = dataclasses.field(default_factory=dict, compare=False, repr=False)

    def drawn(self, shown: Shown, cell: CellMacro) -> str:
        """What ``cell`` makes of a value, kept: stars, ticks and tags come up again and again."""
        found = self.known.get(shown)
        if found is None:
            if len(self.known) >= _MOST_DRAWN:
                self.known.clear()
            found = self.known[shown] = cell(shown)
        return found

    @property
    def name(self) -> str:
        return ".".join(self.path)

    @property
    def is_number(self) -> bool:
        """Whether sums of it tell anything: an amount or a quantity, not a share or a mark."""
        return self.field.kind in _NUMBERS and type_of(self.field).name not in ("rating", "percent", "autonumber")

    def shown(self, record: Record, beyond: Beyond = NOTHING_BEYOND) -> Shown:
        if len(self.path) == 1:
            return self.present(record.values.get(self.path[0]), record.values, record.titles)
        inner = record.expanded.get(self.path[0])
        if not isinstance(inner, Record):
            return BLANK
        if len(self.path) == 2:
            return self.present(inner.values.get(self.path[1]), inner.values, beyond.titles or record.titles)
        far = beyond.records.get(self.path[:2], {}).get(inner.values.get(self.path[1]) or 0)
        return BLANK if far is None else self.present(far.values.get(self.path[2]), far.values, far.titles)


@dataclass(frozen=True)
class ListShape:
    """``fields`` and ``expand``: what must be read. ``inner``: columns that show records which others point at;
    ``far``: those whose values lie two lookups away.
    """

    layout: ListLayoutDef
    columns: tuple[ColumnShape, ...]
    fields: tuple[str, ...]
    expand: tuple[str, ...]
    inner: tuple[ColumnShape, ...] = ()
    far: tuple[ColumnShape, ...] = ()


@dataclass(frozen=True, slots=True)
class ListRow(Row):
    """``id`` as it stands in addresses; ``color``: a name, or ''. ``columns``: those of ``cells``."""

    id: str = ""
    color: str = ""
    columns: Sequence[ColumnShape] = ()
    tail: Markup = _NO_CELL  # one cell more

    def html(self, untitled: str, cell: CellMacro) -> Markup:
        """The row, written here and not in the template: a list has hundreds of cells, most of them plain. ``cell`` is
        asked for the others, once for each that looks different.
        """
        out = [f'<tr data-href="{self.href}" data-id="{self.id}"']
        out.append(f' class="row-color choice-{self.color}">' if self.color else ">")
        (tag, title), *rest = self.cells or [(Markup("<td>"), BLANK)]
        out += (tag, f'<a href="{self.href}">', put_out(title.text or untitled), "</a></td>")
        for (tag, shown), column in zip(rest, self.columns[1:], strict=True):
            kind = shown.kind
            if kind == "text" or kind == "meter":
                out += (tag, put_out(shown.text), "</td>")
            elif kind == "blank":
                out.append(column.blank)
            elif kind == "link":
                out += (tag, '<a href="', put_out(shown.href), '">', put_out(shown.text), "</a></td>")
            elif kind == "badge":
                out += (tag, f'<span class="badge-choice {put_out(shown.css)}">', put_out(shown.text), "</span></td>")
            else:
                out += (tag, column.drawn(shown, cell), "</td>")
        out += (self.tail, "</tr>\n")
        return Markup("".join(out))  # noqa: S704


_shapes: PerManifest[dict[Any, ListShape]] = PerManifest(lambda manifest: {})


def list_shape(layout: ListLayoutDef, reader: Reader) -> ListShape:
    """The columns of ``layout`` that the reader may see, and what must be read to show them."""
    known = _shapes.get(reader.manifest)
    key = (layout.object, layout.name, layout.columns, *reader.key)
    found = known.get(key)
    if found is None:
        if len(known) >= _MOST_SHAPES:
            known.clear()
        found = known[key] = _build_shape(layout, reader)
    return found


def can_show(steps: Sequence[FieldDef]) -> bool:
    """Whether a list can have such a column: its own fields, and those of the records one or two lookups away."""
    return (
        len(steps) <= 3
        and steps[-1].type not in _UNSHOWN
        and all(step.kind is Kind.REFERENCE and step.target != () for step in steps[:-1])
    )


def _build_shape(layout: ListLayoutDef, reader: Reader) -> ListShape:
    columns: list[ColumnShape] = []
    needed: list[str] = []
    for name in dict.fromkeys(layout.columns[:MOST_COLUMNS]):
        steps = fields_on(name, layout.object, reader)
        if not steps or not can_show(steps):
            continue
        column = _column(tuple(name.split(".")), steps, is_first=not columns, reader=reader)
        columns.append(column)
        needed.append(column.path[0])
        if len(steps) == 1:
            needed += _companions(steps[-1], reader)
    over = [c for c in columns if len(c.path) > 1]
    return ListShape(
        layout,
        tuple(columns),
        tuple(dict.fromkeys(needed)),
        tuple(dict.fromkeys(c.path[0] for c in over)),
        tuple(c for c in over if len(c.path) == 2 and c.field.kind in (Kind.REFERENCE, Kind.REFERENCES)),
        tuple(c for c in over if len(c.path) == 3),
    )


def _column(path: tuple[str, ...], steps: list[FieldDef], is_first: bool, reader: Reader) -> ColumnShape:
    last, label = steps[-1], path_label(steps, reader)
    css = "cell-title" if is_first else _css(last)
    tag = Markup('<td class="{}" data-label="{}" data-field="{}">').format(css, label, ".".join(path))
    can_sort = last.kind.is_sortable or (last.kind is Kind.REFERENCE and len(last.target) == 1)
    blank = Markup('<td class="cell-blank" data-field="{}"></td>').format(".".join(path))
    return ColumnShape(path, label, _css(last), presenter_for(last, reader), can_sort, tag, last, blank)


def _companions(field: FieldDef, reader: Reader) -> list[str]:
    access = field_access(reader.actor, reader.manifest, field.object)
    if is_money(field):
        return [name for name in money_of(field, reader.manifest).fields if access.get(name, "none") != "none"]
    if field.kind is not Kind.COMPOSITE:
        return []
    return [
        f.name
        for f in reader.manifest.objects[field.object].fields.values()
        if f.part_of == field.name and access.get(f.name, "none") != "none"
    ]


def _css(field: FieldDef) -> str:
    return "cell-number" if field.kind in _NUMBERS and field.type != "rating" else ""


def rows_of(
    records: Sequence[Record],
    columns: Sequence[ColumnShape],
    beyond: Beyond = NOTHING_BEYOND,
    colors: Sequence[str] = (),
) -> list[Row]:
    """``colors``: one per record, '' for none."""
    return [
        ListRow(
            record_url(r.object, r.id),
            [(column.tag, column.shown(r, beyond)) for column in columns],
            encode_id(r.id),
            colors[number] if colors else "",
            columns,
        )
        for number, r in enumerate(records)
    ]


def read_beyond(records: Sequence[Record], shape: ListShape, reader: Reader) -> Beyond:
    """Asks nothing where no column shows any of it, and one question for each way over two lookups."""
    if not shape.inner and not shape.far:
        return NOTHING_BEYOND
    ids = {id for column in shape.inner for id in _pointed_at(records, column)}
    ways: dict[Steps, list[ColumnShape]] = {}
    for column in shape.far:
        ways.setdefault(column.path[:2], []).append(column)
    far = {way: _read_far(_pointed_at(records, columns[0]), columns, reader) for way, columns in ways.items()}
    return Beyond(read.resolve_titles(ids, reader.context) if ids else {}, far)


def _pointed_at(records: Sequence[Record], column: ColumnShape) -> set[int]:
    """What the field that is the second step of ``column`` holds in all of ``records``."""
    ids: set[int] = set()
    for record in records:
        inner = record.expanded.get(column.path[0])
        value = inner.values.get(column.path[1]) if isinstance(inner, Record) else None
        ids.update(value if isinstance(value, list) else () if value is None else (value,))
    return ids


def _read_far(ids: set[int], columns: Sequence[ColumnShape], reader: Reader) -> dict[int, Record]:
    if not ids:
        return {}
    fields = [name for column in columns for name in (column.path[2], *_companions(column.field, reader))]
    where = f"id in [{', '.join(repr(encode_id(id)) for id in sorted(ids))}]"
    request = ListRequest(columns[0].field.object, where=where, fields=list(dict.fromkeys(fields)), limit=len(ids))
    return {record.id: record for record in read.list_records(request, reader.context).records}
