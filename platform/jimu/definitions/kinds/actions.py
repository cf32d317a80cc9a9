"""Actions: what configuration can have done to a record and around it. Automations are made of them, others share them.

An action is written as one key that says what (``set``, ``create``, ``notify`` …) with its details below. Values are
constants, or ``{formula: …}`` over the record that the action is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jimu.definitions.documents import Document, optional_text
from jimu.definitions.kinds.duration import Duration, parse_duration
from jimu.definitions.kinds.kind import Linking
from jimu.definitions.model import NO_TEXT, FieldDef
from jimu.definitions.reader import YamlMap
from jimu.diagnostics import Place
from jimu.fieldtypes.base import formula_type
from jimu.fieldtypes.kinds import Kind
from jimu.formulas.formula import Formula
from jimu.formulas.types import BOOLEAN
from jimu.messages import Text

USER = "user"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom something is for. ``kind``: owner, manager (of the owner), head (of the owner's department), creator, actor,
    field (of the record, naming users), role, department (code), user (e-mail address) or formula (users, or
    departments for their heads); ``name``: which.
    """

    kind: str
    name: str = ""
    formula: Formula | None = None


@dataclass(frozen=True, slots=True)
class ActionDef:
    """``kind``: set, create, update, delete, notify, webhook, call, convert, assign, approve, wait or refuse.

    ``object``: whose records are made or changed. ``values``: field -> constant or Formula. ``via``: how the records
    to be changed hang together with this one: the lookup here ("account") or there ("task.lead"). ``where``: which of
    these. ``name``: of the plugin's action, the conversion, the assignment rule or the approval flow. ``subject`` and
    ``text`` are templates by language. ``when``: only then.
    """

    kind: str
    object: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    via: str = ""
    where: Formula | None = None
    people: tuple[Person, ...] = ()
    subject: Mapping[str, Formula] = field(default_factory=dict)
    text: Mapping[str, Formula] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    name: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    after: Duration | None = None
    message: Text = NO_TEXT
    when: Formula | None = None
    source: Place = field(default_factory=Place)


Path = tuple[str | int, ...]


