"""What a step opens of the record and of its lines, and whether an answer keeps to it. Pure.

``fields`` names the record's own fields, and columns of lines as object.field. An answer brings changes of lines as
{object: {line: {field: value}}}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jimu.definitions.approvals.model import PeopleNode
from jimu.flows.approvals.work import Work

OPEN = ("edit", "required")


def columns_of(node: PeopleNode) -> dict[str, dict[str, str]]:
    return columns_in(node.fields)


def columns_in(fields: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Object of lines -> its columns that ``fields`` of a step name, with their levels."""
    found: dict[str, dict[str, str]] = {}
    for name, level in fields.items():
        object, dot, column = name.partition(".")
        if dot:
            found.setdefault(object, {})[column] = level
    return found


def own_fields(node: PeopleNode) -> dict[str, str]:
    """The record's own fields that the step names."""
    return {name: level for name, level in node.fields.items() if "." not in name}


def split_changes(node: PeopleNode, changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The changes of the record itself, and those of lines."""
    objects = columns_of(node)
    return {n: v for n, v in changes.items() if n not in objects}, {n: v for n, v in changes.items() if n in objects}


def refused_changes(node: PeopleNode, changes: Mapping[str, Any]) -> list[str]:
    """The fields and columns that an answer changes and the step does not open."""
    own, lines = split_changes(node, changes)
    found = [n for n in own if node.fields.get(n) not in OPEN]
    for object, rows in lines.items():
        if not isinstance(rows, Mapping) or not all(isinstance(row, Mapping) for row in rows.values()):
            found.append(object)
            continue
        found += [f"{object}.{c}" for row in rows.values() for c in row if node.fields.get(f"{object}.{c}") not in OPEN]
    return sorted(set(found))


def blank_fields(work: Work, node: PeopleNode, changes: Mapping[str, Any]) -> list[str]:
    """What the step requires and neither the answer nor what is stored has."""
    return sorted(n for n, level in node.fields.items() if level == "required" and _is_blank(work, n, changes))


def is_input_missing(work: Work, node: PeopleNode) -> bool:
    """Whether an approval here takes something that only a person can give: a word, a name, a field still blank."""
    return node.signature or node.comment == "always" or bool(blank_fields(work, node, {}))


def _is_blank(work: Work, name: str, changes: Mapping[str, Any]) -> bool:
    object, dot, column = name.partition(".")
    if not dot:
        return changes[name] in (None, "") if name in changes else not work.world.is_filled(name)
    given = {line: row[column] for line, row in (changes.get(object) or {}).items() if column in row}
    return any(v in (None, "") for v in given.values()) or work.world.are_lines_blank(name, tuple(sorted(given)))


def line_updates(node: PeopleNode, changes: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(object, line, values) of every line that an answer changes."""
    for object, rows in split_changes(node, changes)[1].items():
        for line, values in rows.items():
            yield object, str(line), dict(values)
