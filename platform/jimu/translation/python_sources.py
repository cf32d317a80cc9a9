"""Collecting templates from Python: what ``Message(…)`` may be called with, found without running anything.

A template is a literal, or comes from where it can be followed to one: ``a if x else b``, ``a + b``, a variable or
constant assigned from such, an entry of a dict of such. A function with a parameter named ``template`` that hands it to
``Message`` (a *forwarder*) is followed to its callers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

# Calls whose first argument is a template, and calls with a singular and a plural one.
SINGLE = frozenset({"Message", "_", "gettext"})
PLURAL = frozenset({"ngettext", "plural"})
PARAMETER = "template"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Template:
    """``text`` None: no literal could be found at ``line``."""

    text: str | None
    line: int
    plural: str = ""


@dataclass
class Module:
    name: str
    tree: ast.Module
    constants: dict[str, ast.expr] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    @property
    def floor(self) -> str:
        """The package that the module belongs to; methods are only followed within it."""
        return self.name.split("/")[0]


class PythonSources:
    """All modules of a package, so that constants and forwarders of one are known in the others."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.modules = [Module(name, ast.parse(text, name)) for name, text in texts.items()]
        self.constants: dict[str, ast.expr] = {}
        self.functions: dict[str, int] = {}
        self.methods: dict[tuple[str, str], int] = {}
        for module in self.modules:
            module.constants = dict(_assignments(module.tree.body))
            self.constants.update(module.constants)
            for node in ast.walk(module.tree):
                if isinstance(node, ast.ImportFrom):
                    module.known.update(alias.asname or alias.name for alias in node.names)
        # One that hands its template to another forwarder is one too.
        while sum(self._learn(module) for module in self.modules):
            continue

    def _learn(self, module: Module) -> bool:
        """Whether forwarders were found in ``module`` that were not known before."""
        before = len(self.functions) + len(self.methods)
        for node in ast.walk(module.tree):
            if not isinstance(node, Function) or (place := _template_place(node)) is None:
                continue
            if not self._forwards(node, module):
                continue
            if node in module.tree.body:
                module.known.add(node.name)
                self.functions[node.name] = place
            else:
                self.methods[module.floor, node.name] = place
        return len(self.functions) + len(self.methods) > before

    def _forwards(self, function: Function, module: Module) -> bool:
        """Whether the function makes a ``Message`` of its parameter, or has another make one."""
        for _, call in _calls(function, None):
            place = self._place(call, _called(call), module)
            given = _argument(call, place) if place is not None else None
            if given is not None and PARAMETER in {n.id for n in ast.walk(given) if isinstance(n, ast.Name)}:
                return True
        return False

    def templates(self, module: Module) -> Iterator[Template]:
        """Every template of one module."""
        for function, call in _calls(module.tree, None):
            name = _called(call)
            if name in PLURAL and len(call.args) >= 2:
                yield from self._plural(call)
                continue
            place = self._place(call, name, module)
            given = _argument(call, place) if place is not None else None
            if given is not None:
                yield from (Template(t, call.lineno) for t in self._texts(given, function, module, 0))

    def _place(self, call: ast.Call, name: str, module: Module) -> int | None:
        """Which argument of ``call`` is a template; None: it is no call that takes one."""
        if isinstance(call.func, ast.Name):
            if name in SINGLE:
                return 0
            return self.functions.get(name) if name in module.known else None
        receiver = getattr(call.func, "value", None)
        if isinstance(receiver, ast.Name) and receiver.id == "log":
            return None
        return self.methods.get((module.floor, name))

    def _plural(self, call: ast.Call) -> Iterator[Template]:
        one, many = call.args[0], call.args[1]
        if isinstance(one, ast.Constant) and isinstance(many, ast.Constant):
            yield Template(str(one.value), call.lineno, str(many.value))

    def _texts(self, node: ast.expr, function: Function | None, module: Module, depth: int) -> list[str | None]:
        """What ``node`` can be; [] if it is somebody else's to say: a forwarder's parameter, another's template."""
        def again(inner: ast.expr) -> list[str | None]:
            return self._texts(inner, function, module, depth + 1)

        if depth > 8:
            return [None]
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.IfExp():
                return again(node.body) + again(node.orelse)
            case ast.BinOp(op=ast.Add()):
                return [a + b if a is not None and b is not None else None
                        for a, b in product(again(node.left), again(node.right))]
            case ast.Dict():
                return [text for value in node.values for text in again(value)]
            case ast.Subscript(value=ast.Name() as table):
                return again(table)
            case ast.Call(func=ast.Attribute(value=ast.Name() as table, attr="get")):
                return again(table) + [text for default in node.args[1:] for text in again(default)]
            case ast.Attribute(attr="template"):
                return []
            case ast.Name(id=name):
                return self._named(name, function, module, again)
        return [None]

    def _named(
        self, name: str, function: Function | None, module: Module, again: Callable[[ast.expr], list[str | None]]
    ) -> list[str | None]:
        local = [value for n, value in _assignments(ast.walk(function)) if n == name] if function else []
        if local:
            return [text for value in local for text in again(value)]
        if function is not None and name == PARAMETER and _template_place(function) is not None:
            return []
        constant = module.constants.get(name) or self.constants.get(name)
        return again(constant) if constant is not None else [None]


def _calls(node: ast.AST, function: Function | None) -> Iterator[tuple[Function | None, ast.Call]]:
    """Every call below ``node``, with the function that it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield function, child
        yield from _calls(child, child if isinstance(child, Function) else function)


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _argument(call: ast.Call, place: int) -> ast.expr | None:
    named = next((k.value for k in call.keywords if k.arg == PARAMETER), None)
    if named is not None or place >= len(call.args) or isinstance(call.args[place], ast.Starred):
        return named
    return call.args[place]


def _template_place(function: Function) -> int | None:
    """At which position the function takes a template (``self`` does not count); None: it takes none."""
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    if names and names[0] in {"self", "cls"}:
        names = names[1:]
    return names.index(PARAMETER) if PARAMETER in names else None


def _assignments(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    for node in nodes:
        if isinstance(node, ast.Assign):
            yield from ((t.id, node.value) for t in node.targets if isinstance(t, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value
