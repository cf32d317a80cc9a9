"""The built-in functions, offered through the same hook as a plugin's."""

from __future__ import annotations

from jimu.formulas.functions import days, logic, moments, numeric, records, shown, texts
from jimu.formulas.operators import LOGIC, OPERATORS
from jimu.formulas.signature import REGISTRY, FunctionDef
from jimu.hookspecs import hookimpl

FUNCTIONS: tuple[FunctionDef, ...] = (
    *texts.FUNCTIONS, *shown.FUNCTIONS, *numeric.FUNCTIONS, *days.FUNCTIONS, *moments.FUNCTIONS, *logic.FUNCTIONS,
    *records.FUNCTIONS,
)


@hookimpl
def jimu_formula_functions() -> tuple[FunctionDef, ...]:
    return FUNCTIONS


def register_built_in() -> None:
    """Fill the registry; harmless when done again."""
    REGISTRY.register(FUNCTIONS)
    for signature in (*(s for group in OPERATORS.values() for s in group), *LOGIC):
        REGISTRY.by_key.setdefault(signature.key, signature)


register_built_in()
