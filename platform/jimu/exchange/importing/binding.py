"""An import step fitted to a file and an object: each column knows its field, and what does not fit is listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jimu.definitions.model import FieldDef, ObjectDef
from jimu.diagnostics import nearest
from jimu.errors import BadRequest, Problem
from jimu.exchange.importing.cells import CellReader
from jimu.exchange.importing.headers import is_importable, match_headers, nearest_header
from jimu.exchange.importing.lookups import Question, naming_field, question_for
from jimu.exchange.importing.row_formulas import RowScope
from jimu.exchange.importing.step import ColumnRule, ImportStep
from jimu.exchange.readers import TableFile
from jimu.fieldtypes import registry
from jimu.fieldtypes.base import FieldType, LoadContext
from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Formula
from jimu.messages import Message
from jimu.records import Context


@dataclass(frozen=True)
class Target:
    """A field that gets values. ``question`` is set for references, whose texts are resolved for a batch at once.

    ``composite``: the field whose map of parts this one belongs to, and the part's name in it.
    """

    field: FieldDef
    type: FieldType
    question: Question | None = None
    composite: tuple[str, str] | None = None
    is_self: bool = False
    create: bool = False

    @property
    def several(self) -> bool:
        return self.field.kind is Kind.REFERENCES


@dataclass(frozen=True)
class BoundColumn:
    position: int
    header: str
    reader: CellReader
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class BoundFormula:
    target: Target
    formula: Formula
    reader: CellReader


@dataclass(frozen=True)
class Binding:
    """``ignored``: headers that give nothing. ``headers_of``: field -> the header its value comes from, for
    messages.
    """

    step: ImportStep
    object: ObjectDef
    columns: tuple[BoundColumn, ...]
    formulas: tuple[BoundFormula, ...]
    constants: tuple[tuple[Target, Any], ...]
    scope: RowScope
    where: Formula | None
    distinct: tuple[int, ...]
    key: tuple[str, ...]
    ignored: tuple[str, ...]
    headers_of: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_id(self) -> bool:
        """Rows name the record itself, as exported files do."""
        return self.key == ("id",)


def bind(
    step: ImportStep,
    table: TableFile,
    context: Context,
    load: LoadContext,
    day_first: Mapping[str, bool | None] | None = None,
) -> Binding:
    """The binding; raises BadRequest with every problem of the mapping."""
    object = context.manifest.object(step.object)
    problems: list[Problem] = []
    rules, ignored = _rules(step, table, object, problems)
    scope = RowScope(table.headers)
    binder = _Binder(step, object, context, load, problems, day_first or {})
    columns = [binder.column(table.headers.index(header), header, rule) for header, rule in rules.items()]
    formulas = [binder.formula(name, source, scope) for name, source in step.formulas.items()]
    constants = [
        (target, value)
        for name, value in step.constants.items()
        if (target := binder.target(name, ColumnRule())) is not None
    ]
    where = scope.compile_condition(step.where, problems) if step.where else None
    distinct = [table.headers.index(h) for h in step.distinct if _known_header(h, table, problems)]
    key = step.key or (("id",) if "id" in binder.headers_of else ())
    _check_key(key, object, {*binder.headers_of, *step.formulas, *step.constants}, problems)
    if not any(c.targets for c in columns) and not formulas and not problems:
        problems.append(
            Problem(
                "nothing_mapped",
                Message(
                    "No column of {file} is called like a field of {object}. Say which is which with a map file.",
                    {"file": table.path.name, "object": object.plural},
                ),
            )
        )
    if problems:
        raise BadRequest(Message("The file and the mapping do not fit together."), problems)
    return Binding(
        step,
        object,
        tuple(columns),
        tuple(f for f in formulas if f),
        tuple(constants),
        scope,
        where,
        tuple(distinct),
        key,
        tuple(ignored),
        binder.headers_of,
    )


def _rules(
    step: ImportStep, table: TableFile, object: ObjectDef, problems: list[Problem]
) -> tuple[dict[str, ColumnRule], list[str]]:
    """Header -> rule for the columns that give values, and the headers that give none."""
    rules: dict[str, ColumnRule] = {}
    if step.columns is None:
        for header, name in match_headers(table.headers, object).items():
            if is_importable(object.fields[name]):
                rules[header] = ColumnRule((name,))
    else:
        for header, rule in step.columns.items():
            if rule is not None and _known_header(header, table, problems):
                rules[header] = rule
    return rules, [h for h in table.headers if h not in rules]


def _known_header(header: str, table: TableFile, problems: list[Problem]) -> bool:
    if header in table.headers:
        return True
    near = nearest_header(header, table.headers)
    text = "{file} has no column called “{header}”." + (" Did you mean “{near}”?" if near else "")
    problems.append(
        Problem("unknown_column", Message(text, {"file": table.path.name, "header": header, "near": near}), header)
    )
    return False


def _check_key(key: tuple[str, ...], object: ObjectDef, given: set[str], problems: list[Problem]) -> None:
    for name in key:
        if name not in object.fields:
            problems.append(_unknown_field(object, name))
        elif name not in given:
            problems.append(
                Problem("key_not_mapped", Message("No column gives the key field {field}.", {"field": name}), name)
            )
        elif not object.fields[name].kind.has_column or object.fields[name].kind is Kind.JSON:
            problems.append(Problem("bad_key", Message("{field} can not be a key.", {"field": name}), name))


def _unknown_field(object: ObjectDef, name: str) -> Problem:
    near = nearest(name, [f.name for f in object.active_fields if is_importable(f)])
    text = "{object} has no field called {field}." + (" Did you mean {near}?" if near else "")
    return Problem("unknown_field", Message(text, {"object": object.label, "field": name, "near": near}), name)


class _Binder:
    """Makes targets; what is wrong goes into ``problems``."""

    def __init__(
        self,
        step: ImportStep,
        object: ObjectDef,
        context: Context,
        load: LoadContext,
        problems: list[Problem],
        day_first: Mapping[str, bool | None],
    ) -> None:
        self.step, self.object, self.manifest = step, object, context.manifest
        self.load, self.problems, self.day_first = load, problems, day_first
        self.headers_of: dict[str, str] = {}

    def column(self, position: int, header: str, rule: ColumnRule) -> BoundColumn:
        targets = [t for name in rule.fields if (t := self.target(name, rule)) is not None]
        for target in targets:
            if target.field.name in self.headers_of:
                self.problems.append(
                    Problem(
                        "field_twice",
                        Message("The field {field} gets values from two columns.", {"field": target.field.name}),
                        header,
                    )
                )
            self.headers_of[target.field.name] = header
        return BoundColumn(position, header, self.reader(rule, header), tuple(targets))

    def formula(self, name: str, source: str, scope: RowScope) -> BoundFormula | None:
        target = self.target(name, ColumnRule())
        formula = scope.compile(source, name, self.problems)
        if target is None or formula is None:
            return None
        self.headers_of.setdefault(name, name)
        return BoundFormula(target, formula, self.reader(ColumnRule(), name))

    def reader(self, rule: ColumnRule, header: str) -> CellReader:
        return CellReader.of(rule, self.step.empty, self.step.dates, self.load, self.day_first.get(header))

    def target(self, name: str, rule: ColumnRule) -> Target | None:
        field = self.object.fields.get(name)
        if field is None or field.retired:
            self.problems.append(_unknown_field(self.object, name))
            return None
        if not is_importable(field):
            self.problems.append(
                Problem("not_writable", Message("{field} is computed; a file can not set it.", {"field": name}), name)
            )
            return None
        type_ = registry.get(field.type)
        if field.kind not in (Kind.REFERENCE, Kind.REFERENCES) or name == "id":
            return Target(field, type_, composite=self._composite(field))
        question = question_for(field, rule.match, self.manifest)
        self._check_match(question, name)
        if rule.create:
            self._check_create(question, name)
        return Target(field, type_, question, is_self=question.objects == (self.object.name,), create=rule.create)

    def _check_create(self, question: Question, name: str) -> None:
        """Records can be made where it is clear of which object and by which field they are called."""
        if len(question.objects) != 1 or naming_field(question, self.manifest) is None:
            message = Message("{field}: no record can be made of a text alone.", {"field": name})
            self.problems.append(Problem("cannot_create", message, name))

    def _composite(self, field: FieldDef) -> tuple[str, str] | None:
        whole = self.object.fields.get(field.part_of or "")
        if whole is None or whole.kind is not Kind.COMPOSITE:
            return None
        return whole.name, field.name.removeprefix(whole.name + "_")

    def _check_match(self, question: Question, name: str) -> None:
        if question.match is None:
            return
        for object in question.objects:
            if question.match not in self.manifest.object(object).fields:
                self.problems.append(
                    Problem(
                        "unknown_match",
                        Message(
                            "{field}: {object} has no field called {match}.",
                            {"field": name, "object": object, "match": question.match},
                        ),
                        name,
                    )
                )
