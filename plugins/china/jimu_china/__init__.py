"""What business in mainland China needs: two field types, one formula function, the tree of regions.

It uses the engine's public hooks alone, and so is an example of a plugin too (docs/plugins.md).
"""

from __future__ import annotations

from collections.abc import Mapping

from jimu.fieldtypes.base import FieldType
from jimu.fieldtypes.regions import RegionTree
from jimu.formulas.signature import FunctionDef
from jimu.hookspecs import hookimpl

from .capitals import AMOUNT_IN_CAPITALS
from .credit_code import UnifiedSocialCreditCode
from .regions import read_tree
from .resident_id import ResidentId
from .translations import TRANSLATIONS


@hookimpl
def jimu_field_types() -> tuple[FieldType, ...]:
    return UnifiedSocialCreditCode(), ResidentId()


@hookimpl
def jimu_formula_functions() -> tuple[FunctionDef, ...]:
    return (AMOUNT_IN_CAPITALS,)


@hookimpl
def jimu_region_trees() -> Mapping[str, RegionTree]:
    tree = read_tree()
    return {"CN": tree} if tree is not None else {}


@hookimpl
def jimu_translations() -> Mapping[str, Mapping[str, str]]:
    return TRANSLATIONS
