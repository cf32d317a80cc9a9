"""Restriction rules: a condition that records must meet for whom the rule is for, whatever else opens them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jimu.definitions.documents import Document, text_of
from jimu.definitions.kinds.kind import DefinitionKind, Linking
from jimu.definitions.kinds.sharing import check_in_store
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import Formula
from jimu.definitions.use import Use, fields_on
from jimu.diagnostics import Place
from jimu.formulas.types import BOOLEAN
from jimu.messages import Message, Text

ACTIONS = ("read", "create", "update", "delete", "purge", "export", "share")


@dataclass(frozen=True, slots=True)
class RestrictionDef:
    """Of ``object`` only records for which ``only`` holds may be read, changed … (``actions``). ``roles`` are those to
    whom it applies (none: everyone), ``exempt`` those whose holders it leaves alone.
    """

    name: str
    label: Text
    object: str
    only: Formula
    actions: frozenset[str] = frozenset(ACTIONS)
    roles: frozenset[str] = frozenset()
    exempt: frozenset[str] = frozenset()
    help: Text = field(default_factory=lambda: Text({}))
    source: Place = field(default_factory=Place)

    def applies_to(self, roles: frozenset[str]) -> bool:
        """Whether it holds for somebody with these roles."""
        return not (roles & self.exempt) and (not self.roles or bool(roles & self.roles))


def build_restriction(document: Document, linking: Linking) -> RestrictionDef | None:
    data, address = document.data, document.address
    name = data.get("object", "")
    if not linking.linker.check_object(name, document.value_place("object"), address):
        return None
    only = linking.linker.formula(data.get("only", ""), name, BOOLEAN, document.value_place("only"), address)
    check_in_store(only, document, linking, "only")
    if only is None:
        return None
    roles = {
        key: frozenset(
            role
            for i, role in enumerate(data.get(key, ()))
            if linking.check_role(role, document.value_place(key, i), address)
        )
        for key in ("for", "except")
    }
    return RestrictionDef(
        document.name,
        text_of(data, "label", document.name),
        name,
        only,
        frozenset(data.get("actions") or ACTIONS),
        roles["for"],
        roles["except"],
        Text.of(data["help"]) if data.get("help") else Text({}),
        document.place,
    )


def _uses(manifest: Manifest, rule: RestrictionDef) -> Iterator[Use]:
    source = f"restriction:{rule.name}"
    yield Use(rule.object, source, "restricts", rule.source)
    yield from (Use(a, source, "restricts", rule.source) for a in fields_on(manifest, rule.object, rule.only.paths))
    yield from (Use(f"role:{r}", source, "restricts", rule.source) for r in sorted(rule.roles | rule.exempt))


RESTRICTION = DefinitionKind(
    "restriction",
    "objects/restrictions",
    Message("restriction rule"),
    Message("Restriction rules"),
    build_restriction,
    _uses,
)
