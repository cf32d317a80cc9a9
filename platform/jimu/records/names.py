"""Names and formulas from outside, resolved against the manifest as the actor may see it.

A field that the actor may not read does not exist here: it is refused like a misspelt one, wherever it is named, also
at the end of a path over lookups and inside formula fields (which ``access`` counts as unreadable if their sources
are).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from jimu.access import action_allowed, readable_fields, record_filter
from jimu.access.actor import Actor
from jimu.access.fields import NONE, field_access
from jimu.access.per_manifest import PerManifest
from jimu.access.rights import rights_of
from jimu.access.scopes import all_of
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef
from jimu.diagnostics import Diagnostic, nearest
from jimu.errors import BadRequest, Problem
from jimu.fieldtypes import registry
from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Formula, Path, Symbol, check, types
from jimu.messages import Message
from jimu.records.masking import unmasked
from jimu.records.schema import build_schema
from jimu.storage.query import EVERYTHING, Filter, Sort, Where

_MOST_FORMULAS = 2_000
# Longer filters are refused before they are read; the language has its own limits on what it holds.
MAX_FORMULA_TEXT = 20_000


@dataclass
class ReadScope:
    """The names that actors of one set of roles may use in formulas (the ``formulas.Scope`` protocol)."""

    actor: Actor
    manifest: Manifest
    object: str = ""
    formulas: dict[tuple[str, str], tuple[Formula | None, tuple[Diagnostic, ...]]] = field(default_factory=dict)

    def find(self, object: str, name: str) -> Symbol | None:
        """Secrets are not there: a condition on what is stored of them would tell of it, guess by guess."""
        found = self.find_field(object, name)
        return build_schema(self.manifest).find(object, name) if found and found.type != "secret" else None

    def names(self, object: str) -> list[str]:
        known = self.manifest.objects.get(object)
        return [f.name for f in known.active_fields if self.find_field(object, f.name)] if known else []

    @property
    def calendars(self) -> Collection[str]:
        return self.manifest.all("calendar")

    def find_field(self, object: str, name: str) -> FieldDef | None:
        """The field if the actor may read it."""
        known = self.manifest.objects.get(object)
        if known is None or known.retired or not action_allowed(self.actor, self.manifest, object, "read"):
            return None
        found = known.fields.get(name)
        return found if found and name in readable_fields(self.actor, self.manifest, object) else None

    def check(self, object: str, source: str) -> tuple[Formula | None, tuple[Diagnostic, ...]]:
        """The checked condition; kept, since lists are asked for with the same filters again and again."""
        key = (object, source)
        known = self.formulas.get(key)
        if known is None:
            if len(self.formulas) >= _MOST_FORMULAS:
                self.formulas.clear()
            formula, diagnostics = check(source, self, object, types.BOOLEAN)
            known = self.formulas[key] = (formula, tuple(diagnostics))
        return known

    def find_path(self, object: str, path: Path) -> FieldDef | None:
        """The field at the end of ``path``; None if a step is unknown, unreadable or leads to no single object."""
        here: str | None = object
        found: FieldDef | None = None
        for name in path:
            found = self.find_field(here, name) if here else None
            if found is None:
                return None
            here = found.target[0] if len(found.target) == 1 and found.kind is Kind.REFERENCE else None
        return found


_Key = tuple[bool, frozenset[str], frozenset[str], frozenset[str] | None]
_scopes: PerManifest[dict[_Key, ReadScope]] = PerManifest(lambda manifest: {})


def scope_of(actor: Actor, manifest: Manifest) -> ReadScope:
    """The scope of the actor's roles."""
    known = _scopes.get(manifest)
    key = (actor.is_system, actor.roles, rights_of(actor, manifest), actor.scopes)
    found = known.get(key)
    if found is None:
        found = known[key] = ReadScope(actor, manifest)
    return found


