"""Import plans: several files of one folder, each becoming records of an object, in the order written."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from jimu.bulk.dry_run import taken_back
from jimu.definitions.model import ImportPlanDef
from jimu.errors import BadRequest, Problem
from jimu.exchange.importing.importer import ImportOptions, import_file
from jimu.exchange.importing.rejects import rejects_path
from jimu.exchange.importing.report import ImportReport
from jimu.exchange.importing.step import ImportStep, read_step
from jimu.messages import Message
from jimu.records import Context


def run_plan(
    plan: ImportPlanDef, folder: Path, context: Context, options: ImportOptions | None = None
) -> list[ImportReport]:
    """Imports every step's file out of ``folder``; a report for each. Raises BadRequest when a file is missing.

    A dry run is one transaction over all steps, so that a later step finds what an earlier one would have made.
    """
    options = options or ImportOptions()
    steps = [read_step(raw) for raw in plan.steps]
    _require_files(steps, folder)
    reports = []
    with _unit(context, options) as inner:
        for number, step in enumerate(steps, start=1):
            path = folder / step.file
            # Several steps may read one file: each has its own file of refused rows.
            own = replace(options, rejects=options.rejects or rejects_path(path, options.folder, f".step{number}"))
            reports.append(import_file(path, step, inner, own))
    return reports


def _unit(context: Context, options: ImportOptions) -> AbstractContextManager[Context]:
    return taken_back(context) if options.dry_run and context.transaction is None else nullcontext(context)


def _require_files(steps: list[ImportStep], folder: Path) -> None:
    missing = [s.file for s in steps if not (folder / s.file).is_file()]
    if missing:
        raise BadRequest(
            Message("Files of the plan are missing in {folder}.", {"folder": str(folder)}),
            [
                Problem("missing_file", Message("There is no file {file}.", {"file": name}), name)
                for name in dict.fromkeys(missing)
            ],
        )
