"""Finding out what stands between the cells of a CSV file.

The separator is the one of ``,`` ``;`` tab and ``|`` that splits the beginning of the file into the most even rows.
A file of one column has none of them, which csv.Sniffer refuses; here it is read with commas.
"""

from __future__ import annotations

import csv
import io
from collections import Counter

DELIMITERS = (",", ";", "\t", "|")
UNIT_SEPARATOR = "\x1f"
ROWS = 200


def find_delimiter(sample: str, whole: bool) -> str:
    """The separator of the cells in ``sample``, the beginning of a file (all of it if ``whole``)."""
    best = max(DELIMITERS, key=lambda delimiter: _evenness(sample, whole, delimiter))
    if _evenness(sample, whole, best)[1]:
        return best
    # One column: a comma in its text must not split it.
    return next((d for d in DELIMITERS if d not in sample), UNIT_SEPARATOR)


def _evenness(sample: str, whole: bool, delimiter: str) -> tuple[float, int]:
    """How evenly ``delimiter`` splits the rows, then into how many cells; (0, 0) if it splits nothing."""
    widths = _widths(sample, whole, delimiter)
    if not widths or widths[0] < 2:
        return 0.0, 0
    usual, times = Counter(widths).most_common(1)[0]
    if usual < 2:
        return 0.0, 0
    as_header = sum(w == widths[0] for w in widths) / len(widths)
    return max(as_header, 0.9 * times / len(widths)), widths[0]


def _widths(sample: str, whole: bool, delimiter: str) -> list[int]:
    widths: list[int] = []
    try:
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if cells:
                widths.append(len(cells))
            if len(widths) > ROWS:
                break
    except csv.Error:
        pass
    return widths if whole or len(widths) > ROWS else widths[:-1]
