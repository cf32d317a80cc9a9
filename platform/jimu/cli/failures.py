"""How a failure is told: what is wrong, where, and what to do about it; never a traceback (unless --debug)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from jimu.cli.exits import Exit
from jimu.cli.output import fail, print_diagnostics
from jimu.errors import DefinitionErrors, Invalid, JimuError


def report_failure(error: Exception) -> Exit:
    """Print what ``error`` means for a person; the exit code. An error nobody foresaw is raised again."""
    for kind, report in _reports():
        if isinstance(error, kind):
            return report(error)
    raise error


def _reports() -> list[tuple[type[Exception] | tuple[type[Exception], ...], Callable[[Exception], Exit]]]:
    from jimu.revisions import Refused
    from jimu.storage import Busy, DatabaseUnavailable, StoreError

    return [
        (DefinitionErrors, _definitions),
        (Refused, _refused),
        (JimuError, _problem),
        (Busy, _busy),
        (DatabaseUnavailable, _unavailable),
        (StoreError, _environment),
        (OSError, _environment),
        (ValueError, _environment),
    ]


def _definitions(error: Exception) -> Exit:
    assert isinstance(error, DefinitionErrors)
    print_diagnostics(error.diagnostics, to_stderr=True)
    return Exit.PROBLEMS


def _refused(error: Exception) -> Exit:
    from jimu.cli.plan import print_findings
    from jimu.revisions import Refused

    assert isinstance(error, Refused)
    fail(str(error))
    if error.findings:
        print_findings(error.findings, to_stderr=True)
        if any(f.can_be_allowed for f in error.findings):
            codes = sorted({f.code for f in error.findings if f.can_be_allowed})
            fail(f"Accept the loss with: jimu apply {' '.join(f'--allow {code}' for code in codes)}", mark="→")
    return Exit.PROBLEMS


def _problem(error: Exception) -> Exit:
    assert isinstance(error, JimuError)
    fail(str(error))
    for problem in error.problems if isinstance(error, Invalid) else ():
        fail(f"{problem.field or 'record'}: {problem.message}", mark=" ")
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
