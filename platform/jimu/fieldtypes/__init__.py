"""Field types: what a value of each type is, and its ways in and out. One file per type.

Knows nothing of records, users, the store or HTTP. ``registry.get(name)`` gives the type of a field; its methods take
the field (any ``FieldSpec``) and a ``LoadContext`` or ``FormatContext``. A plugin adds types through the hook
``jimu_field_types``.
"""

from jimu.fieldtypes import builtin as builtin
from jimu.fieldtypes import registry
from jimu.fieldtypes.base import (
    FieldError,
    FieldSpec,
    FieldType,
    FormatContext,
    LoadContext,
    OptionProblem,
    PartSpec,
    PlainField,
    Resolved,
    formula_type,
    is_blank,
)
from jimu.fieldtypes.formula import kind_of_formula
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.rollup import kind_of_rollup

__all__ = [
    "FieldError",
    "FieldSpec",
    "FieldType",
    "FormatContext",
    "Kind",
    "LoadContext",
    "OptionProblem",
    "PartSpec",
    "PlainField",
    "Resolved",
    "decode_id",
    "encode_id",
    "formula_type",
    "is_blank",
    "kind_of_formula",
    "kind_of_rollup",
    "registry",
]
