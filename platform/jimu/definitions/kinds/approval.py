"""Approval flows: ``flows/approvals/<name>.yaml``. What they consist of lies in ``definitions.approvals``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from jimu.definitions.approvals.beside import shared_fields
from jimu.definitions.approvals.model import (
    Action,
    ApproverRule,
    EndNode,
    FlowDef,
    PeopleNode,
    SubFlowNode,
    WaitNode,
)
from jimu.definitions.approvals.reading import Path, read_flow
from jimu.definitions.approvals.verify import circles, verify
from jimu.definitions.documents import Document
from jimu.definitions.kinds.kind import DefinitionKind, Linking
from jimu.definitions.link.linker import LinkScope
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef
from jimu.definitions.money import Find, compared_in
from jimu.definitions.symbols import ObjectScope, build_symbol
from jimu.definitions.use import Use, fields_on
from jimu.diagnostics import Diagnostic, Place
from jimu.fieldtypes import registry
from jimu.formulas import check
from jimu.formulas.formula import Formula
from jimu.formulas.types import BOOLEAN, Symbol, Type
from jimu.messages import Message, Text

USER, DEPARTMENT, SUBMITTER = "user", "department", "submitter"


def _submitter(object: str) -> Symbol:
    kind = registry.get(USER).resolve({}).kind
    return build_symbol(FieldDef(SUBMITTER, object, USER, kind, Text({}), target=(USER,)))


class FlowScope(LinkScope):
    """The record's fields and, as ``submitter``, the user who asks for the approval."""

    def find(self, object: str, name: str) -> Symbol | None:
        return _submitter(object) if name == SUBMITTER and object == self.object else super().find(object, name)

    def names(self, object: str) -> list[str]:
        return [*super().names(object), *([SUBMITTER] if object == self.object else [])]


class FlowMaking:
    """Reads a document: formulas typed on its object, reports at their lines."""

    def __init__(self, document: Document, linking: Linking, object: str) -> None:
        self.document, self.linking, self.object = document, linking, object

    def place(self, path: Path) -> Place:
        return self.document.key_place(*path) if path else self.document.place

    def error(self, code: str, template: str, path: Path, **params: object) -> None:
        self.linking.findings.error(code, template, params, self.place_of(path), self.document.address)

    def place_of(self, path: Path) -> Place:
        """Of a node the line that names it, else where the value stands."""
        place = self.document.key_place if path[0] == "nodes" and len(path) < 3 else self.document.value_place
        return place(*path)

    def condition(self, source: str, path: Path) -> Formula | None:
        return self._formula(source, path, BOOLEAN)

    def people(self, source: str, path: Path) -> Formula | None:
        formula = self._formula(source, path, None)
        if formula is not None and (formula.type.name not in ("reference", "references") or
                                    formula.type.object not in (USER, DEPARTMENT)):  # fmt: skip
            self.error("not_people", "{field} does not point at users or departments.", path, field=source)
        return formula

    def value(self, source: str, path: Path) -> Formula | None:
        return self._formula(source, path, None)

    def _formula(self, source: str, path: Path, expected: Type | None) -> Formula | None:
        scope, place = FlowScope(self.object, self.linking.linker), self.document.value_place(*path)
        formula, diagnostics = check(str(source), scope, self.object, expected, place)
        self.linking.findings.extend(replace(d, address=self.document.address) for d in diagnostics)
        return formula


def build_approval(document: Document, linking: Linking) -> FlowDef | None:
    data = document.data
    object = data.get("object", "")
    if not linking.linker.check_object(object, document.value_place("object"), document.address):
        return None
    before = len(linking.findings.diagnostics)
    making = FlowMaking(document, linking, object)
    flow = read_flow(document.name, data, making)
    FlowLinks(making, flow).check()
    for finding in verify(flow):
        place = making.place_of(finding.path)
        linking.findings.extend([Diagnostic(finding.code, finding.message, place, document.address)])
    if len(linking.findings.diagnostics) > before and any(
        d.severity.value == "error" for d in linking.findings.diagnostics[before:]
    ):
        return None
    return replace(flow, version=version_of(data), data=data, money=money_compared(flow, linking.linker.fields))


Fields = Mapping[str, Mapping[str, FieldDef]]


def money_compared(flow: FlowDef, fields: Fields) -> tuple[str, ...]:
    """The amounts that the conditions of the flow compare."""
    found = [flow.trigger.when, *(b.when for n in flow.nodes.values() for b in getattr(n, "branches", ()))]
    return tuple(dict.fromkeys(name for f in found for name in compared_in(f, flow.object, _finder(fields))))


def _finder(fields: Fields) -> Find:
    return lambda object, name: fields.get(object, {}).get(name)


def version_of(data: Mapping[str, Any]) -> str:
    """Equal texts have equal versions, however they are laid out."""
    return sha256(repr(_plain(data)).encode()).hexdigest()[:16]


