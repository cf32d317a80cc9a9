"""YAML text -> plain values that remember where each key and value stands.

YAML is read by the 1.2 core rules: ``on``, ``yes``, ``017`` with its zero, ``12:30`` and ``2026-01-02`` stay text; a
number with a point becomes a ``Decimal``; a mapping's keys are always text. Size, depth and the growth by aliases are
bounded. The nodes are composed by libyaml and turned into values here, since PyYAML's own constructor costs more than
all the rest.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml

from jimu.diagnostics import Diagnostic, Place
from jimu.messages import Message

MAX_BYTES = 2_000_000
MAX_DEPTH = 50
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""Stands where a file held bytes that are no UTF-8."""
MAX_NODES = 100_000

Mark = tuple[str, int, int]
"""file, line, column; both count from 1. For a quoted text the column is that of its first letter."""

_MAP, _SEQ = "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"
_STR, _NULL, _BOOL, _INT, _FLOAT = (f"tag:yaml.org,2002:{name}" for name in ("str", "null", "bool", "int", "float"))
_NULLS = {"", "~", "null", "Null", "NULL"}
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)$")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?$")
_DEEP_BLOCK = re.compile(r"^[ \-?:]{500}", re.MULTILINE)


_UNREADABLE = object()
"""Stands for a value that has been reported and is left out."""


class YamlMap(dict[str, Any]):
    """A mapping; ``mark`` is where it begins, ``keys_at`` and ``values_at`` where each key and each value stands."""

    __slots__ = ("keys_at", "mark", "values_at")

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.keys_at: dict[str, Mark] = {}
        self.values_at: dict[str, Mark] = {}

    def set(self, key: str, value: Any, key_at: Mark, value_at: Mark) -> None:
        self[key] = value
        self.keys_at[key] = key_at
        self.values_at[key] = value_at

    def copy(self) -> YamlMap:
        """A copy of this level; values are shared."""
        made = YamlMap(self.mark)
        made.update(self)
        made.keys_at.update(self.keys_at)
        made.values_at.update(self.values_at)
        return made

    def discard(self, key: str) -> None:
        self.pop(key, None)
        self.keys_at.pop(key, None)
        self.values_at.pop(key, None)


class YamlList(list[Any]):
    """A list; ``items_at`` says where each item stands."""

    __slots__ = ("items_at", "mark")

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.items_at: list[Mark] = []

    def add(self, value: Any, at: Mark) -> None:
        self.append(value)
        self.items_at.append(at)

    def take_out(self, index: int) -> None:
        del self[index], self.items_at[index]


def place(mark: Mark | None) -> Place:
    return Place(*mark) if mark else Place()


def key_place(data: Any, *path: str | int) -> Place:
    """Where the key (or list item) at the end of ``path`` inside ``data`` stands; where a step is missing, the last
    one found.
    """
    return _walk(data, path, of_value=False)


def value_place(data: Any, *path: str | int) -> Place:
    """Where the value at the end of ``path`` stands: for a formula, the place of its first letter."""
    return _walk(data, path, of_value=True)


def _walk(data: Any, path: tuple[str | int, ...], of_value: bool) -> Place:
    mark = getattr(data, "mark", None)
    for i, step in enumerate(path):
        if isinstance(data, YamlMap) and step in data:
            table = data.values_at if of_value and i == len(path) - 1 else data.keys_at
            mark, data = table.get(str(step), mark), data[str(step)]
        elif isinstance(data, YamlList) and isinstance(step, int) and step < len(data):
            mark, data = data.items_at[step], data[step]
        else:
            break
    return place(mark)


class _Loader(yaml.CSafeLoader):
    """Composes nodes; resolves plain scalars by the core schema of YAML 1.2."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        if kind is not yaml.ScalarNode:
            return _MAP if kind is yaml.MappingNode else _SEQ
        if not implicit[0] or not value:
            return _STR if value or not implicit[0] else _NULL
        first = value[0]
        if first in "tTfF" and value in _BOOLS:
            return _BOOL
        if first in "nN~" and value in _NULLS:
            return _NULL
        if first in "-+.0123456789":
            if _INTEGER.match(value):
                return _INT
            if _DECIMAL.match(value):
                return _FLOAT
        return _STR


def read(text: str, file: str) -> tuple[Any, list[Diagnostic]]:
    """The value that ``text`` says (None where it cannot be read, or is empty) and what is wrong with it."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return None, [
            _problem("yaml_too_large", Message("The file is larger than {limit} bytes.", {"limit": MAX_BYTES}), file)
        ]
    if REPLACEMENT in text:
        before = text[: text.index(REPLACEMENT)]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = Message("The file is not UTF-8 text. Save it as UTF-8.")
        return None, [_problem("yaml_encoding", message, file, line, column)]
    # libyaml composes recursively on the C stack, so what would overflow it is refused before it is asked.
    if _DEEP_BLOCK.search(text) or (text.count("[") + text.count("{") > 500 and _flow_depth(text) > 500):
        return None, [_too_deep((file, 1, 1))]
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        return None, [_syntax_problem(error, file)]
    finally:
        if loader is not None:
            loader.dispose()
    if node is None:
        return None, []
    building = _Building(file)
    try:
        value = building.value(node, 0)
    except _TooMuch as stop:
        return None, [*building.diagnostics, stop.diagnostic]
    return None if value is _UNREADABLE else value, building.diagnostics


