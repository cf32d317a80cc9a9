"""What people take away of an import: its mapping as YAML, and every row of the file with what became of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from jimu.bulk.model import Item
from jimu.bulk.results import items_of_run
from jimu.exchange.importing.cells import text_of
from jimu.exchange.readers import TableFile, open_table
from jimu.exchange.spreadsheet_safety import protect
from jimu.exchange.wizard.files import local_file
from jimu.exchange.wizard.imports import DataImport
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import Context
from jimu.translation import translator

ADDED = (Message("Row"), Message("Result"), Message("Reason"), Message("Record"))
RESULTS = {
    "created": Message("created"),
    "updated": Message("updated"),
    "unchanged": Message("unchanged"),
    "skipped": Message("skipped"),
    "failed": Message("failed"),
    "": Message("not reached"),
}
_DROPPED = ("decisions",)


def plan_yaml(data: DataImport) -> str:
    """A step of an import plan, as ``seed/imports`` and ``jimu import --map`` read it."""
    plan = {k: v for k, v in data.plan.items() if v not in (None, [], {}, "") and k not in _DROPPED}
    columns = {header: _short(rule) for header, rule in (plan.pop("columns", None) or {}).items()}
    made = {"file": data.file_name, **plan, "columns": columns}
    text: str = yaml.safe_dump({"steps": [made]}, allow_unicode=True, sort_keys=False, width=120)
    return text


def _short(rule: Mapping[str, Any] | None) -> Any:
    return rule["field"] if rule and set(rule) == {"field"} else rule


def result_rows(data: DataImport, base: str, context: Context) -> Iterator[str]:
    """The file as it was, with what became of each row, as CSV piece by piece. ``base``: the address of this site."""
    table = open_table(local_file(data.id, context), data.step.options)
    yield from rows_with_results(table, data.object, data.unit, base, context)


def rows_with_results(table: TableFile, object: str, unit: int | None, base: str, context: Context) -> Iterator[str]:
    """The rows of ``table``, each with what ``unit`` noted of it."""
    say = translator(context.actor.locale)
    results = _Results(unit, context)
    yield "\ufeff" + _line([*table.raw_headers, *(m.render(say) for m in ADDED)])
    for row in table.rows():
        item = results.of_row(row.number)
        status = item.status if item else ""
        link = f"{base}/o/{object}/{encode_id(item.id)}" if item and item.id else ""
        reasons = (item.reason if item else None, results.late.get(row.number))
        reason = "; ".join(r.render(say) for r in reasons if r is not None)
        told = RESULTS.get(status, RESULTS[""]).render(say)
        yield _line([*(protect(text_of(c)) for c in row.cells), str(row.number), told, protect(reason), link])


class _Results:
    """The items of the unit by row: they come in about the order of the file, so only a batch of them is held."""

    def __init__(self, unit: int | None, context: Context) -> None:
        self._items = items_of_run(unit, context) if unit else iter(())
        self._held: dict[int, Item] = {}
        self._highest = 0
        self.late: dict[int, Message | None] = {}
        if unit:
            late = items_of_run(unit, context, "failures > 0")
            self.late = {i.row: i.reason for i in late if i.along and i.row and i.status == "failed"}

    def of_row(self, number: int) -> Item | None:
        while number not in self._held:
            item = next(self._items, None)
            if item is None:
                break
            if item.row and not item.along:
                self._held[item.row] = item
        return self._held.pop(number, None)


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
