"""Functions on texts. The empty text is blank, so a function whose result is empty gives blank."""

from __future__ import annotations

import re
from decimal import Decimal

from jimu.formulas import characters, numbers, regex
from jimu.formulas.limits import MAX_PADDING, MAX_TEXT
from jimu.formulas.numbers import Number
from jimu.formulas.operators import concat
from jimu.formulas.signature import define, signature
from jimu.formulas.tree import Shape

LENGTH = Shape(0, 10**9)
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,12})?")


def count(number: Number) -> int:
    """A number of characters: whole, from 0 to more than any text has."""
    return max(0, min(numbers.truncate(number), MAX_TEXT * 1000))


def mid(text: str, start: Number, length: Number) -> str | None:
    first = max(1, min(numbers.truncate(start), MAX_TEXT * 1000))
    return text[first - 1 : first - 1 + count(length)] or None


def right(text: str, length: Number) -> str | None:
    wanted = count(length)
    return text[-wanted:] if wanted else None


def replace(text: str, old: str | None, new: str | None) -> str | None:
    if text is None or old is None:
        return text
    new = new or ""
    if len(text) + text.count(old) * (len(new) - len(old)) > MAX_TEXT:
        return None
    return text.replace(old, new) or None


def split_part(text: str, separator: str, part: Number) -> str | None:
    index = numbers.truncate(part)
    if not 1 <= index <= MAX_TEXT:
        return None
    pieces = text.split(separator)
    return pieces[index - 1] or None if index <= len(pieces) else None


