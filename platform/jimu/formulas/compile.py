"""The fast way to evaluate: the checked tree as one generated Python function, specialised by the types it has.

Only our own helper names, constants from a table and field paths as constants occur in the generated source: no text
that a person wrote. Every sub-expression is total, so the order of evaluation cannot be seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from jimu.formulas import numbers
from jimu.formulas.conversion import constant
from jimu.formulas.limits import NUMBER_LIMIT, PLACES
from jimu.formulas.shapes import decimal_places_of_inverse
from jimu.formulas.signature import Signature
from jimu.formulas.tree import ActorField, Call, Constant, Field, Node, walk
from jimu.formulas.types import BOOLEAN, DURATION, NUMBER, Environment, Path

# A number with so many digits is added and multiplied exactly by plain operators, whatever the context's 28 digits.
_PLAIN_DIGITS = 10**28
_COMPARISONS = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">="}


def compile_tree(tree: Node) -> Callable[[Callable[[Path], Any], Environment], Any]:
    """``tree`` as a function of ``get`` and the environment."""
    writer = _Writer()
    body = writer.function(tree)
    namespace: dict[str, Any] = {"__builtins__": {}, **writer.names}
    exec(compile(body, "<formula>", "exec"), namespace)  # noqa: S102 - our own source, made from the checked tree
    found: Callable[[Callable[[Path], Any], Environment], Any] = namespace["formula"]
    return found


@dataclass
class _Writer:
    names: dict[str, Any] = field(default_factory=dict)
    locals: dict[Path, str] = field(default_factory=dict)
    temporaries: int = 0

    def function(self, tree: Node) -> str:
        """The source of the whole function; fields that are read several times are read once, first."""
        uses = Counter(n.path for n in walk(tree) if isinstance(n, Field))
        lines = []
        for path, count in uses.items():
            if count > 1:
                self.locals[path] = name = f"v{len(self.locals)}"
                lines.append(f"    {name} = get({self.name_of(path)})")
        lines.append(f"    return {self.value(tree)}")
        return "def formula(get, environment):\n" + "\n".join(lines)

    def name_of(self, value: Any) -> str:
        """A global name that stands for ``value``."""
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name

    def temporary(self) -> str:
        self.temporaries += 1
        return f"t{self.temporaries}"

    def value(self, node: Node) -> str:
        """A Python expression for the node's value: a name, a call or something in brackets."""
        if isinstance(node, Constant):
            return self.constant(node)
        if isinstance(node, Field):
            return self.locals.get(node.path) or f"get({self.name_of(node.path)})"
        if isinstance(node, ActorField):
            return f"{self.name_of(actor_value)}(environment, {self.name_of(node.name)})"
        if not isinstance(node, Call):
            raise TypeError(node)
        special = getattr(self, f"on_{node.key}", None)
        written: str = special(node) if special else self.strict(node)
        return written

    def constant(self, node: Constant) -> str:
        value = node.value
        if value is None or isinstance(value, bool) or (isinstance(value, int) and 0 <= value < 10**9):
            return repr(value)
        return self.name_of(value)

    def strict(self, node: Call) -> str:
        """A call whose blank arguments make it blank, unless the signature takes blanks itself."""
        return self.guarded(node, lambda args: self.invoked(node.signature, args))

    def invoked(self, signature: Signature, args: list[str]) -> str:
        given = ["environment", *args] if signature.environment else args
        return f"{self.name_of(signature.evaluate)}({', '.join(given)})"

    def guarded(self, node: Call, build: Callable[[list[str]], str]) -> str:
        """``build`` of the arguments, behind tests that those which can be blank are not."""
        if node.signature.takes_blanks:
            return build([self.value(a) for a in node.args])
        tests, args = [], []
        for arg in node.args:
            written = self.value(arg)
            if not arg.nullable:
                args.append(written)
                continue
            if not written.isidentifier():
                name = self.temporary()
                written, test = name, f"({name} := {written}) is None"
            else:
                test = f"{written} is None"
            tests.append(test)
            args.append(written)
        result = build(args)
        return f"(None if {' or '.join(tests)} else {result})" if tests else result

    def _number(self, node: Call, operator: str, exact: Callable[..., Any], checked: Callable[..., Any]) -> str:
        shape = node.shape
        if shape is None:
            raise TypeError(node)
        sizes = [a.shape.bound for a in node.args if a.shape]
        product = operator == "*" and sum(a.shape.scale for a in node.args if a.shape) > PLACES
        if product or shape.bound >= NUMBER_LIMIT * 10**shape.scale:
            return self.guarded(node, lambda a: f"{self.name_of(checked)}({a[0]}, {a[1]})")
        if shape.bound < _PLAIN_DIGITS and all(size < _PLAIN_DIGITS for size in sizes):
            return self.guarded(node, lambda a: f"({a[0]} {operator} {a[1]})")
        return self.guarded(node, lambda a: f"{self.name_of(exact)}({a[0]}, {a[1]})")

    def on_number_add(self, node: Call) -> str:
        return self._number(node, "+", numbers.EXACT.add, numbers.add)

    def on_number_subtract(self, node: Call) -> str:
        return self._number(node, "-", numbers.EXACT.subtract, numbers.subtract)

    def on_number_multiply(self, node: Call) -> str:
        return self._number(node, "*", numbers.EXACT.multiply, numbers.multiply)

    def on_number_divide(self, node: Call) -> str:
        dividend, divisor = node.args
        if isinstance(divisor, Constant) and divisor.value and divisor.shape and dividend.shape and node.shape:
            places = decimal_places_of_inverse(divisor.shape.bound)
            if places is not None and dividend.shape.scale + places - divisor.shape.scale <= PLACES:
                factor = constant(numbers.inverse(divisor.value), divisor.offset)
                product = replace(node, args=(dividend, factor))
                return self._number(product, "*", numbers.EXACT.multiply, numbers.multiply)
        return self.guarded(node, lambda a: f"{self.name_of(numbers.quick_divide)}({a[0]}, {a[1]})")

    def on_equal(self, node: Call) -> str:
        return f"({self.value(node.args[0])} == {self.value(node.args[1])})"

    def on_not_equal(self, node: Call) -> str:
        return f"({self.value(node.args[0])} != {self.value(node.args[1])})"

    def _compared(self, node: Call) -> str:
        """Order: false when a side is blank."""
        tests, args = [], []
        for arg in node.args:
            written = self.value(arg)
            if arg.nullable:
                name = written if written.isidentifier() else self.temporary()
                tests.append(f"{name} is not None" if name is written else f"({name} := {written}) is not None")
                written = name
            args.append(written)
        tests.append(f"{args[0]} {_COMPARISONS[node.key]} {args[1]}")
        return f"({' and '.join(tests)})"

    on_less = on_less_equal = on_greater = on_greater_equal = _compared

    def on_and(self, node: Call) -> str:
        return self._joined(node, " and ")

    def on_or(self, node: Call) -> str:
        return self._joined(node, " or ")

    def _joined(self, node: Call, word: str) -> str:
        if all(not a.nullable for a in node.args):
            return f"({word.join(self.value(a) for a in node.args)})"
        return f"(True if {word.join(self.value(a) for a in node.args)} else False)"

    def on_not(self, node: Call) -> str:
        return f"(not {self.value(node.args[0])})"

    def on_truth(self, node: Call) -> str:
        arg = node.args[0]
        if arg.type in (BOOLEAN, NUMBER, DURATION):
            return f"(True if {self.value(arg)} else False)"
        return f"({self.value(arg)} is not None)" if arg.nullable else "True"

    def on_in(self, node: Call) -> str:
        items = node.args[1:]
        if all(isinstance(a, Constant) for a in items):
            found = frozenset(a.value for a in items if isinstance(a, Constant))
            return f"({self.value(node.args[0])} in {self.name_of(found)})"
        return f"({self.value(node.args[0])} in [{', '.join(self.value(a) for a in items)}])"

    def on_if(self, node: Call) -> str:
        parts = list(node.args)
        otherwise = self.value(parts.pop()) if len(parts) % 2 else "None"
        branches = [
            f"{self.value(parts[i + 1])} if {self.value(parts[i])} else" for i in range(0, len(parts), 2)
        ]
        return f"({' '.join(branches)} {otherwise})"

    def on_case(self, node: Call) -> str:
        value, *parts = node.args
        otherwise = self.value(parts.pop()) if len(parts) % 2 else "None"
        name = self.temporary()
        branches = [
            f"{self.value(parts[i + 1])} if {name} == {self.value(parts[i])} else" for i in range(0, len(parts), 2)
        ]
        branches[0] = branches[0].replace(f"if {name} ==", f"if ({name} := {self.value(value)}) ==", 1)
        return f"({' '.join(branches)} {otherwise})"

    def on_coalesce(self, node: Call) -> str:
        *firsts, last = node.args
        written = ""
        for arg in firsts:
            if not arg.nullable:
                return f"({written}{self.value(arg)})"
            name = self.temporary()
            written += f"{name} if ({name} := {self.value(arg)}) is not None else "
        return f"({written}{self.value(last)})"

    def on_is_blank(self, node: Call) -> str:
        if not node.args[0].nullable:
            return "False"
        return f"({self.value(node.args[0])} is None)"

    def on_not_blank(self, node: Call) -> str:
        if not node.args[0].nullable:
            return "True"
        return f"({self.value(node.args[0])} is not None)"

    def on_concat(self, node: Call) -> str:
        parts = [self.value(a) if not a.nullable else f"({self.value(a)} or '')" for a in node.args]
        joined = " + ".join(parts)
        return f"({joined} or None)" if node.nullable else f"({joined})"


def actor_value(environment: Environment, name: str) -> Any:
    return None if environment.user is None else environment.user.get(name)