@dataclass
class Names:
    """Resolves the parts of one request and collects what is wrong; ``require`` raises it all at once.

    ``passed``: objects that paths of the request lead through; ``used``: object → its fields that the request asks by.
    """

    actor: Actor
    manifest: Manifest
    object: str
    problems: list[Problem] = field(default_factory=list)
    suggestions: list[dict[str, Any]] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)
    used: dict[str, set[str]] = field(default_factory=dict)

    @property
    def scope(self) -> ReadScope:
        return scope_of(self.actor, self.manifest)

    def where(self, source: Any, parameter: str) -> Filter:
        """A filter from formula text (as the actor may see things) or from a layout's checked formula (taken as it
        is).
        """
        if source is None or source == "":
            return EVERYTHING
        if not isinstance(source, str):
            return Where(source)
        if len(source) > MAX_FORMULA_TEXT:
            self.add("too_long", Message("This filter is too long."), parameter)
            return EVERYTHING
        formula, diagnostics = self.scope.check(self.object, source)
        for found in diagnostics:
            self.add(found.code, found.message, parameter, found)
        if formula is None:
            return EVERYTHING
        if formula.python_only:
            self.add(
                "not_in_filters",
                Message("{function} cannot be used in filters.", {"function": formula.python_only}),
                parameter,
            )
            return EVERYTHING
        self.pass_through(formula.paths)
        return Where(formula, guarded=True)

    def order(self, names: Sequence[str], parameter: str = "order") -> list[Sort]:
        """Sorts from ``name``, ``-name``, ``lookup.name``; a lookup is sorted by the title of what it points at."""
        found = []
        for text in names:
            path = tuple(text.strip().removeprefix("-").split("."))
            field = self.path(path, parameter)
            if field is None:
                continue
            if field.kind is Kind.REFERENCE and field.name != "id":
                if len(field.target) != 1:
                    self.add(
                        "not_sortable", Message("Records cannot be sorted by {field}.", {"field": text}), parameter
                    )
                    continue
                path = (*path, "title")
                if self.scope.find_path(self.object, path) is None:
                    self.add(
                        "not_sortable", Message("Records cannot be sorted by {field}.", {"field": text}), parameter
                    )
                    continue
            elif not field.kind.is_sortable or field.type == "secret":
                self.add("not_sortable", Message("Records cannot be sorted by {field}.", {"field": text}), parameter)
                continue
            ways = _sorted_ways(path, field)
            self.pass_through(ways)
            found += [Sort(way, text.strip().startswith("-")) for way in ways]
        return found

    def path(self, path: Path, parameter: str) -> FieldDef | None:
        """The field at the end of ``path``, or a problem."""
        field = self.scope.find_path(self.object, path)
        if field is None:
            here, last = self.object, path[0]
            for name in path:
                last = name
                step = self.scope.find_field(here, name)
                if step is None or len(step.target) != 1:
                    break
                here = step.target[0]
            self.unknown(".".join(path), last, here, parameter)
        return field

    def fields(self, names: Sequence[str], parameter: str = "fields") -> tuple[str, ...]:
        """Own fields by name that the actor may read, in part at least."""
        levels = field_access(self.actor, self.manifest, self.object)
        for name in names:
            if levels.get(name, NONE) == NONE:
                self.unknown(name, name, self.object, parameter)
        return tuple(dict.fromkeys(names))

    def references(self, names: Iterable[str], parameter: str = "expand") -> list[FieldDef]:
        """Own readable references by name."""
        found = []
        for name in dict.fromkeys(names):
            field = self.scope.find_field(self.object, name)
            if field is None:
                self.unknown(name, name, self.object, parameter)
            elif field.kind not in (Kind.REFERENCE, Kind.REFERENCES):
                self.add("not_a_reference", Message("{field} does not point at records.", {"field": name}), parameter)
            else:
                found.append(field)
        return found

    def pass_through(self, paths: Iterable[Path]) -> None:
        """Note the objects that ``paths`` lead over, and the fields that are asked by."""
        for path in paths:
            here = self.object
            for step, name in enumerate(path):
                self.used.setdefault(here, set()).add(name)
                field = self.manifest.objects[here].fields.get(name)
                if step == len(path) - 1 or field is None or len(field.target) != 1:
                    break
                here = field.target[0]
                self.passed.add(here)

    def unmasked(self) -> Filter:
        """The records that the request may see by the fields that it uses: not those in which one is masked."""
        return unmasked(self.actor, self.manifest, self.object, self.used.get(self.object, ()))

    def guards(self) -> dict[str, Filter]:
        """Filters for the objects passed through: what the actor may not read looks blank from outside, too."""
        found = {name: self._guard(name) for name in self.passed}
        return {name: filter for name, filter in found.items() if filter != EVERYTHING}

    def _guard(self, object: str) -> Filter:
        rule = record_filter(self.actor, self.manifest, object)
        return all_of([rule, unmasked(self.actor, self.manifest, object, self.used.get(object, ()))])

    def unknown(self, text: str, name: str, object: str, parameter: str) -> None:
        near = nearest(name, self.scope.names(object))
        if near:
            message = Message("There is no field {field}. Did you mean {nearest}?", {"field": text, "nearest": near})
        else:
            message = Message("There is no field {field}.", {"field": text})
        self.add("unknown_field", message, parameter)
        self.suggestions.append({"parameter": parameter, "suggestion": near})

    def add(self, code: str, message: Message, parameter: str, found: Diagnostic | None = None) -> None:
        self.problems.append(Problem(code, message, parameter))
        if found is not None:
            self.suggestions.append(
                {
                    "parameter": parameter,
                    "line": found.place.line,
                    "column": found.place.column,
                    "suggestion": found.suggestion,
                }
            )

    def require(self) -> None:
        """Raises BadRequest with every problem found.

        ``details["places"]``: where in a formula, nearest right names.
        """
        if self.problems:
            raise BadRequest(
                Message("The request cannot be understood."), self.problems, {"places": self.suggestions}
            )


def _sorted_ways(path: Path, field: FieldDef) -> list[Path]:
    """By what records are sorted that are to be sorted by ``field``: names of people by the family name first."""
    type_ = registry.find(field.type) if len(field.parts) else None
    parts = type_.sorted_by if type_ is not None else ()
    return [(*path[:-1], f"{field.name}_{part}") for part in parts] or [path]
