"""PostgreSQL: functions on texts and lists. Case is mapped as ``formulas.characters`` says, whatever the database's
locale.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from jimu.formulas import characters, formats, regex
from jimu.formulas.limits import MAX_PADDING, MAX_TEXT
from jimu.formulas.tree import Call, Constant, Node
from jimu.storage.expressions.compiler import Condition, Element
from jimu.storage.expressions.postgresql import (
    BIG,
    INTEGER,
    NUMERIC,
    TEXT,
    PostgresqlCompiler,
    filled,
    function,
    number,
    operate,
    test,
    text,
    when,
    whole,
)
from jimu.storage.names import TRIGRAM_COLLATION

Builder = Callable[[PostgresqlCompiler, Call], Element]

_CASED = "[" + "".join(f"{chr(a)}-{chr(b)}" for a, b in characters.CASED_RANGES) + "]"
_TABLES = {
    name: ("".join(chr(c) for c in pairs if c > 127), "".join(chr(m) for c, m in pairs.items() if c > 127))
    for name, pairs in (("lower", characters.TO_LOWER), ("upper", characters.TO_UPPER))
}
_FORMATS = {"yyyy": "YYYY", "yy": "YY", "mm": "MM", "dd": "DD", "hh": "HH24", "mi": "MI", "ss": "SS", "q": "Q"}
_NOT_IN_TIMES = {"yyyy": "0000", "yy": "00", "mm": "00", "dd": "00", "q": "1"}


def cased(compiler: PostgresqlCompiler, name: str, value: Element) -> Element:
    """``lower`` or ``upper``: plain for texts without letters beyond ASCII that have case, else through a table."""
    before, after = _TABLES[name]

    def body(v: Element) -> Element:
        mapped = function("translate", v, text(before), text(after))
        plain = function(name, sa.collate(v, "C"))
        return sa.case((test(v, "~", text(_CASED)), function(name, sa.collate(mapped, "C"))), else_=plain)

    return compiler.let([value], body)


def _cased(name: str) -> Builder:
    return lambda compiler, node: cased(compiler, name, compiler.value(node.args[0]))


def _like(wrap: Callable[[str], str], general: Callable[[Element, Element], Condition]) -> Builder:
    """``contains`` and its kin: ILIKE with a constant, ``general`` on texts in small letters with anything else."""

    def build(compiler: PostgresqlCompiler, node: Call) -> Element:
        value, part = compiler.value(node.args[0]), node.args[1]
        found = compiler.known(part)
        if found is None:
            parts = [cased(compiler, "lower", value), cased(compiler, "lower", compiler.value(part))]
            return compiler.let(parts, general)
        if found.value is None:
            return sa.false()
        wanted = characters.lower(found.value)
        pattern = text(wrap("".join("\\" + c if c in "\\%_" else c for c in wanted)))
        if characters.folds_like_ascii(wanted):
            return sa.collate(value, TRIGRAM_COLLATION).ilike(pattern)
        return cased(compiler, "lower", value).like(pattern)

    return build


def _length_of(value: Element) -> Element:
    return function("char_length", value, type=INTEGER)


def _found_at(value: Element, part: Element) -> Element:
    return function("strpos", value, part, type=INTEGER)


def _is_at_start(value: Element, part: Element) -> Condition:
    return test(function("left", value, _length_of(part)), "=", part)


def _is_at_end(value: Element, part: Element) -> Condition:
    return test(function("right", value, _length_of(part)), "=", part)


def _position(compiler: PostgresqlCompiler, node: Call) -> Element:
    value, part = (cased(compiler, "lower", v) for v in compiler.values(node.args))
    return sa.cast(_found_at(value, part), NUMERIC)


def _trim(compiler: PostgresqlCompiler, node: Call) -> Element:
    return filled(function("btrim", compiler.value(node.args[0]), text(characters.WHITE_SPACE)))


def _length(compiler: PostgresqlCompiler, node: Call) -> Element:
    return sa.cast(sa.func.coalesce(_length_of(compiler.value(node.args[0])), whole(0)), NUMERIC)


def _cut(name: str) -> Builder:
    return lambda compiler, node: filled(function(name, compiler.value(node.args[0]), compiler.integer(node.args[1])))


def _mid(compiler: PostgresqlCompiler, node: Call) -> Element:
    value, start, length = node.args
    return filled(function("substr", compiler.value(value), compiler.integer(start, low=1), compiler.integer(length)))


def _replace(compiler: PostgresqlCompiler, node: Call) -> Element:
    def body(value: Element, old: Element, new: Element) -> Element:
        gone = operate(_length_of(value), "-", _length_of(function("replace", value, old, text(""))), BIG)
        times = operate(sa.cast(gone, BIG), "/", _length_of(old), BIG)
        growth = operate(times, "*", operate(_length_of(new), "-", _length_of(old), BIG), BIG)
        fits = test(operate(_length_of(value), "+", growth, BIG), "<=", sa.literal(MAX_TEXT, BIG))
        return sa.case((old.is_(None), value), (fits, filled(function("replace", value, old, new))))

    value, old, new = compiler.values(node.args)
    if compiler.is_nullable(node.args[2]):
        new = sa.func.coalesce(new, text(""), type_=TEXT)
    return compiler.let([value, old, new], body)


def _split_part(compiler: PostgresqlCompiler, node: Call) -> Element:
    value, separator = compiler.values(node.args[:2])
    index = compiler.integer(node.args[2], low=0, high=MAX_TEXT + 1)

    def body(n: Element) -> Element:
        return when(n.between(whole(1), whole(MAX_TEXT)), filled(function("split_part", value, separator, n)))

    return compiler.let([index], body)


def _concat(compiler: PostgresqlCompiler, node: Call) -> Element:
    parts = [
        sa.func.coalesce(v, text(""), type_=TEXT) if compiler.is_nullable(a) else v
        for a, v in zip(node.args, compiler.values(node.args), strict=True)
    ]
    joined = parts[0]
    for part in parts[1:]:
        joined = operate(joined, "||", part, TEXT)
    return filled(joined) if node.nullable else joined


def _join(compiler: PostgresqlCompiler, node: Call) -> Element:
    separator, *values = compiler.values(node.args)
    return filled(function("concat_ws", sa.func.coalesce(separator, text(""), type_=TEXT), *values))


def _padded(name: str) -> Builder:
    def build(compiler: PostgresqlCompiler, node: Call) -> Element:
        value, fill = compiler.value(node.args[0]), compiler.value(node.args[2])
        length = compiler.integer(node.args[1], high=MAX_PADDING)

        def body(v: Element, n: Element) -> Element:
            padded = function(name, v, function("greatest", n, _length_of(v), type=INTEGER), fill)
            return when(n.is_not(None), padded)

        return compiler.let([value, length], body)

    return build


def _repeat(compiler: PostgresqlCompiler, node: Call) -> Element:
    values = [compiler.value(node.args[0]), compiler.integer(node.args[1], high=MAX_PADDING)]

    def body(v: Element, n: Element) -> Element:
        size = operate(sa.cast(_length_of(v), BIG), "*", n, BIG)
        return when(test(size, "<=", sa.literal(MAX_TEXT, BIG)), filled(function("repeat", v, n)))

    return compiler.let(values, body)


def _number(compiler: PostgresqlCompiler, node: Call) -> Element:
    trimmed = function("btrim", compiler.value(node.args[0]), text(characters.WHITE_SPACE))
    pattern = text(r"^[+-]?[0-9]{1,30}(\.[0-9]{1,12})?$")
    return compiler.let([trimmed], lambda v: when(test(v, "~", pattern), sa.cast(v, NUMERIC)))


def _regex_match(compiler: PostgresqlCompiler, node: Call) -> Element:
    return test(compiler.value(node.args[0]), "~", text(regex.portable(_constant(node.args[1]))))


def _constant(node: Node) -> str:
    return str(node.value) if isinstance(node, Constant) else ""


def _number_text(compiler: PostgresqlCompiler, node: Call) -> Element:
    return sa.cast(function("trim_scale", compiler.value(node.args[0]), type=NUMERIC), TEXT)


def _number_format(compiler: PostgresqlCompiler, node: Call) -> Element:
    parts = formats.number_pattern(_constant(node.args[1]))
    if parts is None:
        return sa.cast(sa.null(), TEXT)
    value = compiler.value(node.args[0])
    if parts.percent:
        value = compiler.limited(operate(value, "*", number(100)), None)
    digits = (
        "FM" + ("999," * 20 if parts.grouped else "9" * 60) + "990" + ("." + "0" * parts.places if parts.places else "")
    )
    shown = function("to_char", function("round", value, whole(parts.places), type=NUMERIC), text(digits))
    return operate(shown, "||", text("%"), TEXT) if parts.percent else shown


def _boolean_text(compiler: PostgresqlCompiler, node: Call) -> Element:
    return sa.cast(compiler.value(node.args[0]), TEXT)


def _by_pattern(value: Element, pattern: str, constants: dict[str, str]) -> Element:
    """``value`` shown by ``pattern``, one to_char for each part; literals stay parameters."""
    shown: Element | None = None
    for is_part, piece in formats.day_pattern(pattern) or ():
        if is_part and piece not in constants:
            part = function("to_char", value, text(_FORMATS[piece]))
        else:
            part = text(constants.get(piece, piece) if is_part else piece)
        shown = part if shown is None else operate(shown, "||", part, TEXT)
    return sa.cast(sa.null(), TEXT) if shown is None else shown


def _date_text(compiler: PostgresqlCompiler, node: Call) -> Element:
    return function("to_char", compiler.value(node.args[0]), text("YYYY-MM-DD"))


def _date_format(compiler: PostgresqlCompiler, node: Call) -> Element:
    return compiler.let([compiler.value(node.args[0])], lambda v: _by_pattern(v, _constant(node.args[1]), {}))


def _moment_format(compiler: PostgresqlCompiler, node: Call) -> Element:
    pattern = _constant(node.args[1]) if len(node.args) > 1 else "yyyy-mm-dd hh:mi"
    local = compiler.local(compiler.value(node.args[0]))
    return compiler.let([local], lambda v: _by_pattern(v, pattern, {}))


def _time_text(compiler: PostgresqlCompiler, node: Call) -> Element:
    return sa.cast(compiler.value(node.args[0]), TEXT)


def _time_format(compiler: PostgresqlCompiler, node: Call) -> Element:
    def body(v: Element) -> Element:
        return when(v.is_not(None), _by_pattern(v, _constant(node.args[1]), _NOT_IN_TIMES))

    return compiler.let([compiler.value(node.args[0])], body)


def _big(value: int) -> Element:
    return sa.literal(value, BIG)


def _two_digits(value: Element) -> Element:
    return function("lpad", sa.cast(value, TEXT), whole(2), text("0"))


def _duration_text(compiler: PostgresqlCompiler, node: Call) -> Element:
    def body(v: Element) -> Element:
        total = function("abs", v, type=BIG)
        hours = sa.cast(operate(total, "/", _big(3600), BIG), TEXT)
        minutes = _two_digits(operate(operate(total, "/", _big(60), BIG), "%", _big(60), BIG))
        seconds = _two_digits(operate(total, "%", _big(60), BIG))
        sign = sa.case((test(v, "<", _big(0)), text("-")), else_=text(""))
        shown = operate(operate(operate(sign, "||", hours, TEXT), "||", text(":"), TEXT), "||", minutes, TEXT)
        return operate(operate(shown, "||", text(":"), TEXT), "||", seconds, TEXT)

    return compiler.let([compiler.value(node.args[0])], body)


def _texts_text(compiler: PostgresqlCompiler, node: Call) -> Element:
    return filled(function("array_to_string", compiler.value(node.args[0]), text(", ")))


def _includes(operator: str, every: bool) -> Builder:
    """List functions: array operators with constants, so that a GIN index can be used; ``= ANY`` with anything else."""

    def build(compiler: PostgresqlCompiler, node: Call) -> Element:
        value = compiler.value(node.args[0])
        known = [compiler.known(a) for a in node.args[1:]]
        if any(k is not None and k.value is None for k in known) and every:
            return sa.false()
        constants = [k.value for k in known if k is not None and k.value is not None]
        if all(k is not None for k in known):
            return test(value, operator, sa.literal(constants, pg.ARRAY(TEXT))) if constants else sa.false()
        each = [test(v, "=", sa.func.any(value)) for v in compiler.values(node.args[1:])]
        each = [sa.func.coalesce(e, sa.false()) for e in each]
        return sa.and_(*each) if every else sa.or_(*each)

    return build


def _count(compiler: PostgresqlCompiler, node: Call) -> Element:
    return sa.cast(
        sa.func.coalesce(function("cardinality", compiler.value(node.args[0]), type=INTEGER), whole(0)), NUMERIC
    )


TEXTS: dict[str, Builder] = {
    "upper": _cased("upper"),
    "lower": _cased("lower"),
    "trim": _trim,
    "len": _length,
    "left": _cut("left"),
    "right": _cut("right"),
    "mid": _mid,
    "position": _position,
    "replace": _replace,
    "split_part": _split_part,
    "contains": _like(lambda p: f"%{p}%", lambda t, p: test(_found_at(t, p), ">", whole(0))),
    "starts_with": _like(lambda p: f"{p}%", _is_at_start),
    "ends_with": _like(lambda p: f"%{p}", _is_at_end),
    "concat": _concat,
    "join": _join,
    "pad_left": _padded("lpad"),
    "pad_right": _padded("rpad"),
    "repeat": _repeat,
    "number": _number,
    "regex_match": _regex_match,
    "number_text": _number_text,
    "number_format": _number_format,
    "boolean_text": _boolean_text,
    "date_text": _date_text,
    "date_format": _date_format,
    "moment_format": _moment_format,
    "time_text": _time_text,
    "time_format": _time_format,
    "duration_text": _duration_text,
    "texts_text": _texts_text,
    "includes": _includes("@>", True),
    "includes_any": _includes("&&", False),
    "includes_all": _includes("@>", True),
    "count": _count,
}
