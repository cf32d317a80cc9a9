"""The formula language: one safe Python-expression language for checks, formula fields, filters, conditions and
titles.

``check`` parses and types a source against a ``Scope`` and returns a ``Formula`` and diagnostics; ``evaluate`` runs
it in Python. ``storage.expressions`` compiles the same tree to SQL, with equal results. This package knows neither
SQL nor records nor field types: fields reach it as ``Symbol``, values through ``get(path)``.
"""

from jimu.formulas.check import check, check_template
from jimu.formulas.evaluate import evaluate, evaluate_reference, fit
from jimu.formulas.formula import Formula
from jimu.formulas.types import Environment, Path, Scope, Symbol, Type

__all__ = [
    "Environment",
    "Formula",
    "Path",
    "Scope",
    "Symbol",
    "Type",
    "check",
    "check_template",
    "evaluate",
    "evaluate_reference",
    "fit",
]
