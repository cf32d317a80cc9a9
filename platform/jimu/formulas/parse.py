"""From source to a Python syntax tree that holds nothing but what the language has; nothing is evaluated here."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import accumulate

from jimu.formulas.limits import MAX_CONSTANT, MAX_DEPTH, MAX_NODES, MAX_SOURCE, NUMBER_LIMIT, PLACES
from jimu.formulas.mistakes import report_syntax
from jimu.formulas.problems import Problems
from jimu.messages import Message

# What may stand in a formula. What is left out and why: Pow, shifts and bit operators (huge numbers), f-strings and
# comprehensions (unbounded work), lambdas, walrus, subscripts, await/yield (not expressions of values).
_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.Expression,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.BinOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.UAdd,
    ast.Compare,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.In,
    ast.NotIn,
    ast.IfExp,
    ast.Call,
    ast.Name,
    ast.Load,
    ast.Attribute,
    ast.Constant,
    ast.Tuple,
    ast.List,
    ast.Set,
)
_NAMES = {
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitAnd: "&",
    ast.BitXor: "^",
    ast.Invert: "~",
    ast.MatMult: "@",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.JoinedStr: "f'…'",
    ast.Lambda: "lambda",
    ast.Subscript: "[…]",
    ast.ListComp: "[… for …]",
    ast.SetComp: "{… for …}",
    ast.DictComp: "{… for …}",
    ast.GeneratorExp: "(… for …)",
    ast.Dict: "{…: …}",
    ast.NamedExpr: ":=",
    ast.Starred: "*…",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.YieldFrom: "yield from",
    ast.Slice: "[…:…]",
    ast.FormattedValue: "f'…'",
    ast.keyword: "name=…",
}
_HINTS = {
    ast.Is: Message("Write == None or is_blank(…)."),
    ast.IsNot: Message("Write != None or not_blank(…)."),
    ast.JoinedStr: Message("Put texts together with +."),
    ast.Pow: Message("Multiply instead."),
}


@dataclass(frozen=True)
class Parsed:
    """``body`` is the whitelisted tree. ``offset_of`` and ``text_of`` lead from its nodes back to the source."""

    source: str
    body: ast.expr
    code: str
    starts: tuple[int, ...]
    shift: int

    def offset_of(self, node: ast.AST, end: bool = False) -> int:
        line = getattr(node, "end_lineno" if end else "lineno", 1) or 1
        column = getattr(node, "end_col_offset" if end else "col_offset", 0) or 0
        start = self.starts[line - 1]
        text = self.code[start:]
        in_line = column if text[: column + 1].isascii() else len(text.encode()[:column].decode(errors="ignore"))
        return start + in_line - self.shift

    def text_of(self, node: ast.AST) -> str:
        return self.source[self.offset_of(node) : self.offset_of(node, end=True)]


def parse(source: str, problems: Problems) -> Parsed | None:
    """The whitelisted tree of ``source``; None when there is anything that does not belong to the language."""
    if len(source) > MAX_SOURCE:
        problems.add(
            "too_large", 0, "The formula has {size} characters; {most} are allowed.", size=len(source), most=MAX_SOURCE
        )
        return None
    if not source.strip():
        problems.add("syntax", 0, "The formula is empty.")
        return None
    # Parentheses around it let an expression run over several lines.
    code, shift = f"({source}\n)", 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code, mode="eval")
    except SyntaxError as error:
        report_syntax(error, source, problems)
        return None
    except (ValueError, MemoryError, RecursionError):
        problems.add("too_large", 0, "The formula is too deeply nested, or it has a character that is not allowed.")
        return None
    starts = (0, *accumulate(len(line) for line in code.split("\n")[:-1]))
    starts = tuple(start + index for index, start in enumerate(starts))
    parsed = Parsed(source, tree.body, code, starts, shift)
    return parsed if _is_allowed(parsed, problems) else None


def _is_allowed(parsed: Parsed, problems: Problems) -> bool:
    """Whether every node is on the whitelist and within the limits; every one that is not is reported."""
    before, count = len(problems.found), 0
    # Operators have no place of their own: they are reported at the expression around them.
    pending: list[tuple[ast.AST, int, ast.AST]] = [(parsed.body, 1, parsed.body)]
    while pending:
        node, depth, placed = pending.pop()
        count += isinstance(node, ast.expr)
        if depth > MAX_DEPTH or count > MAX_NODES:
            problems.add(
                "too_large",
                parsed.offset_of(placed),
                "The formula is nested too deeply; split it into formula fields."
                if depth > MAX_DEPTH
                else "The formula is too long; split it into formula fields.",
            )
            return False
        if not isinstance(node, _ALLOWED):
            _refuse(node, parsed.offset_of(placed), problems)
            continue
        if isinstance(node, ast.Constant):
            _check_constant(node, parsed, problems)
        for child in ast.iter_child_nodes(node):
            is_placed = isinstance(child, ast.expr | ast.keyword)
            pending.append((child, depth + isinstance(child, ast.expr), child if is_placed else node))
    return len(problems.found) == before


def _refuse(node: ast.AST, offset: int, problems: Problems) -> None:
    written = _NAMES.get(type(node), type(node).__name__)
    hint = _HINTS.get(type(node))
    problems.add("not_allowed", offset, "{what} cannot be used in a formula.", hint=hint, what=written)


def _check_constant(node: ast.Constant, parsed: Parsed, problems: Problems) -> None:
    at = parsed.offset_of(node)
    if isinstance(node.value, str):
        if len(node.value) > MAX_CONSTANT:
            problems.add("too_large", at, "A text in a formula has at most {most} characters.", most=MAX_CONSTANT)
        elif "\0" in node.value or any("\ud800" <= c <= "\udfff" for c in node.value):
            problems.add("not_allowed", at, "The text has a character that is not allowed.")
    elif isinstance(node.value, bytes | complex) or node.value is ...:
        problems.add("not_allowed", at, "{what} cannot be used in a formula.", what=parsed.text_of(node)[:20])
    elif isinstance(node.value, int | float) and number_of(node, parsed) is None:
        problems.add(
            "too_large", at, "A number has at most 60 digits before the point and {places} after it.", places=PLACES
        )


def number_of(node: ast.Constant, parsed: Parsed) -> int | Decimal | None:
    """The exact number that was written (never the binary float); None when it is too large or too fine."""
    if isinstance(node.value, int):
        return node.value if abs(node.value) < NUMBER_LIMIT else None
    try:
        value = Decimal(parsed.text_of(node).replace("_", ""))
    except InvalidOperation:
        return None
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > 400 or value >= NUMBER_LIMIT or exponent < -400:
        return None
    if value == int(value):
        return int(value)
    value = value.normalize()
    return value if -int(value.as_tuple().exponent) <= PLACES else None
