"""The command line: ``jimu COMMAND``. Each command lives in a file of its own and is imported when it is called.

Exit codes are in ``exits``; how failures are told to people is in ``failures``. Commands that a program reads take
``--format json``. This is the one place where imports may stand inside functions: a command must start at once.
"""

from jimu.cli.root import main

__all__ = ["main"]
