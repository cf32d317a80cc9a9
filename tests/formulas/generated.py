"""Hypothesis strategies: well-typed expressions out of everything in the registry, and records to try them on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Path
from jimu.formulas.builtin import FUNCTIONS
from jimu.formulas.operators import OPERATORS
from jimu.formulas.signature import Parameter, Signature
from tests.formulas.laboratory import columns

PIECES = [
    "a",
    "B",
    "é",
    "É",
    "ß",
    "Σ",
    "ς",
    "İ",
    "ı",
    "Ａ",
    "Ж",
    "积",
    "木",
    "%",
    "_",
    "\\",
    " ",
    "\u3000",
    "-",
    "1",
    "0",
    ".",
    "'",
    '"',
    "𝒳",
    "n\u0303",
]
FIELDS: dict[str, list[str]] = {}
for _path, _column in columns().items():
    FIELDS.setdefault(_column.symbol.type.name, []).append(".".join(_path))
FIELDS["texts"].append("user.roles")
FIELDS["text"].append("user.name")
FIELDS["number"].append("user.level")

CONSTANTS: dict[str, st.SearchStrategy[str]] = {
    "number": st.sampled_from(
        ["0", "1", "2", "3", "7", "-1", "-3", "0.5", "1.005", "0.001", "100", "1000000", "-2.5", "12345678901234567.89"]
    ),
    "text": st.lists(st.sampled_from(PIECES), max_size=4).map(lambda p: repr("".join(p))),
    "boolean": st.sampled_from(["True", "False"]),
    "date": st.sampled_from(
        ["today()", "date(2024, 2, 29)", "date(2023, 12, 31)", "date(1, 1, 1)", "date(9999, 12, 31)"]
    ),
    "datetime": st.sampled_from(["now()", "datetime(date(2024, 5, 6), time(8, 30))", "datetime(today())"]),
    "time": st.sampled_from(["time(9, 30)", "time(0, 0)", "time(23, 59, 59)"]),
    "duration": st.sampled_from(["hours(1.5)", "days(-2)", "seconds(0)", "minutes(90)"]),
}
REQUIRED: dict[tuple[str, str], list[str]] = {
    ("start_of", "unit"): ["'day'", "'week'", "'month'", "'quarter'", "'year'"],
    ("end_of", "unit"): ["'day'", "'week'", "'month'", "'quarter'", "'year'"],
    ("fiscal_year", "first_month"): ["1", "4", "12"],
    ("fiscal_quarter", "first_month"): ["1", "4", "12"],
    ("convert", "to"): ["'CNY'", "'JPY'"],
    ("is_workday", "calendar"): ["'shop'", "'nowhere'"],
    ("workdays_between", "calendar"): ["'shop'", "'nowhere'"],
    ("add_workdays", "calendar"): ["'shop'", "'nowhere'"],
    ("round", "digits"): ["0", "1", "2", "-2", "12", "-18"],
    ("regex_match", "pattern"): [
        "'[A-Z]?.*'",
        r"'\\d+(\\.\\d{1,2})?'",
        "'(a|é)+.?'",
        r"'[^\\s积]*'",
        r"'.{2,5}'",
        r"'\\w+-\\w+'",
    ],
    ("number_format", "pattern"): ["'0'", "'0.00'", "'#,##0.0'", "'0%'", "'#,##0.000%'"],
    ("date_format", "pattern"): ["'yyyy-mm-dd'", "'dd.mm.yy q'", "'hh:mi:ss'"],
    ("moment_format", "pattern"): ["'yyyy/mm/dd hh:mi:ss'", "'Q: q'"],
    ("time_format", "pattern"): ["'hh.mi'", "'ss yyyy-mm-dd q'"],
}
GENERIC = ("number", "text", "date", "datetime", "time", "duration")
TYPES = (*GENERIC, "boolean")

_BY_RESULT: dict[str, list[tuple[str, Signature]]] = {}
for _function in FUNCTIONS:
    for _signature in _function.signatures:
        if not _signature.python_only and _function.name not in ("if_", "case"):
            _BY_RESULT.setdefault(_signature.result, []).append((_function.name, _signature))
for _symbol, _signatures in OPERATORS.items():
    for _signature in _signatures:
        _BY_RESULT.setdefault(_signature.result, []).append((_symbol, _signature))


@st.composite
def expressions(draw: st.DrawFn, type: str, depth: int = 3) -> str:
    """A well-typed expression of ``type``, nested at most ``depth`` times."""
    if depth <= 0 or type in ("texts", "reference") or draw(st.integers(0, 5)) == 0:
        return draw(leaves(type))
    makers = [_call, _call, _call, _choice] + ([_logic, _logic] if type == "boolean" else [])
    return str(draw(draw(st.sampled_from(makers))(type, depth)))


@st.composite
def leaves(draw: st.DrawFn, type: str) -> str:
    options = [st.sampled_from(FIELDS[type])] * 3 if type in FIELDS else []
    if type in CONSTANTS:
        options.append(CONSTANTS[type])
    return draw(st.one_of(options))


@st.composite
def _call(draw: st.DrawFn, type: str, depth: int) -> str:
    known = _BY_RESULT.get(type, []) + (_BY_RESULT.get("T", []) if type in GENERIC else [])
    if not known:
        return draw(leaves(type))
    name, signature = draw(st.sampled_from(known))
    count = draw(st.integers(signature.least, signature.most if signature.most is not None else 3))
    args = [
        draw(_argument(signature, signature.parameter(i), type, depth))
        for i in range(max(count, 1) if signature.most is None else count)
    ]
    if name.startswith("unary"):
        return f"({name[-1]}{args[0]})"
    if not name[0].isalpha():
        return f"({args[0]} {name} {args[1]})"
    return f"{name}({', '.join(args)})"


@st.composite
def _argument(draw: st.DrawFn, signature: Signature, parameter: Parameter, type: str, depth: int) -> str:
    if parameter.constant:
        return draw(st.sampled_from(REQUIRED[(signature.key, parameter.name)]))
    if parameter.type == "T":
        wanted = type if signature.result == "T" else "number"
    elif parameter.type == "any":
        wanted = draw(st.sampled_from([*TYPES, "texts", "reference"]))
    else:
        wanted = parameter.type
    return draw(expressions(wanted, depth - 1))


@st.composite
def _choice(draw: st.DrawFn, type: str, depth: int) -> str:
    values = [draw(expressions(type, depth - 1)) for _ in range(3)]
    form = draw(st.integers(0, 3))
    if form == 0:
        return f"({values[0]} if {draw(expressions('boolean', depth - 1))} else {values[1]})"
    if form == 1:
        conditions = [draw(expressions(draw(st.sampled_from([*TYPES, "texts"])), depth - 1)) for _ in range(2)]
        otherwise = f", {values[2]}" if draw(st.booleans()) else ""
        return f"if_({conditions[0]}, {values[0]}, {conditions[1]}, {values[1]}{otherwise})"
    compared = draw(st.sampled_from(TYPES))
    parts = [draw(expressions(compared, depth - 1)) for _ in range(3)]
    otherwise = f", {values[2]}" if form == 2 else ""
    return f"case({parts[0]}, {parts[1]}, {values[0]}, {parts[2]}, {values[1]}{otherwise})"


@st.composite
def _logic(draw: st.DrawFn, type: str, depth: int) -> str:
    form = draw(st.integers(0, 6))
    if form == 0:
        return f"(not {draw(expressions(draw(st.sampled_from([*TYPES, 'texts'])), depth - 1))})"
    if form in (1, 2):
        word = " and " if form == 1 else " or "
        operands = [draw(expressions(draw(st.sampled_from([*TYPES, "reference"])), depth - 1)) for _ in range(2)]
        return f"({word.join(operands)})"
    if form == 3:
        kind = draw(st.sampled_from(TYPES))
        values = [draw(expressions(kind, depth - 1)) for _ in range(3)]
        return f"({values[0]} {draw(st.sampled_from(['in', 'not in']))} ({values[1]}, {values[2]}, None))"
    if form == 4:
        return f"({draw(expressions('text', depth - 1))} in {draw(leaves('texts'))})"
    if form == 5:
        kind = draw(st.sampled_from([*TYPES, "reference"]))
        return _compared(draw, kind, ["==", "!="], depth)
    return _compared(draw, draw(st.sampled_from(GENERIC)), ["<", "<=", ">", ">="], depth)


def _compared(draw: st.DrawFn, kind: str, operators: list[str], depth: int) -> str:
    if kind == "reference":
        left, right = draw(
            st.sampled_from([("owner", "user"), ("account.owner", "owner"), ("anything", "account"), ("owner", "None")])
        )
    else:
        left, right = (draw(expressions(kind, depth - 1)) for _ in range(2))
    return f"({left} {draw(st.sampled_from(operators))} {right})"


_DATES = st.one_of(
    st.dates(date(1999, 1, 1), date(2030, 12, 31)),
    st.sampled_from([date(1, 1, 1), date(9999, 12, 31), date(2024, 5, 6)]),
)
_TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=5),
    st.sampled_from(["new", "won", "12.50", "-0.5", "2024-02-29", "2023-02-29", "A-17"]),
)


def _units(bound: int, scale: int) -> st.SearchStrategy[Any]:
    units = st.one_of(st.integers(-300, 300), st.integers(-bound, bound), st.sampled_from([0, 1, -1, 5, bound, -bound]))
    return units.map(lambda u: Decimal(u).scaleb(-scale)) if scale else units


def _values(column: Any) -> st.SearchStrategy[Any]:
    kind, symbol = column.kind, column.symbol
    return {
        Kind.TEXT: st.sampled_from(symbol.choices) if symbol.choices else _TEXTS,
        Kind.DECIMAL: _units(10**symbol.digits - 1, column.scale),
        Kind.INTEGER: _units(10**symbol.digits - 1, 0),
        Kind.BOOLEAN: st.booleans(),
        Kind.DATE: _DATES,
        Kind.DATETIME: st.one_of(
            st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1)),
            st.sampled_from([datetime(2024, 5, 6, 16), datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999)]),
        ).map(lambda d: d.replace(tzinfo=UTC)),
        Kind.TIME: st.times().map(lambda t: t.replace(microsecond=0, fold=0)),
        Kind.DURATION: st.one_of(st.integers(-(10**6), 10**6), st.sampled_from([0, 10**13, -(10**13)])).map(
            lambda s: timedelta(seconds=s)
        ),
        Kind.REFERENCE: st.sampled_from([1, 7, 2**62]),
        Kind.TEXTS: st.lists(st.sampled_from([*PIECES, "sales", "a, b"]), min_size=1, max_size=3, unique=True),
    }[kind]


_COLUMN_VALUES = {path: st.one_of(st.none(), _values(c), _values(c)) for path, c in columns().items()}


def records(paths: Iterable[Path]) -> st.SearchStrategy[dict[Path, Any]]:
    """Records with values for ``paths``."""
    return st.fixed_dictionaries({path: _COLUMN_VALUES[path] for path in sorted(paths)})
