"""Regular expressions that mean the same in Python (RE2) and in PostgreSQL.

A pattern is read into a small portable subset and written again in a form that both engines take alike: literals,
``.``, classes, ``\\d \\w \\s`` (ASCII), groups, ``|`` and the quantifiers ``* + ? {m,n}``. Back-references,
look-around, anchors inside and flags are refused. RE2 and PostgreSQL's automaton both run in linear time; the size
of the automaton is bounded here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import re2

from jimu.messages import Message

MAX_PATTERN = 500
MAX_STATES = 2_000
MAX_REPEAT = 100

_CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": " \\t\\n\\r\\f\\v"}
_CONTROL = {"t": "\\t", "n": "\\n", "r": "\\r", "f": "\\f", "v": "\\v"}
_SPECIAL = frozenset("\\^$.|?*+()[]{}-&~#/")


class BadPattern(ValueError):
    """``reason`` says why; ``position`` counts characters of the pattern from 0."""

    def __init__(self, reason: Message, position: int) -> None:
        super().__init__(reason.render())
        self.reason, self.position = reason, position


@dataclass
class _Reader:
    text: str
    at: int = 0
    depth: int = 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        found = self.peek()
        self.at += 1
        return found

    def fail(self, template: str, **params: object) -> BadPattern:
        return BadPattern(Message(template, params), self.at)

    def alternatives(self) -> tuple[str, int]:
        """The canonical text of ``a|b|c`` and the number of automaton states that it needs."""
        parts, states = [], 0
        while True:
            part, size = self.sequence()
            parts.append(part)
            states += size
            if self.peek() != "|":
                return "|".join(parts), states
            self.at += 1

    def sequence(self) -> tuple[str, int]:
        out, states = [], 1
        while self.peek() not in ("", "|", ")"):
            atom, size = self.atom()
            quantifier, times = self.quantifier()
            out.append(atom + quantifier)
            states += size * times
            if states > MAX_STATES:
                raise self.fail("The pattern is too large.")
        if not out:
            raise self.fail("The pattern has an empty alternative; use ? to make a part optional.")
        return "".join(out), states

    def atom(self) -> tuple[str, int]:
        char = self.take()
        if char == "(":
            return self.group()
        if char == "[":
            return self.char_class(), 1
        if char == ".":
            return ".", 1
        if char == "\\":
            return self.escape(), 1
        if char in "*+?{}])^$":
            self.at -= 1
            raise self.fail("{char} cannot stand here.", char=char)
        return _literal(char), 1

    def group(self) -> tuple[str, int]:
        self.depth += 1
        if self.depth > 20:
            raise self.fail("The pattern is nested too deeply.")
        if self.peek() == "?":
            if self.text[self.at : self.at + 2] != "?:":
                raise self.fail("Groups with (? are not supported, except (?:…).")
            self.at += 2
        inner, states = self.alternatives()
        if self.take() != ")":
            raise self.fail("A closing ) is missing.")
        self.depth -= 1
        return f"(?:{inner})", states

    def quantifier(self) -> tuple[str, int]:
        char = self.peek()
        if char in ("*", "+", "?"):
            self.at += 1
            found, times = char, 2
        elif char == "{":
            found, times = self.counted()
        else:
            return "", 1
        if self.peek() in ("*", "+", "?", "{"):
            raise self.fail("A quantifier cannot follow a quantifier.")
        return found, times

    def counted(self) -> tuple[str, int]:
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : max(end, 0)].partition(",")
        if end < 0 or not low.isascii() or not low.isdigit() or (high and not (high.isascii() and high.isdigit())):
            raise self.fail("A count is written {3}, {2,} or {2,5}.")
        if int(low) > MAX_REPEAT or (high and not int(low) <= int(high) <= MAX_REPEAT):
            raise self.fail("A count goes up to {most}, the smaller number first.", most=MAX_REPEAT)
        self.at = end + 1
        return f"{{{int(low)}{comma}{int(high) if high else ''}}}", int(high or low) + 1

    def escape(self) -> str:
        char = self.take()
        if char in _CLASSES:
            return f"[{_CLASSES[char]}]"
        if char in _CONTROL:
            return _CONTROL[char]
        if char and (char in _SPECIAL or (char.isascii() and not char.isalnum())):
            return _literal(char)
        self.at -= 1
        raise self.fail("\\{char} is not supported.", char=char)

    def char_class(self) -> str:
        out: list[str] = []
        negated = self.peek() == "^"
        self.at += negated
        while self.peek() != "]" or not out:
            if not self.peek():
                raise self.fail("A closing ] is missing.")
            out.append(self.class_item())
        self.at += 1
        return f"[{'^' * negated}{''.join(out)}]"

    def class_item(self) -> str:
        start = self.class_char()
        if len(start) > 2 or self.peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", ""):
            return start
        self.at += 1
        end = self.class_char()
        if len(end) > 2 or start[-1] > end[-1] or (start[0] == "\\" and start[1] in "tnrfv"):
            raise self.fail("The range in [] is the wrong way round.")
        return f"{start}-{end}"

    def class_char(self) -> str:
        char = self.take()
        if char == "[" or char == "":
            raise self.fail("Write \\[ for a bracket inside [].")
        if char != "\\":
            return _literal(char)
        char = self.take()
        if char in _CLASSES:
            return _CLASSES[char]
        if char in _CONTROL:
            return _CONTROL[char]
        if char and char.isascii() and not char.isalnum():
            return _literal(char)
        self.at -= 1
        raise self.fail("\\{char} is not supported.", char=char)


def _literal(char: str) -> str:
    return "\\" + char if char in _SPECIAL else char


@lru_cache(maxsize=1024)
def portable(pattern: str) -> str:
    """``pattern`` in the form that RE2 and PostgreSQL read alike, matching a whole text. Raises BadPattern."""
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(Message("A pattern has at most {most} characters.", {"most": MAX_PATTERN}), MAX_PATTERN)
    if "\0" in pattern:
        raise BadPattern(Message("The pattern has a character that is not allowed."), pattern.index("\0"))
    reader = _Reader(pattern.removeprefix("^"))
    if reader.text.endswith("$") and not reader.text.endswith("\\$"):
        reader.text = reader.text[:-1]
    if not reader.text:
        raise BadPattern(Message("The pattern is empty."), 0)
    inner, _ = reader.alternatives()
    if reader.at < len(reader.text):
        raise reader.fail("{char} cannot stand here.", char=reader.peek())
    return f"^(?:{inner})$"


@lru_cache(maxsize=1024)
def _automaton(pattern: str) -> re2._Regexp[str]:
    options = re2.Options()
    options.dot_nl = True
    options.max_mem = 16 << 20
    options.log_errors = False
    return re2.compile(portable(pattern), options=options)


def matches(text: str, pattern: str) -> bool:
    """Whether the whole of ``text`` matches ``pattern``."""
    return _automaton(pattern).fullmatch(text) is not None