class ActionBuilder:
    """Builds the actions of one definition about records of ``object``."""

    def __init__(self, document: Document, linking: Linking, object: str) -> None:
        self.document, self.linking, self.object = document, linking, object

    def actions(self, path: Path, allowed: frozenset[str]) -> tuple[ActionDef, ...]:
        """Those listed under ``path``; kinds that are not ``allowed`` there are reported."""
        listed: Any = self.document.data
        for step in path:
            listed = listed[step] if isinstance(step, int) else listed.get(step, ())
        found = (self.action(raw, (*path, i), allowed) for i, raw in enumerate(listed))
        return tuple(action for action in found if action is not None)

    def action(self, raw: YamlMap, path: Path, allowed: frozenset[str]) -> ActionDef | None:
        kinds = [key for key in raw if key in _BUILDERS]
        if len(kinds) != 1:
            self.error("one_action", "An action says one thing that is done, such as set, create or notify.", path)
            return None
        kind = kinds[0]
        if kind not in allowed:
            self.error("action_here", "{kind} is not possible here, but {allowed}.", (*path, kind), kind=kind,
                       allowed=sorted(allowed))  # fmt: skip
            return None
        made = _BUILDERS[kind](self, raw[kind], (*path, kind))
        if made is None:
            return None
        when = self.formula(raw.get("if"), (*path, "if"), self.object)
        place = self.document.value_place(*path)
        return ActionDef(**{**made, "kind": kind, "when": when, "source": place})

    # --- parts --------------------------------------------------------------------------------------------------------

    def error(self, code: str, template: str, path: Path, **params: object) -> None:
        place = self.document.value_place(*path)
        self.linking.findings.error(code, template, params, place, self.document.address)

    def formula(self, source: Any, path: Path, object: str, expected: Any = BOOLEAN) -> Formula | None:
        if not isinstance(source, str):
            return None
        place = self.document.value_place(*path)
        return self.linking.linker.formula(source, object, expected, place, self.document.address)

    def field(self, name: str, object: str, path: Path) -> FieldDef | None:
        return self.linking.linker.check_field(name, object, self.document.value_place(*path), self.document.address)

    def check_object(self, name: str, path: Path) -> bool:
        place = self.document.value_place(*path)
        return self.linking.linker.check_object(name, place, self.document.address) is not None

    def values(self, written: YamlMap, path: Path, object: str) -> dict[str, Any]:
        """Field of ``object`` -> constant or formula over the record that the action is about."""
        found: dict[str, Any] = {}
        for name, value in written.items():
            place = self.document.key_place(*path, name)
            given = self.linking.linker.check_field(name, object, place, self.document.address)
            if given is None:
                continue
            if given.is_computed or (given.system and name not in ("owner", "record_type")):
                self.error("not_settable", "{field} cannot be set.", (*path, name), field=given.address)
            elif isinstance(value, YamlMap) and "formula" in value:
                at = (*path, name, "formula")
                formula = self.formula(value["formula"], at, self.object, formula_type(given))
                if formula is not None:
                    found[name] = formula
            elif self.is_option(value, given, (*path, name)):
                found[name] = value
        return found

    def is_option(self, value: Any, given: FieldDef, path: Path) -> bool:
        """Whether a constant is among the choices of a field that has some; a report if not."""
        if given.choices is None or value is None:
            return True
        known = {c.value for c in given.choices if not c.retired}
        place, address = self.document.value_place(*path), self.document.address
        for one in value if isinstance(value, list) else [value]:
            if one not in known:
                template = "{field} has no option {name}."
                self.linking.findings.unknown(
                    "unknown_option", template, str(one), place, address, known, field=given.address
                )
                return False
        return True

    def people(self, listed: Any, path: Path) -> tuple[Person, ...]:
        found = []
        for i, raw in enumerate(listed if isinstance(listed, list) else [listed]):
            at = (*path, i) if isinstance(listed, list) else path
            if isinstance(raw, str):
                found.append(Person(raw))
                continue
            kind, name = next(iter(raw.items()))
            if kind == "formula":
                place = self.document.value_place(*at, kind)
                said = self.linking.linker.formula(name, self.object, None, place, self.document.address)
                if said is not None and said.type.name not in ("reference", "references"):
                    self.error("not_a_user", "{field} does not point at a user.", (*at, kind), field=name)
                elif said is not None:
                    found.append(Person(kind, name, said))
            elif self.is_person(kind, str(name), (*at, kind)):
                found.append(Person(kind, str(name)))
        return tuple(found)

    def is_person(self, kind: str, name: str, path: Path) -> bool:
        if kind == "role":
            return self.linking.check_role(name, self.document.value_place(*path), self.document.address)
        if kind != "field":
            return True
        given = self.field(name, self.object, path)
        if given is not None and not (given.target == (USER,) and given.kind in (Kind.REFERENCE, Kind.REFERENCES)):
            self.error("not_a_user", "{field} does not point at a user.", path, field=given.address)
        return given is not None

    def template(self, written: Any, path: Path) -> dict[str, Formula]:
        """A text with {fields} in it, by language; '' is the language of a text that is for all."""
        if not written:
            return {}
        texts = written if isinstance(written, YamlMap) else {"": written}
        found: dict[str, Formula] = {}
        for language, text in texts.items():
            at = (*path, language) if language else path
            place = self.document.value_place(*at)
            formula = self.linking.linker.template(text, self.object, place, self.document.address)
            if formula is not None:
                found[language] = formula
        return found

    def duration(self, text: str, path: Path) -> Duration | None:
        found = parse_duration(text)
        if found is None:
            template = "A length of time is written like 2 workdays or 8 working hours; not {text}."
            self.error("bad_duration", template, path, text=text)
        return found

    def link(self, written: str, path: Path) -> tuple[str, str] | None:
        """The object whose records hang together with this one by ``written``, and the field that says so."""
        if "." not in written:
            given = self.field(written, self.object, path)
            if given is not None and len(given.target) != 1:
                self.error("not_a_lookup_here", "{field} does not point at one object.", path, field=given.address)
            return (given.target[0], written) if given is not None and len(given.target) == 1 else None
        object, name = written.split(".", 1)
        if not self.check_object(object, path):
            return None
        given = self.field(name, object, path)
        if given is None:
            return None
        if given.target and self.object not in given.target:
            self.error("not_pointing", "{field} does not point at {object}.", path, field=given.address,
                       object=self.object)  # fmt: skip
            return None
        return object, written


