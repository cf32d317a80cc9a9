"""Whether a workbook can be opened at all: tried first in a process of its own, whose memory and time are bounded.

A file of a few hundred bytes can claim a sheet of 17 billion cells, or unpack to more than there is memory; what a
library makes of that is not for the process that serves everybody to find out.
"""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from jimu.exchange.readers.table import UnreadableFile
from jimu.messages import Message

MOST_MEMORY = 2 << 30
MOST_SECONDS = 120
_TRIED = 64
_TRY = """
import resource, sys
for limit, most in ((resource.RLIMIT_AS, int(sys.argv[2])), (resource.RLIMIT_CPU, int(sys.argv[3])),
                    (resource.RLIMIT_CORE, 0)):
    resource.setrlimit(limit, (most, most))
from python_calamine import CalamineError, CalamineWorkbook
try:
    workbook = CalamineWorkbook.from_path(sys.argv[1])
    held = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
except (CalamineError, OSError):
    pass
print("told")
"""


def check_opens(path: Path) -> None:
    """Raises UnreadableFile where opening needs too much; what else is wrong with the file is for its reader to say."""
    found = path.stat()
    if not _opens(str(path), found.st_mtime_ns, found.st_size):
        raise UnreadableFile(
            Message(
                "{file} holds a sheet that is too large to be read (empty cells between the first and the last one "
                "count); delete what lies far away, or save it as CSV.",
                {"file": path.name},
            )
        )


@lru_cache(maxsize=_TRIED)
def _opens(path: str, changed_at: int, size: int) -> bool:
    """Tried once for a file as it is."""
    command = [sys.executable, "-I", "-c", _TRY, path, str(MOST_MEMORY), str(MOST_SECONDS)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=2 * MOST_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return False
    return b"told" in done.stdout
