"""People by rule: roles, departments, single users and a condition on the user's own record.

Kinds that say whom something is for (pools, assignment rules) share this. Who the people are at a moment is worked out
in ``access.people``.
"""

from __future__ import annotations

from dataclasses import dataclass

from jimu.definitions.documents import Document
from jimu.definitions.kinds.kind import Linking
from jimu.definitions.model import Formula
from jimu.definitions.reader import YamlMap
from jimu.formulas.types import BOOLEAN, Type

USER = "user"


@dataclass(frozen=True, slots=True)
class PeopleRule:
    """Everybody active to whom all of it applies: one of ``roles``, a member of one of ``departments`` (codes; those
    below count), one of ``users`` (e-mail addresses), the condition ``when`` on the user's own record. What is empty
    asks nothing. Several rules add up.
    """

    roles: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    when: Formula | None = None


def build_people(
    raw: object, path: tuple[str | int, ...], document: Document, linking: Linking
) -> tuple[PeopleRule, ...]:
    """The rules written as a list of mappings under ``path``."""
    listed = raw if isinstance(raw, list) else ()
    return tuple(
        _rule(item, (*path, i), document, linking) for i, item in enumerate(listed) if isinstance(item, YamlMap)
    )


def _rule(raw: YamlMap, path: tuple[str | int, ...], document: Document, linking: Linking) -> PeopleRule:
    roles = tuple(
        name
        for i, name in enumerate(raw.get("roles") or ())
        if linking.check_role(name, document.value_place(*path, "roles", i), document.address)
    )
    when = user_formula(raw.get("when"), BOOLEAN, (*path, "when"), document, linking)
    return PeopleRule(
        roles,
        tuple(str(code) for code in raw.get("departments") or ()),
        tuple(str(address).lower() for address in raw.get("users") or ()),
        when,
    )


def user_formula(
    source: object, expected: Type, path: tuple[str | int, ...], document: Document, linking: Linking
) -> Formula | None:
    """A formula on the user's own record; it may read only what is kept there, so that no other record decides who
    belongs."""
    if not isinstance(source, str):
        return None
    place = document.value_place(*path)
    formula = linking.linker.formula(source, USER, expected, place, document.address)
    if formula is None:
        return None
    fields = linking.linker.fields[USER]
    far = [".".join(p) for p in sorted(formula.paths) if len(p) > 1 or not fields[p[0]].stored]
    if far:
        template = "A condition on people reads only what is kept on the user itself, not {path}."
        linking.findings.error("far_from_user", template, {"path": far[0]}, place, document.address)
        return None
    return formula