class Rereading:
    """Reads a version of a flow that was kept, against the configuration of today; it was judged when it was new."""

    def __init__(self, manifest: Manifest, object: str) -> None:
        self.manifest, self.object, self.problems = manifest, object, list[str]()

    def place(self, path: Path) -> Place:
        return Place()

    def error(self, code: str, template: str, path: Path, **params: object) -> None:
        self.problems.append(code)

    def condition(self, source: str, path: Path) -> Formula | None:
        return self._formula(source, BOOLEAN)

    def people(self, source: str, path: Path) -> Formula | None:
        return self._formula(source, None)

    value = people

    def _formula(self, source: str, expected: Type | None) -> Formula | None:
        formula, _ = check(str(source), _RunningScope(self.object, self.manifest.objects), self.object, expected)
        if formula is None:
            self.problems.append(str(source))
        return formula


class _RunningScope(ObjectScope):
    def find(self, object: str, name: str) -> Symbol | None:
        return _submitter(object) if name == SUBMITTER and object == self.object else super().find(object, name)


def _plain(data: Any) -> Any:
    if isinstance(data, Mapping):
        return sorted((str(k), _plain(v)) for k, v in data.items())
    return [_plain(v) for v in data] if isinstance(data, list) else data


class FlowLinks:
    """Whether what a flow names is there: fields, roles, calendars, objects, other flows."""

    def __init__(self, making: FlowMaking, flow: FlowDef) -> None:
        self.making, self.flow = making, flow
        self.document, self.linking = making.document, making.linking
        self.linker = making.linking.linker

    def check(self) -> None:
        data = self.document.data
        for i, name in enumerate((data.get("start") or {}).get("fields") or ()):
            self.field(name, ("start", "fields", i))
        for i, by in enumerate(self.flow.trigger.by):
            if by.startswith("role:"):
                self.role(by[5:], ("start", "by", i))
        for i, name in enumerate((data.get("sensitive") or {}).get("fields") or ()):
            self.field(name, ("sensitive", "fields", i))
        for key in ("on_submit", "on_withdraw", "on_revoke"):
            own = {"on_submit": self.flow.submit, "on_withdraw": self.flow.recall, "on_revoke": self.flow.revoked}[key]
            self.actions(own, (key,))
        self.rules(self.flow.admins, ("admins",))
        self.money()
        for node in self.flow.nodes.values():
            self.node(node, ("nodes", node.name))
        self.sub_flows()
        self.shared_fields()

    def shared_fields(self) -> None:
        """Fields that people of several branches may fill in at the same time."""
        for name, first, second in shared_fields(self.flow):
            template = "{field} is opened by {first} and by {second}, which run at the same time."
            place = self.document.key_place("nodes", second, "fields", name)
            params = {"field": name, "first": first, "second": second}
            self.linking.findings.warning("shared_field", template, params, place, self.document.address)

    def conditions(self) -> Iterator[tuple[Formula, Path]]:
        if isinstance(self.flow.trigger.when, Formula):
            yield self.flow.trigger.when, ("start", "when")
        for node in self.flow.nodes.values():
            for i, branch in enumerate(getattr(node, "branches", ())):
                if isinstance(branch.when, Formula):
                    yield branch.when, ("nodes", node.name, "branches", i, "when")

    def money(self) -> None:
        """Amounts of several currencies are compared only where it is said in which."""
        if self.flow.currency or self.flow.converts or len(self.linking.manifest.workspace.currencies) < 2:
            return
        for formula, path in self.conditions():
            for name in compared_in(formula, self.flow.object, _finder(self.linker.fields)):
                template = "{field} may be in several currencies: say which with currency: in the flow."
                self.making.error("money_currency", template, path, field=name)

    def node(self, node: Any, path: Path) -> None:
        if isinstance(node, PeopleNode):
            self.rules(node.approvers, (*path, "approvers"))
            self.rules(node.cc, (*path, "cc"))
            self.rules(node.on_empty.rules, (*path, "when_empty", "ask"))
            for name, level in node.fields.items():
                self.node_field(name, level, (*path, "fields", name))
            if node.deadline and node.deadline.calendar:
                self.calendar(node.deadline.calendar, (*path, "deadline", "calendar"))
        elif isinstance(node, EndNode):
            self.rules(node.cc, (*path, "cc"))
        self.rules(getattr(node, "people", ()), (*path, "people"))
        self.actions(getattr(node, "actions", ()), (*path, "actions"))
        if isinstance(node, WaitNode) and node.until:
            self.field(node.until, (*path, "until"))
        if isinstance(node, WaitNode) and node.calendar:
            self.calendar(node.calendar, (*path, "calendar"))
        if isinstance(node, SubFlowNode):
            self.sub_flow(node, path)

    def rules(self, rules: Iterable[ApproverRule], path: Path) -> None:
        for i, rule in enumerate(rules):
            at = (*path, i)
            for role in (rule.name if rule.kind == "role" else "", rule.until_role):
                if role:
                    self.role(role, at)
            for part in rule.range:
                if part.startswith("role:"):
                    self.role(part[5:], (*at, "from"))
            if rule.kind == "field":
                self.people_field(rule.name, (*at, "field"))
            elif rule.kind in ("manager", "head", "managers", "heads") and rule.of not in (SUBMITTER, "owner"):
                self.people_field(rule.of, at)

    def people_field(self, name: str, path: Path) -> None:
        field = self.field(name, path)
        if field is not None and not (field.target and set(field.target) <= {USER, DEPARTMENT}):
            self.making.error("not_people", "{field} does not point at users or departments.", path, field=name)

    def node_field(self, name: str, level: str, path: Path) -> None:
        object, dot, column = name.partition(".")
        if dot:
            field = self.column(object, column, path)
        else:
            field = self.field(name, path)
        if field is not None and level in ("edit", "required") and (field.is_computed or field.system):
            self.making.error("not_fillable", "{field} cannot be filled in.", path, field=name)

    def column(self, object: str, name: str, path: Path) -> FieldDef | None:
        """A field of lines: records of ``object``, which belong to the record under approval."""
        place, address = self.document.key_place(*path), self.document.address
        if not self.linker.check_object(object, place, address):
            return None
        fields = self.linker.fields.get(object, {}).values()
        if not any(f.type == "parent" and self.flow.object in f.target for f in fields):
            self.making.error("not_lines", "Records of {object} are no lines of this record.", path, object=object)
            return None
        return self.linker.check_field(name, object, place, address)

    def field(self, name: str, path: Path) -> FieldDef | None:
        return self.linker.check_field(name, self.flow.object, self.document.value_place(*path), self.document.address)

    def role(self, name: str, path: Path) -> None:
        self.linking.check_role(name, self.document.value_place(*path), self.document.address)

    def calendar(self, name: str, path: Path) -> None:
        if name not in self.linking.manifest.all("calendar"):
            self.making.error("unknown_calendar", "There is no business calendar called {name}.", path, name=name)

    def actions(self, actions: Iterable[Action], path: Path) -> None:
        for i, action in enumerate(actions):
            at = (*path, i)
            self.rules(action.rules, (*at, "notify"))
            object = action.object or self.flow.object
            if action.kind == "create" and not self.linker.check_object(
                object, self.document.value_place(*at, "create"), self.document.address
            ):
                continue
            below = "set" if action.kind == "set" else "with"
            for name in action.values:
                place = self.document.value_place(*at, below, name)
                self.linker.check_field(name, object, place, self.document.address)

    def sub_flow(self, node: SubFlowNode, path: Path) -> None:
        if node.flow not in self.linking.documents:
            self.linking.findings.unknown(
                "unknown_flow", "There is no approval flow called {name}.", node.flow,
                self.document.value_place(*path, "flow"), self.document.address, self.linking.documents,
            )  # fmt: skip
        if node.field:
            self.field(node.field, (*path, "field"))

    def sub_flows(self) -> None:
        links = {name: list(_same_record(d.data)) for name, d in self.linking.documents.items()}
        way = circles(links, self.flow.name)
        if way:
            template = "These flows start each other over the same record: {way}."
            self.making.error("flow_circle", template, ("nodes",), way=" → ".join(way))


