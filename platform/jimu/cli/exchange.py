"""``jimu import``, ``jimu export`` and ``jimu seed``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jimu.cli.exits import Exit
from jimu.cli.output import console, fail, format_option, print_json, say
from jimu.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jimu.definitions.model import ImportPlanDef
    from jimu.exchange import ImportOptions, ImportReport, ImportStep
    from jimu.exchange import Progress as ImportProgress
    from jimu.exchange.importing.report import OnProgress
    from jimu.records import Context

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("import")
@click.argument("object", required=False)
@click.argument("file", type=FILE, required=False)
@click.option("--map", "map_file", type=FILE, help="A YAML file that says which column becomes which field.")
@click.option("--key", multiple=True, help="Field by which a record is known again; repeat it for several fields.")
@click.option("--existing", type=click.Choice(["update", "skip"]), help="What to do with records already there.")
@click.option("--empty", multiple=True, help="A text that stands for no value, such as ? or N/A.")
@click.option("--dates", help="How dates are written: iso, day_first, month_first or a pattern such as %d-%m-%Y.")
@click.option("--encoding", help="The file's encoding; found out where it is not given.")
@click.option("--delimiter", help="What stands between cells; found out where it is not given.")
@click.option("--sheet", help="Excel: which sheet.")
@click.option("--plan", help="An import plan: its name, or its file.")
@click.option("--from", "folder", type=FOLDER, help="The folder with the plan's files.")
@click.option("--dry-run", is_flag=True, help="Check every row and store nothing.")
@click.option("--restart", is_flag=True, help="Begin anew instead of going on with an interrupted import.")
@click.option("--rejects", type=FILE, help="Where refused rows go; default: beside FILE.")
@click.option(
    "--duplicates",
    type=click.Choice(["judge", "skip", "update", "create"]),
    help="What becomes of a row like a record that is there, by the object's duplicate rules.",
)
@click.option("--results", type=FILE, help="A CSV file to be written: every row with what became of it.")
@click.option("--suggest", is_flag=True, help="Print a map file to start from and import nothing.")
@format_option
@pass_session
def import_command(session: Session, /, object: str | None, file: Path | None, **options: Any) -> None:
    """Import FILE (CSV or Excel) as records of OBJECT, or the files of a plan.

    Columns are matched with fields by their headers, or as --map says. Refused rows are written to a file with the
    reason of each. What was imported can be taken back as a whole: jimu undo. An interrupted import goes on where it
    stopped when the same command is given again.

    Exit codes: 0 everything was taken, 1 some rows were refused, 2 called wrongly, 3 something outside is in the way.
    """
    if options["plan"]:
        if object or file:
            raise click.UsageError("--plan names its own objects and files; leave OBJECT and FILE out.")
        if options["folder"] is None:
            raise click.UsageError("--plan needs --from FOLDER, where its files are.")
        reports = _run_plan(session, options)
    else:
        if not object or file is None:
            raise click.UsageError("Say which OBJECT and which FILE, or give a --plan.")
        if options["suggest"]:
            _suggest(session, object, file, options)
            return
        reports = [_run_file(session, object, file, options)]
        if options["results"] and reports[0].unit:
            _write_results(session, reports[0], options["results"])
    _print_reports(reports, options["output_format"])
    if any(report.rejected for report in reports):
        sys.exit(Exit.PROBLEMS)


@click.command("export")
@click.argument("object")
@click.argument("file", type=FILE)
@click.option("--where", help="Which records: a formula.")
@click.option("--fields", help="Which fields, separated by commas; default: all.")
@click.option("--order", help="By which fields, separated by commas; - before one: downwards.")
@click.option("--labels", is_flag=True, help="Labels, titles and option labels instead of names, ids and values.")
@click.option("--no-bom", is_flag=True, help="CSV without the byte order mark that Excel needs.")
@format_option
@pass_session
def export_command(
    session: Session,
    object: str,
    file: Path,
    where: str | None,
    fields: str | None,
    order: str | None,
    labels: bool,
    no_bom: bool,
    output_format: str,
) -> None:
    """Export records of OBJECT into FILE (.csv or .xlsx).

    Without --labels the file imports back unchanged.
    """
    from jimu.exchange import ExportRequest, export_file, format_of

    request = ExportRequest(
        object,
        where=where,
        order=_split(order),
        fields=_split(fields) or None,
        labels=labels,
        mark=not no_bom,
        format=format_of(file),
    )
    with _counting(f"Exporting {object}", quiet=output_format == "json") as count:
        done = export_file(file, request, session.context(reason=f"export {file.name}"), count)
    if output_format == "json":
        print_json({"object": object, "file": str(file), "records": done})
    else:
        say(f"{done:,} records written to {file}")


@click.command("seed")
@click.option("--set", "sets", multiple=True, default=("demo",), show_default=True, help="Which set of seeds.")
@format_option
@pass_session
def seed_command(session: Session, sets: tuple[str, ...], output_format: str) -> None:
    """Load seed records. What is there already is left alone, so that it can be done again."""
    from jimu.exchange import load_seeds

    context = session.context(reason="seed")
    with console(to_stderr=True).status("Loading …"):
        report = load_seeds(context.manifest, context, sets=sets)
    if output_format == "json":
        print_json({"created": report.created, "updated": report.updated, "kept": report.kept})
        return
    for object in dict.fromkeys((*report.created, *report.updated, *report.kept)):
        label = context.manifest.object(object).plural.get("en")
        say(
            f"{label}: {report.created.get(object, 0):,} made, {report.updated.get(object, 0):,} changed, "
            f"{report.kept.get(object, 0):,} there before"
        )


# --- import ---


def _run_file(session: Session, object: str, file: Path, given: dict[str, Any]) -> ImportReport:
    from jimu.exchange import import_file

    step = _step(object, file, given)
    context = session.context()
    context.manifest.object(object)
    with _progress(given) as progress:
        return import_file(file, step, context, _options(session, given, progress))


def _write_results(session: Session, report: ImportReport, path: Path) -> None:
    from jimu.exchange.readers import ReadOptions, open_table
    from jimu.exchange.wizard.telling import rows_with_results

    options = ReadOptions(report.encoding or None, report.delimiter or None, report.sheet or None)
    base, context = session.settings.public_url.rstrip("/"), session.context()
    with path.open("w", encoding="utf-8", newline="") as out:
        out.writelines(rows_with_results(open_table(report.file, options), report.object, report.unit, base, context))


def _run_plan(session: Session, given: dict[str, Any]) -> list[ImportReport]:
    from jimu.exchange import run_plan

    context = session.context()
    plan = _plan(given["plan"], context)
    with _progress(given) as progress:
        return run_plan(plan, given["folder"], context, _options(session, given, progress))


def _suggest(session: Session, object: str, file: Path, given: dict[str, Any]) -> None:
    from jimu.exchange import ReadOptions, suggest_step

    definition = session.context().manifest.object(object)
    options = ReadOptions(given["encoding"], given["delimiter"], given["sheet"])
    click.echo(suggest_step(file, definition, options).as_yaml(), nl=False)


def _step(object: str, file: Path, given: dict[str, Any]) -> ImportStep:
    """The map file's step, if there is one, with the command's own options on top."""
    from jimu.exchange import read_step
    from jimu.exchange.map_file import read_map_file

    raw = dict(read_map_file(given["map_file"])) if given["map_file"] else {}
    for name in ("existing", "duplicates", "dates", "encoding", "delimiter", "sheet"):
        if given[name] is not None:
            raw[name] = given[name]
    if given["key"]:
        raw["key"] = list(given["key"])
    if given["empty"]:
        raw["empty"] = [*raw.get("empty", ()), *given["empty"]]
    return read_step(raw, object=object, file=str(file))


def _plan(name: str, context: Context) -> ImportPlanDef:
    """A plan of the workspace by its name or the path of its file; else the file itself."""
    from jimu.exchange.map_file import read_plan_file

    path = Path(name)
    known = context.manifest.import_plans.get(path.stem)
    if known is not None and (not path.suffix or not path.is_file()):
        return known
    return read_plan_file(path)


def _options(session: Session, given: dict[str, Any], progress: OnProgress | None) -> ImportOptions:
    from jimu.exchange import ImportOptions

    return ImportOptions(
        dry_run=given["dry_run"],
        restart=given["restart"],
        folder=session.settings.home / "imports",
        rejects=given["rejects"],
        progress=progress,
    )


@contextmanager
def _progress(given: dict[str, Any]) -> Iterator[OnProgress | None]:
    """A bar on standard error, where a person watches."""
    out = console(to_stderr=True)
    if given["output_format"] == "json" or not out.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bars: dict[str, Any] = {}
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=out
    ) as bar:

        def show(progress: ImportProgress) -> None:
            name = progress.label.get("en")
            if name not in bars:
                bars[name] = bar.add_task(name, total=progress.total)
            bar.update(bars[name], completed=progress.done, total=progress.total)

        yield show


@contextmanager
def _counting(text: str, *, quiet: bool) -> Iterator[Any]:
    if quiet:
        yield None
        return
    with console(to_stderr=True).status(text) as status:
        yield lambda done: status.update(f"{text}: {done:,}")


def _print_reports(reports: Sequence[ImportReport], output_format: str) -> None:
    if output_format == "json":
        print_json([_dump(report) for report in reports])
        return
    for report in reports:
        _print_report(report)


def _print_report(report: ImportReport) -> None:
    from jimu.fieldtypes.ids import encode_id

    parts = [f"{report.created:,} created", f"{report.updated:,} updated", f"{report.unchanged:,} unchanged"]
    if report.skipped:
        parts.append(f"{report.skipped:,} skipped")
    begin = "Checked" if report.dry_run else "Imported"
    line = f"{begin} {report.file.name} as {report.label.get('en')}: {report.read:,} rows, {', '.join(parts)}"
    if report.resumed_after is not None:
        line += f" (went on after row {report.resumed_after:,})"
    say(line)
    if report.unit:
        say(f"It can be taken back as a whole: jimu undo {encode_id(report.unit)}")
    if report.ignored:
        fail(f"Columns left out: {', '.join(report.ignored)}", mark="·")
    if report.rejected:
        fail(f"{report.rejected:,} rows refused; they are in {report.rejects} with the reasons.")
        for row in report.samples[:5]:
            for problem in row.problems:
                column = f"{problem.header}: " if problem.header else ""
                fail(f"row {row.row}: {column}{problem.message}", mark=" ")


def _dump(report: ImportReport) -> dict[str, Any]:
    from jimu.fieldtypes.ids import encode_id

    return {
        "unit": encode_id(report.unit) if report.unit else None,
        "object": report.object,
        "label": report.label.get("en"),
        "file": str(report.file),
        "dry_run": report.dry_run,
        "rows": report.read,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "skipped": report.skipped,
        "rejected": report.rejected,
        "rejects": str(report.rejects) if report.rejects else None,
        "resumed_after": report.resumed_after,
        "encoding": report.encoding,
        "delimiter": report.delimiter,
        "sheet": report.sheet,
        "ignored": list(report.ignored),
        "problems": [
            {"row": row.row, "code": p.code, "column": p.header, "message": str(p.message)}
            for row in report.samples
            for p in row.problems
        ],
    }


def _split(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]
