"""From the whitelisted Python tree to the typed tree of ``formulas.tree``. Collects problems; goes on where it can."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from jimu.diagnostics import nearest
from jimu.formulas import builtin, choosing
from jimu.formulas.comparison import check_choice, compare, membership
from jimu.formulas.conversion import call, constant, field_shape, truth
from jimu.formulas.folding import folded
from jimu.formulas.money import completed
from jimu.formulas.operators import AND, NOT, OPERATORS, OR
from jimu.formulas.overloads import check_constants, fitting, resolve
from jimu.formulas.parse import Parsed, number_of
from jimu.formulas.problems import Problems, Refused
from jimu.formulas.signature import REGISTRY
from jimu.formulas.tree import ActorField, Constant, Field, Node
from jimu.formulas.types import ACTOR_FIELDS, BLANK, TEXT, Scope, Symbol
from jimu.messages import Message

builtin.register_built_in()

MAX_STEPS = 6
_SYMBOLS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%"}
_HINTS = {
    frozenset({"text", "number"}): Message("Write text(…) around the number."),
    frozenset({"datetime", "number"}): Message("Write days(…) or hours(…) around the number."),
    frozenset({"text", "date"}): Message("Write text(…) around the day."),
}


@dataclass
class Checker:
    """Checks one parsed source that stands on ``object``."""

    parsed: Parsed
    scope: Scope
    object: str
    problems: Problems

    def check(self, node: ast.expr) -> Node:
        """The typed node. Raises Refused when something in it is wrong; all that is wrong has been added then."""
        methods: dict[type[ast.expr], Callable[..., Node]] = {
            ast.Constant: self.constant,
            ast.Name: self.path,
            ast.Attribute: self.path,
            ast.BinOp: self.binary,
            ast.UnaryOp: self.unary,
            ast.BoolOp: self.logical,
            ast.Compare: self.comparison,
            ast.IfExp: self.conditional,
            ast.Call: self.function,
        }
        method = methods.get(type(node))
        if method is None:
            raise self.problems.refuse(
                "not_allowed", self.parsed.offset_of(node), "A list can only stand to the right of in."
            )
        return method(node)

    def all(self, nodes: list[ast.expr]) -> list[Node]:
        """Every node, so that the problems of all are found."""
        found, refused = [], None
        for node in nodes:
            try:
                found.append(self.check(node))
            except Refused as error:
                refused = error
        if refused is not None:
            raise refused
        return found

    def constant(self, node: ast.Constant) -> Node:
        value, offset = node.value, self.parsed.offset_of(node)
        if isinstance(value, str):
            return constant(unicodedata.normalize("NFC", value) or None, offset, TEXT)
        if isinstance(value, bool) or value is None:
            return constant(value, offset)
        return constant(number_of(node, self.parsed), offset)

    def path(self, node: ast.Name | ast.Attribute) -> Node:
        steps: list[str] = []
        current: ast.expr = node
        while isinstance(current, ast.Attribute):
            steps.append(current.attr)
            current = current.value
        if not isinstance(current, ast.Name):
            raise self.problems.refuse(
                "not_allowed", self.parsed.offset_of(node), "Only fields have a .name, and only over lookups."
            )
        steps.append(current.id)
        steps.reverse()
        offset = self.parsed.offset_of(node)
        if steps[0] == "user":
            return self.actor_field(steps, offset)
        if len(steps) > MAX_STEPS:
            raise self.problems.refuse("too_large", offset, "A path has at most {most} steps.", most=MAX_STEPS)
        return self.field(steps, offset)

    def actor_field(self, steps: list[str], offset: int) -> Node:
        if len(steps) > 2:
            raise self.problems.refuse(
                "not_allowed", offset, "user has fields, but paths over its lookups are not supported."
            )
        name = steps[1] if len(steps) > 1 else "id"
        if name in ACTOR_FIELDS:
            found = Symbol(ACTOR_FIELDS[name])
            if found.type.name == "references":
                raise self.problems.refuse(
                    "not_allowed", offset, "user.{name} can only stand to the right of in.", name=name
                )
        else:
            found = self.symbol("user", name, offset + 5)
        return ActorField(found.type, offset, field_shape(found), True, name)

    def field(self, steps: list[str], offset: int) -> Node:
        owner, position, path = self.object, offset, []
        while True:
            name, steps = steps[0], steps[1:]
            if steps and not self._is_reference(owner, name) and self.scope.find(owner, f"{name}_{steps[0]}"):
                name, steps = f"{name}_{steps[0]}", steps[1:]  # a part of an address, a currency …
            symbol = self.symbol(owner, name, position)
            path.append(name)
            if not steps and symbol.type == BLANK:
                return constant(None, offset)
            if not steps:
                return Field(symbol.type, offset, field_shape(symbol), True, tuple(path), symbol)
            if symbol.type.name != "reference":
                raise self.problems.refuse(
                    "wrong_type", position, "{name} is not a lookup: it has no {step}.", name=name, step=steps[0]
                )
            if symbol.type.object is None:
                raise self.problems.refuse(
                    "wrong_type",
                    position,
                    "{name} may point at any object: its {step} is not known.",
                    name=name,
                    step=steps[0],
                )
            owner, position = symbol.type.object, position + len(name) + 1

    def _is_reference(self, owner: str, name: str) -> bool:
        found = self.scope.find(owner, name)
        return found is not None and found.type.name == "reference"

    def symbol(self, owner: str, name: str, offset: int) -> Symbol:
        found = self.scope.find(owner, name)
        if found is not None and found.readable:
            return found
        if name in REGISTRY.functions:
            raise self.problems.refuse("unknown_field", offset, "{name} is a function: write {name}(…).", name=name)
        known = self.scope.names(owner)
        raise self.problems.refuse(
            "unknown_field", offset, "{object} has no field {name}.", nearest(name, known), object=owner, name=name
        )

    def currency_of(self, amount: Field) -> Node | None:
        """What holds the currency code of a field of money; None where the field is none, or its code is fixed."""
        owner, (*way, last) = self.object, amount.path
        for step in way:
            found = self.scope.find(owner, step)
            owner = (found.type.object if found is not None else None) or ""
        companion = f"{last}_currency"
        return self.field([*way, companion], amount.offset) if self.scope.find(owner, companion) else None

    def binary(self, node: ast.BinOp) -> Node:
        left, right = self.all([node.left, node.right])
        written = _SYMBOLS[type(node.op)]
        found = fitting(OPERATORS[written], [left, right], days=False, offset=left.offset)
        if found is None:
            hint = _HINTS.get(frozenset({left.type.name, right.type.name}))
            raise self.problems.refuse(
                "wrong_type",
                right.offset,
                "{left} {operator} {right} has no meaning.",
                hint=hint,
                left=str(left.type),
                operator=written,
                right=str(right.type),
            )
        return found

    def unary(self, node: ast.UnaryOp) -> Node:
        offset = self.parsed.offset_of(node)
        operand = self.check(node.operand)
        if isinstance(node.op, ast.Not):
            return call(NOT, [truth(operand)], offset)
        written = "-" if isinstance(node.op, ast.USub) else "+"
        found = fitting(OPERATORS[f"unary {written}"], [operand], days=False, offset=offset)
        if found is not None and isinstance(operand, Constant):
            return folded(found)
        if found is None:
            raise self.problems.refuse(
                "wrong_type",
                offset,
                "{operator} has no meaning before {type}.",
                operator=written,
                type=str(operand.type),
            )
        return found

    def logical(self, node: ast.BoolOp) -> Node:
        operands = [truth(n) for n in self.all(node.values)]
        return call(AND if isinstance(node.op, ast.And) else OR, operands, operands[0].offset)

    def comparison(self, node: ast.Compare) -> Node:
        parts, left = [], self.check(node.left)
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                negated = isinstance(operator, ast.NotIn)
                if isinstance(right, ast.Tuple | ast.List | ast.Set):
                    parts.append(membership(left, self.all(right.elts), negated, self.problems))
                else:
                    parts.append(membership(left, self.listed(right), negated, self.problems))
                if len(node.ops) > 1:
                    raise self.problems.refuse("not_allowed", left.offset, "in cannot be part of a chain; use and.")
            else:
                checked = self.check(right)
                parts.append(compare(operator, left, checked, self.problems))
                left = checked
        return parts[0] if len(parts) == 1 else call(AND, parts, parts[0].offset)

    def listed(self, node: ast.expr) -> Node:
        """What stands to the right of in: there the people and departments of the actor may stand."""
        name = node.attr if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else ""
        if name in ACTOR_FIELDS and ACTOR_FIELDS[name].name == "references" and ast.unparse(node) == f"user.{name}":
            return ActorField(ACTOR_FIELDS[name], self.parsed.offset_of(node), None, True, name)
        return self.check(node)

    def conditional(self, node: ast.IfExp) -> Node:
        condition, then, otherwise = self.all([node.test, node.body, node.orelse])
        return choosing.choose([condition, then, otherwise], self.parsed.offset_of(node), self.problems)

    def function(self, node: ast.Call) -> Node:
        offset = self.parsed.offset_of(node)
        if not isinstance(node.func, ast.Name):
            raise self.problems.refuse("not_allowed", offset, "Values have no methods; see the list of functions.")
        found = REGISTRY.functions.get(node.func.id)
        if found is None:
            raise self.problems.refuse(
                "unknown_function",
                offset,
                "There is no function {name}.",
                nearest(node.func.id, REGISTRY.functions),
                name=node.func.id,
            )
        args = self.all(node.args)
        key = found.signatures[0].key
        if key == "convert":
            args = completed(args, self.currency_of, offset, self.problems)
        if key == "if":
            return choosing.choose(args, offset, self.problems)
        if key == "case":
            return choosing.case(args, offset, self.problems)
        if key in ("changed", "prior"):
            return choosing.earlier(found, args, offset, self.problems)
        if key in ("in", "between", "min", "max") and args:
            return check_constants(choosing.alike(found, args, offset, self.problems), self.problems)
        made = resolve(found, args, offset, self.problems)
        if key in ("includes", "includes_any", "includes_all"):
            for value in made.args[1:]:
                check_choice(made.args[0], value, self.problems)
        return made
