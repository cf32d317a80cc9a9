"""Bulk: many commands on one object in one request and one transaction, with a result for each row.

A row is ``{"op": "create" | "update" | "upsert" | "delete", "id", "version", "values": {…}}``, or flat: a row without
``values`` is its own values (its ``id`` says which record). ``op`` and ``key`` of the query hold for rows without
``op``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jimu.api.answers import Answer
from jimu.api.bodies import read_rows
from jimu.api.call import Call
from jimu.api.endpoints import WRITE_ERRORS, Endpoint
from jimu.api.errors import STATUS, dump_error
from jimu.api.parameters import ParameterSet, choice, names
from jimu.api.records import dump_record
from jimu.api.schemas import RecordSchema, record_schema
from jimu.errors import BadRequest, Invalid, JimuError, Problem, TooLarge
from jimu.fieldtypes.base import LoadContext
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.messages import Message
from jimu.records import BatchResult, Create, Delete, RowResult, Update, Upsert, write
from jimu.records.commands import Command
from jimu.records.draft import INVALID
from jimu.settings import Settings

Parameters = Mapping[str, Any]
OPERATIONS = ("create", "update", "upsert", "delete")
MODES = ("atomic", "best_effort")
ANSWERS = ("rows", "records", "failed")
MAX_ROWS = 10_000
_KEYS = frozenset({"op", "id", "version", "values"})
BAD_ROW = Message("This row cannot be understood.")


def bulk_view(call: Call, parameters: Parameters, object: str) -> Answer:
    call.manifest.object(object)
    rows = read_rows()
    if len(rows) > MAX_ROWS:
        raise TooLarge(Message("At most {max} rows go into one request.", {"max": MAX_ROWS}))
    loader = RowLoader(object, parameters, record_schema(call.actor, call.manifest, object), call.load_context())
    commands, refused = loader.load(rows)
    atomic = parameters["mode"] == "atomic"
    if refused and atomic:
        found = _preview(call, commands) if commands else {}
        return _answer(call, BatchResult(_in_order(len(rows), refused | found), committed=False), "failed", len(rows))
    whole = parameters["answer"] == "records"
    done = write.write_many(list(commands.values()), call.context, atomic=atomic, values=whole)
    numbers = list(commands)
    results = {numbers[r.row]: RowResult(numbers[r.row], r.status, r.record, r.error) for r in done.rows}
    result = BatchResult(_in_order(len(rows), refused | results), done.committed)
    return _answer(call, result, parameters["answer"], len(rows))


class RowLoader:
    """Turns the rows of one request into commands."""

    def __init__(self, object: str, parameters: Parameters, schema: RecordSchema, context: LoadContext) -> None:
        self.object = object
        self.operation: str = parameters["op"]
        self.key: Sequence[str] = parameters["key"]
        self.schema = schema
        self.context = context

    def load(self, rows: Sequence[Any]) -> tuple[dict[int, Command], dict[int, RowResult]]:
        """Commands and refused rows, by row number from 0."""
        commands: dict[int, Command] = {}
        refused: dict[int, RowResult] = {}
        for number, row in enumerate(rows):
            try:
                commands[number] = self.command(row)
            except JimuError as error:
                refused[number] = RowResult(number, "failed", error=error)
        return commands, refused

    def command(self, row: Any) -> Command:
        if not isinstance(row, dict):
            raise _bad("bad_row", Message("A row must be a JSON object."))
        operation = row.get("op", self.operation)
        if operation not in OPERATIONS:
            raise _bad("bad_row", Message("op must be one of: {values}.", {"values": list(OPERATIONS)}), "op")
        given = row["values"] if "values" in row else {k: v for k, v in row.items() if k not in _KEYS}
        if not isinstance(given, dict):
            raise _bad("bad_row", Message("values must be a JSON object."), "values")
        if operation == "delete":
            return Delete(self.object, self._id(row), self._version(row))
        values, problems = self.schema.load_values(given, self.context)
        if problems:
            raise Invalid(INVALID, problems)
        if operation == "create":
            return Create(self.object, values)
        if operation == "update":
            return Update(self.object, self._id(row), values, self._version(row))
        if not self.key:
            raise _bad("missing_parameter", Message("upsert needs the parameter key."), "key")
        return Upsert(self.object, tuple(self.key), values)

    def _id(self, row: Mapping[str, Any]) -> int:
        try:
            return decode_id(row["id"])
        except (KeyError, TypeError, ValueError):
            raise _bad("bad_row", Message("The row needs the id of a record."), "id") from None

    def _version(self, row: Mapping[str, Any]) -> int | None:
        version = row.get("version")
        if version is None or (isinstance(version, int) and not isinstance(version, bool)):
            return version
        raise _bad("bad_row", Message("version must be a whole number."), "version")


def _bad(code: str, message: Message, field: str | None = None) -> BadRequest:
    return BadRequest(BAD_ROW, [Problem(code, message, field)])


def _preview(call: Call, commands: Mapping[int, Command]) -> dict[int, RowResult]:
    """What else would fail, so that one answer tells all."""
    found: dict[int, RowResult] = {}
    for number, seen in zip(commands, write.preview_many(list(commands.values()), call.context), strict=True):
        error = seen.error or (Invalid(INVALID, seen.problems) if seen.problems else None)
        if error is not None:
            found[number] = RowResult(number, "failed", error=error)
    return found


def _in_order(count: int, results: Mapping[int, RowResult]) -> list[RowResult]:
    return [results[i] for i in range(count) if i in results]


def _answer(call: Call, result: BatchResult, wanted: str, count: int) -> Answer:
    totals: dict[str, int] = {}
    for row in result.rows:
        totals[row.status] = totals.get(row.status, 0) + 1
    shown = result.failed if wanted == "failed" else result.rows
    body = {
        "committed": result.committed,
        "rows": count,
        "totals": totals,
        "results": [_dump_row(call, row, wanted == "records") for row in shown],
    }
    return Answer(body, 200 if result.committed else 422)


def _dump_row(call: Call, row: RowResult, whole: bool) -> dict[str, Any]:
    dumped: dict[str, Any] = {"row": row.row, "status": row.status}
    if row.record is not None:
        dumped |= (
            {"record": dump_record(call, row.record)}
            if whole
            else {"id": encode_id(row.record.id), "version": row.record.version}
        )
    if row.error is not None:
        dumped["error"] = dump_error(row.error, call.translate) | {"status": STATUS.get(row.error.code, 400)}
    return dumped


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    parameters = ParameterSet(
        (
            choice("op", "What to do with rows that do not say `op` themselves.", OPERATIONS, "create"),
            names("key", "upsert: the field or fields that tell which record a row is.", example="code"),
            choice(
                "mode",
                "atomic: all rows or none. best_effort: good rows are stored, bad ones reported.",
                MODES,
                "atomic",
            ),
            choice(
                "answer",
                "rows: id and version of each. records: whole records. failed: only failed rows.",
                ANSWERS,
                "rows",
            ),
        )
    )
    return (
        Endpoint(
            "POST",
            "/records/{object}/bulk",
            bulk_view,
            "Create, change or delete many records",
            "records",
            "bulk",
            parameters,
            per_object=True,
            action="create",
            body="rows",
            result="bulk_result",
            errors=(*WRITE_ERRORS, 413),
            idempotent=True,
            description=f"At most {MAX_ROWS:,} rows, as a JSON array or as JSON lines.",
        ),
    )