# --- one function per kind of action ----------------------------------------------------------------------------------

Made = dict[str, Any] | None


def _set(builder: ActionBuilder, raw: Any, path: Path) -> Made:
    return {"object": builder.object, "values": builder.values(raw, path, builder.object)}


def _create(builder: ActionBuilder, raw: Any, path: Path) -> Made:
    if not builder.check_object(raw["object"], (*path, "object")):
        return None
    return {"object": raw["object"], "values": builder.values(raw.get("values", {}), (*path, "values"), raw["object"])}


def _update(builder: ActionBuilder, raw: Any, path: Path) -> Made:
    link = builder.link(raw["via"], (*path, "via"))
    if link is None:
        return None
    object, via = link
    where = builder.formula(raw.get("where"), (*path, "where"), object)
    return {"object": object, "via": via, "where": where, "values": builder.values(raw["set"], (*path, "set"), object)}


def _delete(builder: ActionBuilder, raw: Any, path: Path) -> Made:
    return {"object": builder.object}


def _notify(builder: ActionBuilder, raw: Any, path: Path) -> Made:
    return {
        "people": builder.people(raw["to"], (*path, "to")),
        "subject": builder.template(raw["subject"], (*path, "subject")),
        "text": builder.template(raw.get("text"), (*path, "text")),
        "channels": tuple(raw.get("channels", ())),
    }


def _webhook(builder: ActionBuilder, raw: Any, path: Path) -> Made:
    return {
        "name": raw["url"],
        "values": _parameters(builder, raw.get("body", {}), (*path, "body")),
        "options": {"secret": raw.get("secret", "")},
    }


def _call(builder: ActionBuilder, raw: Any, path: Path) -> Made:
    return {"name": raw["action"], "values": _parameters(builder, raw.get("with", {}), (*path, "with"))}


def _parameters(builder: ActionBuilder, written: YamlMap, path: Path) -> dict[str, Any]:
    """Name -> constant or formula of any type."""
    found: dict[str, Any] = {}
    for name, value in written.items():
        if isinstance(value, YamlMap) and set(value) == {"formula"}:
            formula = builder.formula(value["formula"], (*path, name, "formula"), builder.object, None)
            if formula is not None:
                found[name] = formula
        else:
            found[name] = value
    return found


def _of_kind(kind: str, code: str) -> Callable[[ActionBuilder, Any, Path], Made]:
    """An action that names a definition of ``kind``."""

    def build(builder: ActionBuilder, raw: Any, path: Path) -> Made:
        known = builder.linking.manifest.all(kind)
        if raw not in known:
            place, address = builder.document.value_place(*path), builder.document.address
            template = "There is no {kind} called {name}."
            builder.linking.findings.unknown(code, template, str(raw), place, address, known, kind=kind)
            return None
        return {"name": str(raw)}

    return build


def _wait(builder: ActionBuilder, raw: Any, path: Path) -> Made:
    after = builder.duration(raw, path)
    return None if after is None else {"after": after}


def _refuse(builder: ActionBuilder, raw: Any, path: Path) -> Made:
    return {"message": optional_text({"message": raw}, "message")}


_BUILDERS: Mapping[str, Callable[[ActionBuilder, Any, Path], Made]] = {
    "set": _set,
    "create": _create,
    "update": _update,
    "delete": _delete,
    "notify": _notify,
    "webhook": _webhook,
    "call": _call,
    "convert": _of_kind("conversion", "unknown_conversion"),
    "assign": _of_kind("assignment", "unknown_assignment"),
    "approve": _of_kind("approval", "unknown_flow"),
    "wait": _wait,
    "refuse": _refuse,
}
KINDS_OF_ACTION = frozenset(_BUILDERS)


def formulas_of(action: ActionDef) -> Iterator[tuple[str, Formula]]:
    """Every formula of the action with the object that it is on."""
    given: list[object] = [action.when, *action.values.values(), *action.subject.values(), *action.text.values()]
    yield from (("", one) for one in given if isinstance(one, Formula))
    if action.where is not None:
        yield action.object, action.where
