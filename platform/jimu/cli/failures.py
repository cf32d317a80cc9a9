"""How a failure is told: what is wrong, where, and what to do about it; never a traceback (unless --debug)."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jimu.cli.exits import Exit
from jimu.cli.output import fail, print_diagnostics
from jimu.errors import DefinitionErrors, JimuError

if TYPE_CHECKING:
    from jimu.revisions import Finding

Report = Callable[[Exception], Exit]


@contextmanager
def reported() -> Iterator[None]:
    """Ends the process with the exit code of whatever goes wrong in the block, after having told it."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the end of the line: every failure is told, or raised again
        sys.exit(report_failure(error))


def report_failure(error: Exception) -> Exit:
    """Print what ``error`` means for a person; the exit code. An error nobody foresaw is raised again."""
    for kinds, report in ((DefinitionErrors, _definitions), (JimuError, _problem), *_store_reports(), *_OUTSIDE):
        if isinstance(error, kinds):
            return report(error)
    raise error


def _store_reports() -> list[tuple[type[Exception], Report]]:
    """Errors of the store; a command that never loaded it cannot have failed with one."""
    errors = sys.modules.get("jimu.storage.errors")
    if errors is None:
        return []
    return [(errors.Busy, _busy), (errors.DatabaseUnavailable, _unavailable), (errors.StoreError, _environment)]


def _definitions(error: Exception) -> Exit:
    assert isinstance(error, DefinitionErrors)
    print_diagnostics(error.diagnostics, to_stderr=True)
    return Exit.PROBLEMS


def _refused(findings: Sequence[Finding]) -> None:
    from jimu.cli.plan import print_findings

    print_findings(findings, to_stderr=True)
    codes = sorted({f.code for f in findings if f.can_be_allowed})
    if codes:
        fail(f"Accept the loss with: {' '.join(f'--allow {code}' for code in codes)}", mark="→")


def _problem(error: Exception) -> Exit:
    assert isinstance(error, JimuError)
    fail(str(error))
    for problem in error.problems:
        fail(f"{problem.field or 'record'}: {problem.message}", mark=" ")
    _refused(getattr(error, "findings", ()))
    return Exit.PROBLEMS


def _busy(_error: Exception) -> Exit:
    fail("The database is locked by another process; try again when it is done.")
    return Exit.ENVIRONMENT


def _unavailable(error: Exception) -> Exit:
    fail(f"The database cannot be reached: {error}")
    fail("Look at JIMU_DATABASE_URL (or --database) and at whether the server runs.", mark="→")
    return Exit.ENVIRONMENT


def _environment(error: Exception) -> Exit:
    logging.getLogger(__name__).debug("the command failed", exc_info=error)
    name = getattr(error, "filename", None)
    reason = getattr(error, "strerror", None) or str(error)
    fail(f"{name}: {reason}" if name else str(reason))
    return Exit.ENVIRONMENT


# What the operating system or a setting has against it.
_OUTSIDE: tuple[tuple[type[Exception], Report], ...] = ((OSError, _environment), (ValueError, _environment))
