"""Sharing rules: which records of an object are opened to whom beyond what their roles' scopes reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jimu.definitions.documents import Document, text_of
from jimu.definitions.kinds.kind import DefinitionKind, Linking
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef, Formula
from jimu.definitions.reader import YamlMap
from jimu.definitions.use import Use, fields_on
from jimu.diagnostics import Place
from jimu.fieldtypes.kinds import Kind
from jimu.formulas.types import BOOLEAN
from jimu.messages import Message, Text

USER = "user"
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a rule shares with. ``kind``: role, department, user, field or managers_of; ``name``: the role, the code of
    the department, the e-mail address, the field of the record that points at a user. ``below``: of a department also
    those under it. ``levels``: how many managers upwards (None: all).
    """

    kind: str
    name: str
    below: bool = False
    levels: int | None = None


@dataclass(frozen=True, slots=True)
class SharingDef:
    """Records of ``object`` for which ``when`` holds (None: all) are opened to ``recipients``. ``access``: read or
    edit.
    """

    name: str
    label: Text
    object: str
    when: Formula | None
    access: str
    recipients: tuple[Recipient, ...]
    help: Text = field(default_factory=lambda: Text({}))
    source: Place = field(default_factory=Place)


def build_sharing(document: Document, linking: Linking) -> SharingDef | None:
    data = document.data
    name = data.get("object", "")
    if not linking.linker.check_object(name, document.value_place("object"), document.address):
        return None
    target = linking.linker.objects[name]
    if target.owner == "parent" or target.system:
        template = "Records of {object} follow another record; share that one."
        linking.findings.error(
            "not_shareable", template, {"object": name}, document.value_place("object"), document.address
        )
        return None
    when = None
    if data.get("when"):
        when = linking.linker.formula(data["when"], name, BOOLEAN, document.value_place("when"), document.address)
        check_in_store(when, document, linking, "when")
    recipients = [
        found for i, raw in enumerate(data.get("with", ())) if (found := _recipient(raw, i, name, document, linking))
    ]
    return SharingDef(
        document.name,
        text_of(data, "label", document.name),
        name,
        when,
        data.get("access", "read"),
        tuple(recipients),
        Text.of(data["help"]) if data.get("help") else Text({}),
        document.place,
    )


def check_in_store(formula: Formula | None, document: Document, linking: Linking, key: str) -> None:
    """A rule on records is judged where they lie: a formula that only Python can compute is none."""
    if formula is not None and formula.python_only:
        linking.findings.error(
            "not_in_sql",
            "{function} cannot be used in filters.",
            {"function": formula.python_only},
            document.value_place(key),
            document.address,
        )


def _recipient(raw: YamlMap, number: int, object: str, document: Document, linking: Linking) -> Recipient | None:
    kind = next((k for k in ("role", "department", "user", "field", "managers_of") if k in raw), None)
    if kind is None:
        return None  # the schema has said so
    name, place = str(raw[kind]), document.value_place("with", number, kind)
    if kind == "role" and not linking.check_role(name, place, document.address):
        return None
    if kind in ("field", "managers_of") and not _points_at_user(name, object, place, document, linking):
        return None
    return Recipient(kind, name, bool(raw.get("below")), raw.get("levels"))


def _points_at_user(name: str, object: str, place: Place, document: Document, linking: Linking) -> bool:
    found: FieldDef | None = linking.linker.check_field(name, object, place, document.address)
    if found is None:
        return False
    if found.target == (USER,) and found.kind in (Kind.REFERENCE, Kind.REFERENCES):
        return True
    linking.findings.error(
        "not_a_user", "{field} does not point at a user.", {"field": found.address}, place, document.address
    )
    return False


def _uses(manifest: Manifest, rule: SharingDef) -> Iterator[Use]:
    source = f"sharing:{rule.name}"
    yield Use(rule.object, source, "shares", rule.source)
    if rule.when is not None:
        yield from (Use(a, source, "shares", rule.source) for a in fields_on(manifest, rule.object, rule.when.paths))
    for recipient in rule.recipients:
        if recipient.kind == "role":
            yield Use(f"role:{recipient.name}", source, "shares", rule.source)
        elif recipient.kind in ("field", "managers_of"):
            yield Use(f"{rule.object}.{recipient.name}", source, "shares", rule.source)


SHARING = DefinitionKind(
    "sharing", "objects/sharing", Message("sharing rule"), Message("Sharing rules"), build_sharing, _uses
)
