"""Formula fields and roll-ups: their kind, whether they are stored, and what they are computed from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jimu.definitions.documents import Document
from jimu.definitions.link.rollup_money import link_money
from jimu.definitions.model import FieldDef, RollupDef
from jimu.fieldtypes import registry
from jimu.fieldtypes.base import formula_type
from jimu.fieldtypes.formula import kind_of_formula
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.rollup import kind_of_rollup
from jimu.formulas.formula import Formula
from jimu.formulas.types import BOOLEAN, Type

if TYPE_CHECKING:
    from jimu.definitions.link.linker import Linker

# System fields whose values are settled before formulas are computed in a write.
_SETTLED = frozenset({"owner", "record_type"})


def link_formula(linker: Linker, field: FieldDef, document: Document) -> FieldDef | None:
    """The field with its formula, kind and scale; None when the formula is wrong (reported)."""
    place = document.value_place("fields", field.name, "formula")
    formula = linker.formula(field.options["formula"], field.object, _expected(field), place, field.address)
    if formula is None:
        return None
    if formula.uses_prior:
        linker.findings.error(
            "prior_in_field",
            "A formula field cannot ask for earlier values; checks and conditions can.",
            {},
            place,
            field.address,
        )
        return None
    if formula.python_only is not None:
        linker.findings.error(
            "not_in_sql",
            "{function} cannot be used in a formula field: the database cannot compute it.",
            {"function": formula.python_only},
            place,
            field.address,
        )
        return None
    kind, scale = kind_of_formula(formula.type, field.options.get("returns"), field.options.get("scale"))
    target = (formula.type.object,) if formula.type.object else ()
    return replace(
        field,
        formula=formula,
        kind=kind,
        scale=scale,
        target=target,
        read_only=True,
        stored=is_storable(linker, formula, kind),
        required=False,
    )


def _expected(field: FieldDef) -> Type | None:
    """The formula type that ``returns`` asks for."""
    declared = registry.find(field.options.get("returns") or "")
    if declared is None or field.kind in (Kind.REFERENCE, Kind.REFERENCES):
        return None
    return formula_type(field)


def is_storable(linker: Linker, formula: Formula, kind: Kind) -> bool:
    """Whether the value can be kept in a column: it changes only when its own record is written.

    That is so when it depends on nothing but the record's own stored fields. A roll-up changes with other records, so
    what reads one is computed when read.
    """
    if (
        not formula.deterministic
        or formula.uses_actor
        or formula.uses_clock
        or not formula.is_local
        or not kind.has_column
    ):
        return False
    for (name,) in formula.paths:
        read = linker.fields[formula.object].get(name)
        if (
            read is None
            or read.rollup is not None
            or read.type == "rollup"
            or not read.stored
            or not read.kind.has_column
        ):
            return False
        if read.system and name not in _SETTLED:
            return False
    return True


def link_rollup(linker: Linker, field: FieldDef, document: Document) -> FieldDef | None:
    """The roll-up with its source, kind and scale; None when it does not hold together (reported)."""
    options = field.options
    object_name, _, lookup_name = options["of"].partition(".")
    place = document.value_place("fields", field.name, "of")
    child = linker.check_object(object_name, place, field.address)
    lookup = linker.check_field(lookup_name, object_name, place, field.address) if child else None
    if child is None or lookup is None:
        return None
    if (
        lookup.kind is not Kind.REFERENCE
        or (lookup.target and field.object not in lookup.target)
        or lookup.formula is not None
    ):
        linker.findings.error(
            "rollup_lookup",
            "{lookup} does not point at {object}, so nothing can be rolled up over it.",
            {"lookup": lookup.address, "object": field.object},
            place,
            field.address,
        )
        return None
    source = _rolled_field(linker, field, object_name, document)
    if options["function"] != "count" and source is None:
        return None
    where = _where(linker, field, object_name, document)
    order_by = options.get("order_by")
    if (
        order_by
        and linker.check_field(
            order_by, object_name, document.value_place("fields", field.name, "order_by"), field.address
        )
        is None
    ):
        return None
    found = kind_of_rollup(options["function"], source.kind if source else None, source.scale if source else 0)
    if found is None or ("where" in options and where is None):
        if found is None and source is not None:
            linker.findings.error(
                "rollup_function",
                "{function} cannot be computed over {field}.",
                {"function": options["function"], "field": source.address},
                document.value_place("fields", field.name, "function"),
                field.address,
            )
        return None
    rollup = RollupDef(object_name, lookup_name, options["function"], source.name if source else None, where, order_by)
    if source is not None and options["function"] != "count":
        linked = link_money(linker, field, rollup, source, document)
        if linked is None:
            return None
        field, rollup = linked
    is_latest = options["function"] == "latest" and source is not None
    return replace(
        field,
        rollup=rollup,
        kind=found[0],
        scale=found[1],
        read_only=True,
        required=False,
        target=source.target if is_latest and source else (),
        choices=source.choices if is_latest and source else None,
    )


def _rolled_field(linker: Linker, field: FieldDef, object_name: str, document: Document) -> FieldDef | None:
    name = field.options.get("field")
    if not name:
        return None
    place = document.value_place("fields", field.name, "field")
    source = linker.check_field(name, object_name, place, field.address)
    if source is not None and (not source.stored or not source.kind.has_column):
        linker.findings.error(
            "rollup_not_own",
            "A roll-up reads only what {object} itself stores, and {name} is computed when read.",
            {"object": object_name, "name": name},
            place,
            field.address,
        )
        return None
    return source


def _where(linker: Linker, field: FieldDef, object_name: str, document: Document) -> Formula | None:
    """The condition of a roll-up. It may read only what the rolled-up record itself stores, or a change would go
    unnoticed.
    """
    source = field.options.get("where")
    if not source:
        return None
    place = document.value_place("fields", field.name, "where")
    formula = linker.formula(source, object_name, BOOLEAN, place, field.address)
    if formula is None:
        return None
    read = [f for path in formula.paths for f in linker.fields_on(object_name, path)]
    if not formula.is_local or not formula.deterministic or any(not f.stored for f in read):
        linker.findings.error(
            "rollup_not_own",
            "A roll-up's condition reads only what {object} itself stores: no lookups, no clock, no user.",
            {"object": object_name},
            place,
            field.address,
        )
        return None
    return formula