def _same_record(data: Mapping[str, Any]) -> Iterator[str]:
    nodes = data.get("nodes")
    for node in nodes.values() if isinstance(nodes, Mapping) else ():
        if isinstance(node, Mapping) and node.get("type") == "sub_flow" and not (node.get("field") or node.get("each")):
            yield str(node.get("flow", ""))


def _uses(manifest: Manifest, flow: FlowDef) -> Iterator[Use]:
    source = f"approval:{flow.name}"
    yield Use(flow.object, source, "approval", flow.source)
    formulas = [flow.trigger.when]
    roles = {by[5:] for by in flow.trigger.by if by.startswith("role:")}
    names = set(flow.trigger.fields) | (flow.sensitive.fields if flow.sensitive else set())
    for node in flow.nodes.values():
        formulas += [b.when for b in getattr(node, "branches", ())]
        names |= {n for n in getattr(node, "fields", ()) if "." not in n}
        yield from (Use(n, source, "approval", flow.source) for n in getattr(node, "fields", ()) if "." in n)
        for rule in (*getattr(node, "approvers", ()), *getattr(node, "cc", ()), *getattr(node, "people", ())):
            formulas.append(rule.formula)
            roles |= {r for r in (rule.name if rule.kind == "role" else "", rule.until_role) if r}
            if rule.kind == "field":
                names.add(rule.name)
    for formula in formulas:
        if formula is not None:
            paths = [p for p in formula.paths if p[0] != SUBMITTER]
            yield from (Use(a, source, "approval", flow.source) for a in fields_on(manifest, flow.object, paths))
    yield from (Use(f"{flow.object}.{name}", source, "approval", flow.source) for name in sorted(names))
    yield from (Use(f"role:{role}", source, "approval", flow.source) for role in sorted(roles))


APPROVAL = DefinitionKind(
    "approval", "flows/approvals", Message("approval flow"), Message("Approval flows"), build_approval, _uses
)
