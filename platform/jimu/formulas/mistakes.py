"""What is wrong with a text that Python cannot parse: where it is, and in words what a person would call it."""

from __future__ import annotations

import ast
import re
import warnings

from jimu.formulas.problems import Problems
from jimu.messages import Message

_CLOSING = {"(": ")", "[": "]", "{": "}"}
# A text, a text that does not end, a comment, a bracket: what decides which brackets count.
_PIECE = re.compile(
    r"""(?P<text>'{3}(?:\\.|[^\\])*?'{3}|"{3}(?:\\.|[^\\])*?"{3}|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")"""
    r"""|(?P<unfinished>['"])|(?P<comment>\#[^\n]*)|(?P<bracket>[()\[\]{}])""",
    re.DOTALL,
)
_HINTS = {
    "=": Message("Write == to compare."),
    "&": Message("Write and between conditions."),
    "|": Message("Write or between conditions."),
    "!": Message("Write not before a condition, or != to compare."),
}


def report_syntax(error: SyntaxError, source: str, problems: Problems) -> None:
    """Note why ``source`` is no expression. ``error`` is what Python said of it in parentheses, ``(source\\n)``."""
    if _has_bad_pieces(source, problems):
        return
    offset = _offset_of_token(source)
    if offset is None:
        offset = _offset_in(f"({source}\n)", error) - 1
    offset = min(max(offset, 0), len(source))
    if not source[offset:].strip():
        problems.add("syntax", offset, "The formula ends too early.")
        return
    problems.add("syntax", offset, "This is not an expression.", hint=_HINTS.get(source[offset]))


def _has_bad_pieces(source: str, problems: Problems) -> bool:
    """Whether a bracket or a text is not closed, or a bracket closes nothing; the first one is noted."""
    opened: list[tuple[str, int]] = []
    for found in _PIECE.finditer(source):
        if found["unfinished"]:
            mark = found["unfinished"]
            problems.add("syntax", found.start(), "This text is not closed: {mark} is missing.", mark=mark)
            return True
        bracket = found["bracket"]
        if bracket is None:
            continue
        if bracket in _CLOSING:
            opened.append((bracket, found.start()))
        elif opened and _CLOSING[opened[-1][0]] == bracket:
            opened.pop()
        elif opened:
            break  # another kind of bracket closes: the open one is what is wrong
        else:
            problems.add("syntax", found.start(), "The bracket {bracket} closes nothing.", bracket=bracket)
            return True
    if not opened:
        return False
    bracket, offset = opened[-1]
    problems.add(
        "syntax", offset, "The bracket {bracket} is not closed: {closing} is missing.",
        bracket=bracket, closing=_CLOSING[bracket],
    )
    return True


def _offset_of_token(source: str) -> int | None:
    """Where the token is that cannot stand there, as Python tells it for an expression without parentheses around it;
    None: it does not tell.
    """
    flat = source.replace("\n", " ")
    blanks = len(flat) - len(flat.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(flat[blanks:], mode="eval")
    except SyntaxError as error:
        return blanks + error.offset - 1 if error.lineno == 1 and error.offset else None
    except (ValueError, MemoryError, RecursionError):
        return None
    return None


def _offset_in(code: str, error: SyntaxError) -> int:
    lines = code.split("\n")
    line = min(max(error.lineno or 1, 1), len(lines))
    return sum(len(text) + 1 for text in lines[: line - 1]) + (error.offset or 1) - 1
