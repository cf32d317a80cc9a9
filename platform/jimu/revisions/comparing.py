"""Two configurations side by side: the changes in words, counted by sort, and the changes of the files' text."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jimu.definitions import Change, Manifest, compare

# Longer files are compared as a whole only, longer differences are cut off: the page is for people.
LONGEST_FILE = 5_000
MOST_LINES = 2_000
_AROUND = 3


@dataclass(frozen=True, slots=True)
class Line:
    """``sign``: "+", "-", " " or "@" (a gap). ``old`` and ``new`` are line numbers, 0 = not on that side."""

    sign: str
    text: str
    old: int = 0
    new: int = 0


@dataclass(frozen=True)
class FileChange:
    """``what``: added, removed or changed. ``lines`` empty: the file is too long to be shown line by line."""

    path: str
    what: str
    added: int
    removed: int
    lines: tuple[Line, ...] = ()
    is_cut: bool = False


def summarise(before: Manifest | None, after: Manifest) -> dict[str, int]:
    """How many changes of each sort: ``field_added`` → 2."""
    return dict(Counter(f"{change.part}_{change.what}" for change in _changes(before, after)))


def _changes(before: Manifest | None, after: Manifest) -> list[Change]:
    """Parts of a field, such as a currency's code, go with it."""
    objects = after.objects
    return [
        c
        for c in compare(before, after)
        if not (c.part == "field" and (o := objects.get(c.object or "")) and (f := o.fields.get(c.name or ""))
                and (f.part_of or (f.system and before is None)))
    ]


def compare_files(before: Mapping[str, str], after: Mapping[str, str]) -> list[FileChange]:
    """The files that differ, by path; together at most ``MOST_LINES`` lines are told."""
    found: list[FileChange] = []
    left = MOST_LINES
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        change = _compare_file(path, old, new, left)
        left -= len(change.lines)
        found.append(change)
    return found


def _compare_file(path: str, old: str | None, new: str | None, left: int) -> FileChange:
    what = "added" if old is None else "removed" if new is None else "changed"
    was, now = (old or "").splitlines(), (new or "").splitlines()
    if max(len(was), len(now)) > LONGEST_FILE:
        return FileChange(path, what, len(now), len(was), is_cut=True)
    lines = list(_lines(was, now))
    signs = Counter(line.sign for line in lines)
    return FileChange(path, what, signs["+"], signs["-"], tuple(lines[: max(left, 0)]), len(lines) > left)


def _lines(was: list[str], now: list[str]) -> Iterator[Line]:
    for place, group in enumerate(difflib.SequenceMatcher(None, was, now, autojunk=False).get_grouped_opcodes(_AROUND)):
        if place or group[0][1] or group[0][3]:
            yield Line("@", "")
        for tag, a, b, c, d in group:
            if tag == "equal":
                yield from (Line(" ", was[a + i], a + i + 1, c + i + 1) for i in range(b - a))
                continue
            yield from (Line("-", was[i], old=i + 1) for i in range(a, b))
            yield from (Line("+", now[i], new=i + 1) for i in range(c, d))
