"""``jimu formula``: try an expression, in Python and in SQL side by side. Needs neither a workspace nor a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from jimu.cli.exits import Exit
from jimu.cli.output import format_option, print_diagnostics, print_json, say
from jimu.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jimu.definitions import Manifest
    from jimu.diagnostics import Diagnostic
    from jimu.formulas import Environment, Scope

MEMORY = "sqlite://"
NO_OBJECT = "record"
"""What a record is called that belongs to no object of the workspace."""


@click.command("formula")
@click.argument("expression", required=False)
@click.option("--object", "object_name", default=NO_OBJECT, help="Object of the workspace on which it stands.")
@click.option("--values", default="{}", help="The record as JSON; account.name or nested objects reach over lookups.")
@click.option(
    "--batch",
    type=click.File("r", encoding="utf-8"),
    help='JSON lines {"fields": {name: type}, "values": {…}, "expression": "…"}; - for standard input.',
)
@click.option("--database", default=MEMORY, help="SQLAlchemy URL of the database for the SQL value (SQLite in memory).")
@click.option("--zone", default="UTC", help="Time zone of the reader.")
@format_option
@pass_session
def formula_command(
    session: Session,
    expression: str | None,
    object_name: str,
    values: str,
    batch: TextIO | None,
    database: str,
    zone: str,
    output_format: str,
) -> None:
    """Compute EXPRESSION on a record given as JSON, by the Python evaluator and by SQL.

    With --batch one JSON line comes out for each line that goes in: {"value", "sql_value", "type"}, or
    {"error": {"code", "message", "column"}}.
    """
    if (expression is None) == (batch is None):
        raise click.UsageError("Give an EXPRESSION or --batch FILE.")
    if batch is not None:
        for answer in run_batch(batch, database, zone):
            click.echo(answer)
        return
    from jimu.formulas import check

    unknown = _unknown_object(session, object_name)
    if unknown is not None:
        _report([unknown], "", output_format)
    scope, object, given = _record(session, object_name, values)
    formula, problems = check(expression or "", scope, object)
    if formula is None:
        _report(problems, expression or "", output_format)
    result = evaluate_both(expression or "", scope, object, given, database, _environment(zone, {}))
    if output_format == "json":
        print_json(result)
    else:
        say(f"{result['value']}  ({result['type']})")
        if result["value"] != result["sql_value"]:
            say(f"SQL: {result['sql_value']}", mark="!", style="yellow")


def _report(problems: list[Diagnostic], expression: str, output_format: str) -> None:
    if output_format == "json":
        print_json({"error": _error(problems)})
    else:
        print_diagnostics(problems, {"": expression}, to_stderr=True)
    raise click.exceptions.Exit(Exit.PROBLEMS)


def _error(problems: Iterable[Diagnostic]) -> dict[str, Any]:
    first = next(iter(problems))
    return {"code": first.code, "message": first.message.render(), "column": first.place.column}


def _environment(zone: str, given: Mapping[str, Any]) -> Environment:
    """The environment; a batch line may give ``now``, ``zone``, ``user``, ``holidays``, ``workdays``."""
    from datetime import UTC, date, datetime
    from zoneinfo import ZoneInfo

    from jimu.formulas import Environment

    try:
        moment = datetime.fromisoformat(given["now"]) if given.get("now") else datetime.now(UTC)
        return Environment(
            now=(moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC),
            zone=ZoneInfo(given.get("zone") or zone),
            user=given.get("user"),
            prior=given.get("prior"),
            holidays=frozenset(date.fromisoformat(d) for d in given.get("holidays", ())),
            workdays=frozenset(date.fromisoformat(d) for d in given.get("workdays", ())),
        )
    except (ValueError, LookupError) as error:
        raise click.UsageError(str(error)) from None


def _parse_json(text: str) -> Any:
    import json
    from decimal import Decimal

    return json.loads(text, parse_float=Decimal)


def _record(session: Session, object_name: str, values: str) -> tuple[Scope, str, dict[tuple[str, ...], Any]]:
    """The scope, the object's name in it and the values: by the workspace's object, if there is one of that name."""
    from jimu.cli.formula_record import GivenScope, flatten, inferred_symbol, loaded

    try:
        flat = dict(flatten(_parse_json(values)))
    except (ValueError, AttributeError):
        raise click.UsageError("--values must be a JSON object.") from None
    scope = _workspace_scope(session, object_name)
    if scope is not None:
        return scope, object_name, loaded(flat, scope, object_name)
    given = GivenScope({path: inferred_symbol(value) for path, value in flat.items()})
    return given, "record", loaded(flat, given, "record")


def _unknown_object(session: Session, object_name: str) -> Diagnostic | None:
    """The complaint about an object that the workspace does not have; without a workspace any name will do."""
    from jimu.diagnostics import Diagnostic, nearest
    from jimu.messages import Message

    manifest = _manifest(session)
    if manifest is None or object_name == NO_OBJECT or object_name in manifest.objects:
        return None
    message = Message("There is no object called {name}.", {"name": object_name})
    return Diagnostic("unknown_object", message, suggestion=nearest(object_name, manifest.objects))


def _manifest(session: Session) -> Manifest | None:
    """The manifest of the workspace; None where there is none, or none that loads. Read once per command."""
    from jimu.definitions import find_workspace, load

    meta = click.get_current_context().meta
    if __name__ not in meta:
        root = find_workspace(Path(session.settings.workspace))
        meta[__name__] = load(root)[0] if root is not None else None
    found: Manifest | None = meta[__name__]
    return found


def _workspace_scope(session: Session, object_name: str) -> Scope | None:
    manifest = _manifest(session)
    if manifest is None or object_name not in manifest.objects:
        return None
    from jimu.definitions.symbols import ObjectScope

    return ObjectScope(object_name, manifest.objects)


def evaluate_both(
    expression: str,
    scope: Scope,
    object: str,
    values: Mapping[tuple[str, ...], Any],
    database: str,
    environment: Environment,
) -> dict[str, Any]:
    """The answer for one expression: value, sql_value and type, or error. ``sql_value`` is missing without SQL form."""
    from jimu.cli.formula_record import GivenRecord, dump_value
    from jimu.formulas import check, evaluate
    from jimu.storage.expressions.trial import Trial

    formula, problems = check(expression, scope, object)
    if formula is None:
        return {"error": _error(problems)}
    record = GivenRecord(values)
    record.prepare(formula)
    value = evaluate(formula, lambda path: record.get(path, environment), environment)
    answer = {"value": dump_value(value, formula.type), "type": formula.type.name}
    if formula.python_only is None:
        with Trial(database, record.columns) as trial:
            trial.fill([{path: record.values.get(path) for path in record.columns}])
            answer["sql_value"] = dump_value(trial.values(formula, environment)[0], formula.type)
    else:
        answer["not_in_sql"] = formula.python_only
    return answer


def run_batch(lines: Iterable[str], database: str, zone: str) -> Iterator[str]:
    """One line of JSON for each line; a line that cannot be read gives an error, too."""
    import orjson

    for line in lines:
        if line.strip():
            yield orjson.dumps(_answer(line, database, zone)).decode()


def _answer(line: str, database: str, zone: str) -> dict[str, Any]:
    from jimu.cli.formula_record import GivenScope, declared_symbol, flatten, inferred_symbol, loaded
    from jimu.errors import JimuError

    try:
        request = _parse_json(line)
        if not isinstance(request, dict) or "expression" not in request:
            raise ValueError('a JSON object with at least "expression" is needed')
        flat = dict(flatten(request.get("values") or {}))
        symbols = {path: inferred_symbol(value) for path, value in flat.items()}
        for name, declared in (request.get("fields") or {}).items():
            path = tuple(name.split("."))
            symbols[path] = declared_symbol(declared, path, flat.get(path))
        scope = GivenScope(symbols)
        values = loaded(flat, scope, "record")
        environment = _environment(zone, request)
        expression = str(request["expression"])
    except JimuError as error:
        return {"error": {"code": error.code, "message": error.message.render(), "column": 0}}
    except (ValueError, AttributeError, LookupError, TypeError, click.UsageError) as error:
        return {"error": {"code": "bad_request", "message": f"This line cannot be read: {error}", "column": 0}}
    return evaluate_both(expression, scope, "record", values, database, environment)
