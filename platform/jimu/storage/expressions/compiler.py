"""What both databases have in common: walking the tree, logic with its two kinds of truth, blanks, inlined
formulas.

A boolean is compiled in one of two ways. ``condition`` is for WHERE and CASE WHEN: true exactly where the node is
true, while false may be NULL; so ``status = 'x'`` stays plain and can use an index. ``value`` is for everything
else: never NULL unless the node itself can be blank. ``denied`` is true exactly where the node is false.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa

from jimu.errors import TooLarge
from jimu.fieldtypes.kinds import Kind
from jimu.formulas.conversion import call, constant
from jimu.formulas.folding import evaluate_free, reads_record
from jimu.formulas.operators import EQUAL
from jimu.formulas.tree import Call, Constant, Field, Node, Shape
from jimu.formulas.types import BOOLEAN, Environment
from jimu.messages import Message
from jimu.storage.expressions.scope import Prefixed, SqlScope, SqlValue
from jimu.storage.schema import Column

Element = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]
MAX_INLINING = 20
MAX_WORK = 20_000


class NotInSql(Exception):
    """The formula has a function that only Python can compute; ``function`` is its name."""

    def __init__(self, function: str) -> None:
        super().__init__(f"{function}() has no SQL form")
        self.function = function


class Compiler:
    """Compiles nodes of one formula for one statement. Subclasses know how a database holds numbers, days and texts."""

    builders: ClassVar[dict[str, Callable[[Any, Call], Element]]] = {}

    def __init__(
        self, scope: SqlScope, environment: Environment, depth: int = 0, work: list[int] | None = None
    ) -> None:
        self.scope = scope
        self.environment = environment
        self.depth = depth
        # Values compiled so far, inlined formulas included: what is named twice in SQL is compiled twice.
        self.work = work if work is not None else [0]
        self._free: dict[int, tuple[Node, bool]] = {}

    # What a database decides.

    def bind(self, value: Any, node: Node) -> Element:
        """A parameter with ``value`` (None: a typed NULL), in the form that columns of the node's type have."""
        raise NotImplementedError

    def column(self, element: Element, column: Column, node: Field) -> Element:
        """A stored column as the value of ``node``."""
        raise NotImplementedError

    def fitted(self, node: Node, kind: Kind, scale: int) -> Element:
        """The node's value as a column of ``kind`` and ``scale`` holds it."""
        raise NotImplementedError

    def inlined(self, element: Element, column: Column, node: Field) -> Element:
        """What ``fitted`` gave for a virtual column, as the value of ``node``."""
        return element

    def compared(self, key: str, left: Node, right: Node) -> Condition:
        """``left key right``; NULL when one of them is blank."""
        raise NotImplementedError

    def same(self, left: Node, right: Node) -> Condition:
        """Equal, both blank included; never NULL."""
        raise NotImplementedError

    def fallback(self, node: Call) -> Element:
        """A function without a builder."""
        raise NotInSql(node.signature.name)

    def selected(self, node: Node) -> SqlValue:
        raise NotImplementedError

    def selected_column(self, node: Node, kind: Kind, scale: int) -> SqlValue:
        raise NotImplementedError

    def column_value(self, node: Node, kind: Kind, scale: int) -> Element:
        return self.fitted(node, kind, scale)

    # Leaves.

    def is_free(self, node: Node) -> bool:
        """Whether the node reads no record, so that Python can compute it now."""
        found = self._free.get(id(node))
        if found is None:
            # The node is kept with it: the id of one that is gone may be that of another.
            found = self._free[id(node)] = (node, not reads_record(node))
        return found[1]

    def known(self, node: Node) -> Constant | None:
        """The node as a constant, if it reads no record."""
        if isinstance(node, Constant):
            return node
        if not self.is_free(node):
            return None
        if isinstance(node, Call) and node.signature.python_only:
            raise NotInSql(node.signature.name)
        value = evaluate_free(node, self.environment)
        found = constant(value, node.offset, node.type)
        # The declared shape, not the value's: another moment or actor must not change the SQL.
        return Constant(node.type, node.offset, node.shape or found.shape, value is None, value)

    def is_nullable(self, node: Node) -> bool:
        found = self.known(node)
        return node.nullable if found is None else found.value is None

    def value(self, node: Node) -> Element:
        """The node's value; NULL is blank."""
        self.work[0] += 1
        if self.work[0] > MAX_WORK:
            raise TooLarge(
                Message("The formula is too complex for a database query; split it into stored formula fields.")
            )
        found = self.known(node)
        if found is not None:
            return self.bind(found.value, found)
        if isinstance(node, Field):
            return self.field(node)
        if not isinstance(node, Call):
            raise TypeError(node)
        if node.key in _LOGIC:
            return self.strict_boolean(_LOGIC[node.key](self, node), nullable=node.key not in ("is_blank", "not_blank"))
        if node.key in _CHOICES:
            return _CHOICES[node.key](self, node)
        element = self.built(node)
        if node.type == BOOLEAN and not node.nullable:
            return self.strict_boolean(element, nullable=any(self.is_nullable(a) for a in node.args))
        return element

    def built(self, node: Call) -> Element:
        builder = self.builders.get(node.key)
        return self.fallback(node) if builder is None else builder(self, node)

    def strict_boolean(self, element: Element, *, nullable: bool = True) -> Element:
        """Two-valued."""
        return sa.func.coalesce(element, sa.false()) if nullable else element

    def field(self, node: Field) -> Element:
        element, column = self.scope.column(node.path)
        if element is not None:
            return self.column(element, column, node)
        if column.expression is None:
            raise NotInSql(".".join(node.path))
        if self.depth >= MAX_INLINING:
            raise RecursionError(f"formula fields read one another too deeply: {'.'.join(node.path)}")
        inner = type(self)(Prefixed(self.scope, node.path[:-1]), self.environment, self.depth + 1, self.work)
        value = self.inlined(inner.fitted(column.expression.tree, column.kind, column.scale), column, node)
        if len(node.path) == 1:
            return value
        # A formula of a record that is not there is blank, whatever it would make of nothing but blanks.
        there, _ = self.scope.column((*node.path[:-1], "id"))
        return sa.case((there.is_not(None), value)) if there is not None else value

    # Logic.

    def condition(self, node: Node) -> Condition:
        """True exactly where the node is true; may be NULL where it is false."""
        found = self.known(node)
        if found is not None:
            return sa.true() if found.value else sa.false()
        if isinstance(node, Call):
            if node.key in _LOGIC:
                return _LOGIC[node.key](self, node)
            if node.key not in _CHOICES:
                return self.as_boolean(self.built(node))
        return self.as_boolean(self.value(node))

    def as_boolean(self, element: Element) -> Condition:
        return element

    def denied(self, node: Node) -> Condition:
        """True exactly where the node is not true."""
        if isinstance(node, Call) and not self.is_free(node):
            if node.key == "not":
                return self.condition(node.args[0])
            if node.key == "and":
                return sa.or_(*(self.denied(a) for a in node.args))
            if node.key == "or":
                return sa.and_(*(self.denied(a) for a in node.args))
            if node.key == "equal":
                return self._not_equal(node)
            if node.key == "not_equal":
                return self._equal(node)
            if node.key == "is_blank":
                return self._not_blank(node)
            if node.key == "not_blank":
                return self._is_blank(node)
            if node.key == "truth" and node.args[0].type.name not in ("boolean", "number", "duration"):
                return self._is_blank(node)
        return sa.not_(sa.func.coalesce(self.condition(node), sa.false()))

    def _and(self, node: Call) -> Condition:
        return sa.and_(*(self.condition(a) for a in node.args))

    def _or(self, node: Call) -> Condition:
        return sa.or_(*(self.condition(a) for a in node.args))

    def _not(self, node: Call) -> Condition:
        return self.denied(node.args[0])

    def _truth(self, node: Call) -> Condition:
        arg = node.args[0]
        if arg.type == BOOLEAN:
            return self.condition(arg)
        if arg.type.name in ("number", "duration"):
            zero = Constant(arg.type, arg.offset, Shape(0, 0), False, 0)
            return sa.and_(self.value(arg).is_not(None), sa.not_(self.compared("equal", arg, zero)))
        return self.value(arg).is_not(None)

    def _is_blank(self, node: Call) -> Condition:
        return self.value(node.args[0]).is_(None)

    def _not_blank(self, node: Call) -> Condition:
        return self.value(node.args[0]).is_not(None)

    def _equal(self, node: Call) -> Condition:
        left, right = node.args
        if self._is_null(left) or self._is_null(right):
            return self.value(right if self._is_null(left) else left).is_(None)
        if self.is_nullable(left) and self.is_nullable(right):
            return self.same(left, right)
        return self.compared("equal", left, right)

    def _not_equal(self, node: Call) -> Condition:
        left, right = node.args
        if self._is_null(left) or self._is_null(right):
            return self.value(right if self._is_null(left) else left).is_not(None)
        if self.is_nullable(left) or self.is_nullable(right):
            return sa.not_(self.same(left, right))
        return sa.not_(self.compared("equal", left, right))

    def _is_null(self, node: Node) -> bool:
        found = self.known(node)
        return found is not None and found.value is None

    def _ordered(self, node: Call) -> Condition:
        return self.order(node.key, *node.args)

    def order(self, key: str, left: Node, right: Node) -> Condition:
        if self._is_null(left) or self._is_null(right):
            return sa.false()
        return self.compared(key, left, right)

    def _between(self, node: Call) -> Condition:
        value, low, high = node.args
        return sa.and_(self.order("greater_equal", value, low), self.order("less_equal", value, high))

    def _in(self, node: Call) -> Condition:
        value, *items = node.args
        if value.type.name in ("text", "reference", "date") and items:
            known = [self.known(i) for i in items]
            if all(k is not None and k.value is not None for k in known) and not self._is_null(value):
                return self.value(value).in_(self.values(items))
        return (
            sa.or_(*(self._equal(call(EQUAL, [value, item], node.offset)) for item in items)) if items else sa.false()
        )

    def _in_references(self, node: Call) -> Condition:
        """The ids are the actor's own: one parameter, however many they are."""
        ids = evaluate_free(node.args[1], self.environment)
        return self.among(self.value(node.args[0]), sorted(ids)) if ids else sa.false()

    def among(self, element: Element, ids: Sequence[int]) -> Condition:
        """``element`` is one of ``ids``."""
        raise NotImplementedError

    # Choices.

    def _if(self, node: Call) -> Element:
        parts = list(node.args)
        otherwise = self.alike(parts.pop(), node) if len(parts) % 2 else self.bind(None, node)
        branches = [(self.condition(parts[i]), self.alike(parts[i + 1], node)) for i in range(0, len(parts), 2)]
        return sa.case(*branches, else_=otherwise)

    def _case(self, node: Call) -> Element:
        value, *parts = node.args
        otherwise = self.alike(parts.pop(), node) if len(parts) % 2 else self.bind(None, node)
        branches = []
        for index in range(0, len(parts), 2):
            match = self._equal(call(EQUAL, [value, parts[index]], node.offset))
            branches.append((match, self.alike(parts[index + 1], node)))
        return sa.case(*branches, else_=otherwise)

    def _coalesce(self, node: Call) -> Element:
        if len(node.args) == 1:
            return self.alike(node.args[0], node)
        return sa.func.coalesce(*(self.alike(a, node) for a in node.args))

    def alike(self, node: Node, whole: Node) -> Element:
        """The value of ``node`` in the form of ``whole``, of which it may become the value."""
        return self.value(node)

    def values(self, nodes: Sequence[Node]) -> list[Element]:
        return [self.value(n) for n in nodes]


_LOGIC: dict[str, Callable[[Compiler, Call], Condition]] = {
    "and": Compiler._and,
    "or": Compiler._or,
    "not": Compiler._not,
    "truth": Compiler._truth,
    "is_blank": Compiler._is_blank,
    "not_blank": Compiler._not_blank,
    "equal": Compiler._equal,
    "not_equal": Compiler._not_equal,
    "less": Compiler._ordered,
    "less_equal": Compiler._ordered,
    "greater": Compiler._ordered,
    "greater_equal": Compiler._ordered,
    "in": Compiler._in,
    "in_references": Compiler._in_references,
    "between": Compiler._between,
}
_CHOICES: dict[str, Callable[[Compiler, Call], Element]] = {
    "if": Compiler._if,
    "case": Compiler._case,
    "coalesce": Compiler._coalesce,
}