def _flow_depth(text: str) -> int:
    """The deepest nesting of brackets; those inside quotes are counted too, which errs on the careful side."""
    depth = deepest = 0
    for letter in text:
        if letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest


class _TooMuch(Exception):
    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__()
        self.diagnostic = diagnostic


class _Building:
    """Turns the nodes of one file into values. Aliases are written out, and counted, so that none can grow without
    end.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.nodes = 0
        self.diagnostics: list[Diagnostic] = []

    def value(self, node: Any, depth: int) -> Any:
        self.nodes += 1
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if depth > MAX_DEPTH:
            raise _TooMuch(_too_deep(self._mark(node)))
        if self.nodes > MAX_NODES:
            message = Message(
                "The file says more than {limit} values, counting every use of an alias.", {"limit": MAX_NODES}
            )
            raise _TooMuch(_problem("yaml_too_large", message, *self._mark(node)))
        is_map = isinstance(node, yaml.MappingNode)
        if node.tag != (_MAP if is_map else _SEQ):
            return self._refuse_tag(node)
        return self._mapping(node, depth) if is_map else self._list(node, depth)

    def _mark(self, node: Any) -> Mark:
        start = node.start_mark
        quoted = isinstance(node, yaml.ScalarNode) and node.style in ("'", '"')
        return (self.file, start.line + 1, start.column + (2 if quoted else 1))

    def _list(self, node: Any, depth: int) -> YamlList:
        made = YamlList(self._mark(node))
        for item in node.value:
            value = self.value(item, depth + 1)
            if value is not _UNREADABLE:
                made.add(value, self._mark(item))
        return made

    def _mapping(self, node: Any, depth: int) -> YamlMap:
        made = YamlMap(self._mark(node))
        for key_node, value_node in node.value:
            start = key_node.start_mark
            at = (self.file, start.line + 1, start.column + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                self.diagnostics.append(_problem("yaml_key", Message("A key must be a single word or text."), *at))
                continue
            key = key_node.value
            if key in made:
                message = Message(
                    "The key {key} is written twice; it stands already in line {line}.",
                    {"key": key, "line": made.keys_at[key][1]},
                )
                self.diagnostics.append(_problem("duplicate_key", message, *at))
                continue
            value = self.value(value_node, depth + 1)
            if value is not _UNREADABLE:
                made.set(key, value, at, self._mark(value_node))
        return made

    def _scalar(self, node: Any) -> Any:
        tag, text = node.tag, node.value
        if tag == _STR:
            return text
        if tag == _INT and _INTEGER.match(text):
            return int(text)
        if tag == _BOOL and text in _BOOLS:
            return _BOOLS[text]
        if tag == _NULL:
            return None
        if tag == _FLOAT and (_DECIMAL.match(text) or _INTEGER.match(text)):
            return Decimal(text)
        return self._refuse_tag(node)

    def _refuse_tag(self, node: Any) -> Any:
        message = Message("The tag {tag} is not allowed here.", {"tag": node.tag})
        self.diagnostics.append(_problem("yaml_tag", message, *self._mark(node)))
        return _UNREADABLE


def _syntax_problem(error: yaml.YAMLError, file: str) -> Diagnostic:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML")
    message = Message("This is not valid YAML: {problem}.", {"problem": problem})
    return _problem("yaml_syntax", message, file, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1)


def _too_deep(mark: Mark) -> Diagnostic:
    return _problem("yaml_too_deep", Message("Values are nested more than {limit} deep.", {"limit": MAX_DEPTH}), *mark)


def _problem(code: str, message: Message, file: str, line: int = 0, column: int = 0) -> Diagnostic:
    return Diagnostic(code, message, Place(file, line, column))
