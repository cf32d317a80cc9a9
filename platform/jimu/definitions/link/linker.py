"""The linker: types every formula over all objects at once, follows formula fields in the order they need each other.

A computed field is linked when the first formula asks for it, so the order is found by itself, and a field that is
asked for while it is being linked closes a cycle, which is reported with its path.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from jimu.definitions.documents import Document, Findings
from jimu.definitions.link.computed import link_formula, link_rollup
from jimu.definitions.model import FieldDef, ObjectDef, WorkspaceDef
from jimu.definitions.symbols import build_symbol
from jimu.diagnostics import Diagnostic, Place, nearest
from jimu.formulas import check, check_template
from jimu.formulas.formula import Formula
from jimu.formulas.types import BLANK, Path, Symbol, Type
from jimu.messages import Message

USER = "user"
"""The root of paths that start at the actor: ``user.department.name``."""


class Linker:
    """``fields`` is what stands so far: object -> name -> field; linked fields take the place of unlinked ones.

    ``compute_order``: object -> its stored formula fields, each after those it reads.
    ``broken``: fields that could not be built or linked; formulas that read them are not blamed for it. ``calendars``:
    the business calendars that formulas may name.
    """

    def __init__(
        self,
        objects: Mapping[str, ObjectDef],
        documents: Mapping[str, Document],
        findings: Findings,
        broken: set[tuple[str, str]],
        calendars: Collection[str] = (),
        workspace: WorkspaceDef | None = None,
    ) -> None:
        self.objects = objects
        self.documents = documents
        self.findings = findings
        self.broken = broken
        self.calendars = calendars
        self.currency = workspace.currency if workspace else ""
        self.currencies = workspace.currencies if workspace else ()
        self.fields = {name: dict(definition.fields) for name, definition in objects.items()}
        self.compute_order: dict[str, list[str]] = {name: [] for name in objects}
        self._linking: list[tuple[str, str]] = []
        self._linked: set[tuple[str, str]] = set()
        self._symbols: dict[tuple[str, str], Symbol] = {}

    # --- fields -------------------------------------------------------------------------------------------------------

    def link_computed_fields(self) -> None:
        for object_name, fields in self.fields.items():
            for name in list(fields):
                self.field(object_name, name)

    def field(self, object_name: str, name: str) -> FieldDef | None:
        """The field, linked if it is computed; None: there is none, or it is being linked just now (a cycle,
        reported).
        """
        field = self.fields.get(object_name, {}).get(name)
        if (
            field is None
            or field.type not in _LINKS
            or (object_name, name) in self._linked
            or (object_name, name) in self.broken
        ):
            return field
        key = (object_name, name)
        if key in self._linking:
            self._report_cycle(key)
            return None
        self._linking.append(key)
        linked = _LINKS[field.type](self, field, self.documents[object_name])
        self._linking.pop()
        if linked is None:
            self.broken.add(key)
            return field
        self.fields[object_name][name] = linked
        self._linked.add(key)
        if linked.formula is not None and linked.stored and not linked.retired:
            self.compute_order[object_name].append(name)
        return linked

    def _report_cycle(self, key: tuple[str, str]) -> None:
        path = [*self._linking[self._linking.index(key) :], key]
        names = [f"{object_name}.{name}" for object_name, name in path]
        field = self.fields[key[0]][key[1]]
        if key not in self.broken:
            self.findings.error(
                "formula_cycle",
                "These fields need each other in a circle: {path}.",
                {"path": " → ".join(names)},
                field.source,
                field.address,
            )
        self.broken.update(path)

    # --- formulas -----------------------------------------------------------------------------------------------------

    def formula(
        self, source: str, object_name: str, expected: Type | None, place: Place, address: str
    ) -> Formula | None:
        """The checked formula, or None with what is wrong reported."""
        formula, diagnostics = check(source, LinkScope(object_name, self), object_name, expected, place)
        return self._judged(formula, diagnostics, object_name, place, address)

    def template(self, source: str, object_name: str, place: Place, address: str) -> Formula | None:
        formula, diagnostics = check_template(source, LinkScope(object_name, self), object_name, place)
        return self._judged(formula, diagnostics, object_name, place, address)

    def _judged(
        self, formula: Formula | None, diagnostics: list[Diagnostic], object_name: str, place: Place, address: str
    ) -> Formula | None:
        self.findings.extend(d if d.address else replace(d, address=address) for d in diagnostics)
        if formula is None:
            return None
        for path in sorted(formula.paths):
            for field in self.fields_on(object_name, path):
                if field.retired:
                    self.findings.error(
                        "retired_field",
                        "{field} is retired and cannot be used.",
                        {"field": field.address},
                        place,
                        address,
                    )
        return formula

    def fields_on(self, object_name: str | None, path: Path) -> list[FieldDef]:
        """The fields that ``path`` goes over, as far as it can be followed."""
        found: list[FieldDef] = []
        if path and path[0] == USER and USER not in self.fields.get(object_name or "", {}):
            object_name, path = USER, path[1:]
        for step in path:
            field = self.field(object_name, step) if object_name else None
            if field is None:
                break
            found.append(field)
            object_name = field.target[0] if len(field.target) == 1 else None
        return found

    def check_path(self, source: str, object_name: str, place: Place, address: str) -> FieldDef | None:
        """The field at the end of the dotted ``source`` (account.industry) from ``object_name``, or None with a
        report.
        """
        at: str | None = object_name
        field: FieldDef | None = None
        for step in source.split("."):
            if at is None:
                self.findings.error(
                    "not_a_lookup",
                    "{field} does not point at one object, so {name} cannot be read over it.",
                    {"field": field.address if field else "", "name": step},
                    place,
                    address,
                )
                return None
            field = self.check_field(step, at, place, address)
            if field is None:
                return None
            at = field.target[0] if len(field.target) == 1 and field.kind.value == "reference" else None
        return field

    def check_field(self, name: str, object_name: str, place: Place, address: str) -> FieldDef | None:
        """The field called ``name``, or None with a report when there is none, or it is retired."""
        field = self.fields.get(object_name, {}).get(name)
        if field is None:
            self.findings.unknown(
                "unknown_field",
                "{object} has no field {name}.",
                name,
                place,
                address,
                self.names(object_name),
                object=object_name,
            )
            return None
        if field.retired:
            self.findings.error(
                "retired_field", "{field} is retired and cannot be used.", {"field": field.address}, place, address
            )
            return None
        return self.field(object_name, name) or field

    def check_object(self, name: str, place: Place, address: str) -> ObjectDef | None:
        """The object called ``name``, or None with a report when there is none, or it is retired."""
        found = self.objects.get(name)
        if found is None:
            message = Message("There is no object called {name}.", {"name": name})
            self.findings.extend(
                [Diagnostic("unknown_object", message, place, address, suggestion=nearest(name, self.objects))]
            )
        elif found.retired:
            self.findings.error(
                "retired_object", "{object} is retired and cannot be used.", {"object": name}, place, address
            )
            return None
        return found

    # --- the scope ----------------------------------------------------------------------------------------------------

    def symbol(self, object_name: str, name: str) -> Symbol | None:
        key = (object_name, name)
        found = self._symbols.get(key)
        if found is not None:
            return found
        exists = name in self.fields.get(object_name, {})
        field = self.field(object_name, name) if exists else None
        if not exists:
            return None
        if field is None or key in self.broken:
            return Symbol(BLANK)  # its own fault is reported already
        symbol = build_symbol(field)
        if field.type not in _LINKS or key in self._linked:
            self._symbols[key] = symbol
        return symbol

    def names(self, object_name: str) -> list[str]:
        return [name for name, field in self.fields.get(object_name, {}).items() if not field.retired]


@dataclass
class LinkScope:
    """``formulas.Scope`` over what the linker knows so far."""

    object: str
    linker: Linker

    def find(self, object: str, name: str) -> Symbol | None:
        return self.linker.symbol(object, name)

    def names(self, object: str) -> list[str]:
        return self.linker.names(object)

    @property
    def calendars(self) -> Collection[str]:
        return self.linker.calendars


_LINKS = {"formula": link_formula, "rollup": link_rollup}