def _padding(text: str, length: Number, fill: str) -> str:
    missing = min(count(length), MAX_PADDING) - len(text)
    return (fill * (missing // len(fill) + 1))[:missing] if missing > 0 else ""


def repeat(text: str, times: Number) -> str | None:
    wanted = min(count(times), MAX_PADDING)
    return None if len(text) * wanted > MAX_TEXT else text * wanted or None


def join(separator: str | None, *texts: str | None) -> str | None:
    return (separator or "").join(t for t in texts if t) or None


def number(text: str) -> Decimal | None:
    trimmed = text.strip(characters.WHITE_SPACE)
    return Decimal(trimmed) if _NUMBER.fullmatch(trimmed) else None


FUNCTIONS = (
    define(
        "upper",
        "text",
        "The text in capital letters.",
        signature("text: text -> text", characters.upper, may_be_blank=False),
        examples=[("upper('Jimu')", "JIMU")],
    ),
    define(
        "lower",
        "text",
        "The text in small letters.",
        signature("text: text -> text", characters.lower, may_be_blank=False),
        examples=[("lower('Jimu')", "jimu")],
    ),
    define(
        "trim",
        "text",
        "The text without white space at its ends.",
        signature("text: text -> text", characters.trim),
        examples=[("trim('  a b ')", "a b")],
    ),
    define(
        "len",
        "text",
        "The number of characters; 0 for blank.",
        signature("text: text -> number", lambda t: len(t or ""), takes_blanks=True, may_be_blank=False, shape=LENGTH),
        examples=[("len('积木')", 2), ("len(None)", 0)],
    ),
    define(
        "left",
        "text",
        "The first characters.",
        signature("text: text, count: number -> text", lambda t, n: t[: count(n)] or None),
        examples=[("left('Jimu', 2)", "Ji")],
    ),
    define(
        "right",
        "text",
        "The last characters.",
        signature("text: text, count: number -> text", right),
        examples=[("right('Jimu', 2)", "mu")],
    ),
    define(
        "mid",
        "text",
        "``count`` characters from the ``start``-th, the first being 1.",
        signature("text: text, start: number, count: number -> text", mid),
        examples=[("mid('Jimu', 2, 2)", "im")],
    ),
    define(
        "contains",
        "text",
        "Whether the text has the part in it; capital and small letters are the same.",
        signature(
            "text: text, part: text -> boolean",
            takes_blanks=True,
            may_be_blank=False,
            evaluate=lambda t, p: bool(t and p) and characters.lower(p) in characters.lower(t),
        ),
        examples=[("contains('Jimu CRM', 'crm')", True), ("contains(None, 'a')", False)],
    ),
    define(
        "starts_with",
        "text",
        "Whether the text begins with the part; capital and small letters are the same.",
        signature(
            "text: text, part: text -> boolean",
            takes_blanks=True,
            may_be_blank=False,
            evaluate=lambda t, p: bool(t and p) and characters.lower(t).startswith(characters.lower(p)),
        ),
        examples=[("starts_with('Jimu', 'ji')", True)],
    ),
    define(
        "ends_with",
        "text",
        "Whether the text ends with the part; capital and small letters are the same.",
        signature(
            "text: text, part: text -> boolean",
            takes_blanks=True,
            may_be_blank=False,
            evaluate=lambda t, p: bool(t and p) and characters.lower(t).endswith(characters.lower(p)),
        ),
        examples=[("ends_with('report.PDF', '.pdf')", True)],
    ),
    define(
        "position",
        "text",
        "Where the part first begins in the text, counted from 1; 0 if it is not there.",
        signature(
            "text: text, part: text -> number",
            may_be_blank=False,
            shape=LENGTH,
            evaluate=lambda t, p: characters.lower(t).find(characters.lower(p)) + 1,
        ),
        examples=[("position('a-b', '-')", 2)],
    ),
    define(
        "replace substitute",
        "text",
        "The text with every ``old`` replaced by ``new``; blank when it would be longer than 100,000 characters.",
        signature("text: text, old: text, new: text -> text", replace, takes_blanks=True),
        examples=[("replace('138-0013', '-', '')", "1380013")],
    ),
    define(
        "split_part",
        "text",
        "The ``part``-th piece (from 1) of the text cut at each separator.",
        signature("text: text, separator: text, part: number -> text", split_part),
        examples=[("split_part('a@b.cn', '@', 2)", "b.cn")],
    ),
    define(
        "concat",
        "text",
        "All texts in a row, blank ones left out; the same as ``+``.",
        signature("*texts: text -> text", concat, "concat", takes_blanks=True),
        examples=[("concat('a', None, 'b')", "ab")],
    ),
    define(
        "join",
        "text",
        "The texts that are not blank, with the separator between them.",
        signature("separator: text, text: text, *texts: text -> text", join, takes_blanks=True),
        examples=[("join(', ', 'a', None, 'b')", "a, b")],
    ),
    define(
        "pad_left",
        "text",
        "The text filled up on the left to ``length`` characters (at most 1,000).",
        signature(
            "text: text, length: number, fill: text -> text", lambda t, n, f: _padding(t, n, f) + t, may_be_blank=False
        ),
        examples=[("pad_left('7', 3, '0')", "007")],
    ),
    define(
        "pad_right",
        "text",
        "The text filled up on the right to ``length`` characters (at most 1,000).",
        signature(
            "text: text, length: number, fill: text -> text", lambda t, n, f: t + _padding(t, n, f), may_be_blank=False
        ),
        examples=[("pad_right('7', 3, '.')", "7..")],
    ),
    define(
        "repeat",
        "text",
        "The text ``times`` times (at most 1,000).",
        signature("text: text, times: number -> text", repeat),
        examples=[("repeat('★', 3)", "★★★")],
    ),
    define(
        "number",
        "text",
        "The number that a text like ``-12.50`` says; blank when it says none.",
        signature("text: text -> number", number, shape=Shape(12, 10**42)),
        examples=[("number('12.50')", Decimal("12.5")), ("number('a dozen')", None)],
    ),
    define(
        "regex_match",
        "text",
        "Whether the whole text matches the pattern, a constant. Write ``.*`` at its ends to look for a part.",
        signature(
            "text: text, pattern: text! -> boolean",
            takes_blanks=True,
            may_be_blank=False,
            evaluate=lambda t, p: t is not None and regex.matches(t, p),
        ),
        examples=[(r"regex_match('B-17', '[A-Z]-\\d+')", True)],
    ),
)
