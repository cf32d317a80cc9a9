"""Exit codes of every command; docs/cli.md lists them."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    OK = 0             # done
    PROBLEMS = 1       # the input has problems, which were listed: definitions, a refused plan, rejected rows
    USAGE = 2          # the command was called wrongly
    ENVIRONMENT = 3    # something outside is missing or in the way: database, port, file, permission
    INTERRUPTED = 130  # Ctrl-C
