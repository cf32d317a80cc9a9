"""The built-in functions, offered through the same hook as a plugin's."""

from __future__ import annotations

from jimu.formulas.functions import days, logic, moments, money, numeric, records, shown, texts, working
from jimu.formulas.operators import LOGIC, OPERATORS
from jimu.formulas.signature import REGISTRY, FunctionDef, Signature
from jimu.hookspecs import hookimpl

FUNCTIONS: tuple[FunctionDef, ...] = (
    *texts.FUNCTIONS, *shown.FUNCTIONS, *numeric.FUNCTIONS, *money.FUNCTIONS, *days.FUNCTIONS, *working.FUNCTIONS,
    *moments.FUNCTIONS, *logic.FUNCTIONS, *records.FUNCTIONS,
)

# What the SQL compilers know; a function of a plugin is known to them by the SQL builder that it brings.
KEYS = frozenset(
    s.key for s in (*(s for f in FUNCTIONS for s in f.signatures), *(s for g in OPERATORS.values() for s in g), *LOGIC)
)


def has_sql(signature: Signature) -> bool:
    """Whether both databases can compute it."""
    return not signature.python_only and (signature.key in KEYS or signature.postgresql is not None)


@hookimpl
def jimu_formula_functions() -> tuple[FunctionDef, ...]:
    return FUNCTIONS


def register_built_in() -> None:
    """Fill the registry; harmless when done again."""
    REGISTRY.register(FUNCTIONS)
    for signature in (*(s for group in OPERATORS.values() for s in group), *LOGIC):
        REGISTRY.by_key.setdefault(signature.key, signature)


register_built_in()
