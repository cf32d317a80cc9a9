"""Public pools: records that belong to nobody yet, who may claim them, and when they come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jimu.definitions.build.options import build_choices
from jimu.definitions.default_layouts import default_list
from jimu.definitions.documents import Document, optional_text, plain, text_of
from jimu.definitions.kinds.kind import DefinitionKind, Linking
from jimu.definitions.kinds.people import PeopleRule, build_people, user_formula
from jimu.definitions.kinds.return_rule import ReturnRuleDef, build_return_rules
from jimu.definitions.link.linker import LinkScope
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import NO_TEXT, Choice, Formula, ListLayoutDef
from jimu.definitions.reader import YamlMap
from jimu.definitions.use import Use, fields_on
from jimu.diagnostics import Place
from jimu.formulas import check
from jimu.formulas.types import BOOLEAN, NUMBER
from jimu.messages import Message, Text

POOL_OWNER = "pool"


@dataclass(frozen=True, slots=True)
class ClaimDef:
    """How members may claim. ``per_day`` and ``most``: a number or a formula on the user (None: no limit); ``counts``:
    which of a person's records count towards ``most`` (None: all of the object). ``cooling_for``: person or department.
    """

    allowed: bool = True
    per_day: int | Formula | None = None
    most: int | Formula | None = None
    counts: Formula | None = None
    cooling_days: int = 0
    cooling_for: str = "person"


@dataclass(frozen=True, slots=True)
class MoveDef:
    """When ``when`` begins to hold because a roll-up of the record moved, ``set`` is written."""

    when: Formula
    set: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PoolDef:
    """``territory``: the records of ``object`` that this pool answers for, whoever owns them: those for which ``when``
    holds and that no pool before it (by ``order``, then name) answers for. Those among them without an owner lie in it.
    """

    name: str
    label: Text
    object: str
    territory: Formula
    when_source: str = ""
    order: int = 100
    help: Text = NO_TEXT
    members: tuple[PeopleRule, ...] = ()
    managers: tuple[PeopleRule, ...] = ()
    masked: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    claim: ClaimDef = field(default_factory=ClaimDef)
    layout: ListLayoutDef | None = None  # the list of what lies in it
    reasons: tuple[Choice, ...] = ()
    on_claim: Mapping[str, Any] = field(default_factory=dict)
    on_return: Mapping[str, Any] = field(default_factory=dict)
    moves: tuple[MoveDef, ...] = ()
    protect_days: int = 0
    new: str = "pool"  # or creator: whoever makes a record without naming an owner owns it
    returns: tuple[ReturnRuleDef, ...] = ()
    source: Place = field(default_factory=Place)

    def reason(self, value: str) -> Choice | None:
        return next((c for c in self.reasons if c.value == value and not c.retired), None)


def build_pool(document: Document, linking: Linking) -> PoolDef | None:
    data = document.data
    object = data.get("object", "")
    if not linking.linker.check_object(object, document.value_place("object"), document.address):
        return None
    if linking.linker.objects[object].owner != POOL_OWNER:
        template = "Records of {object} cannot be without an owner; a pool needs an object with owner: pool."
        linking.findings.error(
            "not_poolable", template, {"object": object}, document.value_place("object"), document.address
        )
        return None
    making = _Making(document, linking, object)
    territory = making.territory()
    if territory is None:
        return None
    making.check_masked()
    protect = int(data.get("protect_days", 0))
    return PoolDef(
        document.name,
        text_of(data, "label", document.name),
        object,
        territory,
        data.get("when", ""),
        data.get("order", 100),
        optional_text(data, "help"),
        build_people(data.get("members"), ("members",), document, linking),
        build_people(data.get("managers"), ("managers",), document, linking),
        making.fields("masked"),
        making.fields("hidden"),
        making.claim(),
        making.layout(territory),
        build_choices(data.get("reasons"), linking.findings, document.address),
        making.values(data.get("on_claim"), "on_claim"),
        making.values(data.get("on_return"), "on_return"),
        making.moves(),
        protect,
        data.get("new", "pool"),
        build_return_rules(data.get("returns"), object, protect, document, linking),
        document.place,
    )


class _Making:
    """What the parts of one pool are built from."""

    def __init__(self, document: Document, linking: Linking, object: str) -> None:
        self.document, self.linking, self.object = document, linking, object
        self.data = document.data

    def formula(self, source: object, path: tuple[str | int, ...]) -> Formula | None:
        """A condition on the object that the database can judge."""
        if not isinstance(source, str):
            return None
        place = self.document.value_place(*path)
        made = self.linking.linker.formula(source, self.object, BOOLEAN, place, self.document.address)
        if made is not None and made.python_only:
            template = "The database cannot compute {name}; a condition of a pool is judged there."
            self.linking.findings.error(
                "not_in_sql", template, {"name": made.python_only}, place, self.document.address
            )
            return None
        return made

    def territory(self) -> Formula | None:
        """``when`` without what the pools before this one answer for."""
        own = self.data.get("when") or "True"
        if self.data.get("when") and self.formula(own, ("when",)) is None:
            return None
        before = [d.data.get("when") or "True" for d in sorted(self._before(), key=_place_of)]
        source = " and ".join([f"({own})", *(f"not ({other})" for other in before)])
        made, _ = check(source, LinkScope(self.object, self.linking.linker), self.object, BOOLEAN)
        return made if made is not None else self.formula(own, ("when",))

    def _before(self) -> list[Document]:
        mine = _place_of(self.document)
        return [
            d
            for d in self.linking.documents.values()
            if d.data.get("object") == self.object and not d.data.get("retired") and _place_of(d) < mine
        ]

    def fields(self, key: str, *, far: bool = False) -> tuple[str, ...]:
        """Those of the fields named under ``key`` that there are; paths over lookups where ``far``."""
        linker, kept = self.linking.linker, []
        for i, name in enumerate(self.data.get(key) or ()):
            place, bare = self.document.value_place(key, i), name.removeprefix("-")
            check_one = linker.check_path if far else linker.check_field
            if check_one(bare, self.object, place, self.document.address) is not None:
                kept.append(name)
        return tuple(kept)

    def check_masked(self) -> None:
        """Questions about what is masked find nothing, so a pool that asks them would look empty to its members."""
        masked = {*(self.data.get("masked") or ()), *(self.data.get("hidden") or ())}
        asked: dict[str, tuple[str | int, ...]] = {
            name.removeprefix("-"): ("sort", i) for i, name in enumerate(self.data.get("sort") or ())
        }
        made, _ = check(self.data.get("when") or "True", LinkScope(self.object, self.linking.linker), self.object)
        asked |= {path[0]: ("when",) for path in (made.paths if made is not None else ())}
        for name, path in asked.items():
            if self._is_made_of(name, masked):
                template = "{field} is masked in this pool or made of what is: its members could not see any record."
                params = {"field": f"{self.object}.{name}"}
                place = self.document.value_place(*path)
                self.linking.findings.error("asks_masked", template, params, place, self.document.address)

    def _is_made_of(self, name: str, masked: set[str]) -> bool:
        field = self.linking.linker.fields[self.object].get(name)
        if name in masked or field is None:
            return name in masked
        paths = field.formula.paths if field.formula is not None else ()
        return any(self._is_made_of(path[0], masked) for path in paths)

    def claim(self) -> ClaimDef:
        raw = self.data.get("claim") or {}
        cooling = raw.get("cooling") or {}
        return ClaimDef(
            bool(raw.get("allowed", True)),
            self._limit(raw.get("per_day"), "per_day"),
            self._limit(raw.get("most"), "most"),
            self.formula(raw.get("counts"), ("claim", "counts")),
            int(cooling.get("days", 0)),
            cooling.get("for", "person"),
        )

    def _limit(self, raw: object, key: str) -> int | Formula | None:
        if isinstance(raw, str):
            return user_formula(raw, NUMBER, ("claim", key), self.document, self.linking)
        return int(raw) if isinstance(raw, int) else None

    def layout(self, territory: Formula) -> ListLayoutDef:
        """The list of what lies in the pool, with the columns written, else those of the object's first list."""
        name, linker = self.document.name, self.linking.linker
        columns = self.fields("columns", far=True)
        if not columns:
            first = next(iter(self.linking.manifest.lists_for(self.object)), None)
            columns = (first or default_list(self.linking.manifest, self.object)).columns
        source = f"is_blank(owner) and ({territory.source})"
        where, _ = check(source, LinkScope(self.object, linker), self.object, BOOLEAN)
        return ListLayoutDef(
            f"pool_{name}",
            self.object,
            text_of(self.data, "label", name),
            columns,
            where,
            source,
            self.fields("sort", far=True),
            order=900 + self.data.get("order", 100),
            source=self.document.place,
            pool=name,
        )

    def values(self, raw: object, *path: str | int) -> Mapping[str, Any]:
        """The fields to set with their values; unknown ones are reported."""
        given = raw.get("set") if isinstance(raw, YamlMap) else None
        if not isinstance(given, YamlMap):
            return {}
        found = {}
        for name, value in given.items():
            place = self.document.key_place(*path, "set", name)
            field = self.linking.linker.check_field(name, self.object, place, self.document.address)
            if field is None:
                continue
            if field.is_computed or field.system or field.read_only:
                template = "{field} cannot be set: it is computed or kept by the engine."
                self.linking.findings.error(
                    "not_settable", template, {"field": field.address}, place, self.document.address
                )
                continue
            if field.choices is not None and isinstance(value, str) and field.choice(value) is None:
                self.linking.findings.unknown(
                    "unknown_option",
                    "{field} has no option {name}.",
                    value,
                    self.document.value_place(*path, "set", name),
                    self.document.address,
                    [c.value for c in field.choices],
                    field=field.address,
                )
                continue
            found[name] = plain(value)
        return found

    def moves(self) -> tuple[MoveDef, ...]:
        made = []
        for i, raw in enumerate(self.data.get("moves") or ()):
            when = self.formula(raw.get("when"), ("moves", i, "when"))
            if when is not None:
                made.append(MoveDef(when, self.values(raw, "moves", i)))
        return tuple(made)


def _place_of(document: Document) -> tuple[int, str]:
    return document.data.get("order", 100), document.name


def uses_of_pool(manifest: Manifest, pool: PoolDef) -> Iterator[Use]:
    source = f"pool:{pool.name}"

    def use(target: str, how: str) -> Use:
        return Use(target, source, how, pool.source)

    yield use(pool.object, "pools")
    formulas = [pool.territory, pool.claim.counts, *(m.when for m in pool.moves)]
    formulas += [part for rule in pool.returns for part in (rule.due, rule.day)]
    paths = {path for formula in formulas if formula is not None for path in formula.paths}
    yield from (use(address, "pools") for address in fields_on(manifest, pool.object, sorted(paths)))
    named = {*pool.masked, *pool.hidden, *pool.on_claim, *pool.on_return, *(n for m in pool.moves for n in m.set)}
    yield from (use(f"{pool.object}.{name}", "pools") for name in sorted(named))
    roles = {role for rule in (*pool.members, *pool.managers) for role in rule.roles}
    yield from (use(f"role:{role}", "pools") for role in sorted(roles))


POOL = DefinitionKind("pool", "flows/pools", Message("pool"), Message("Pools"), build_pool, uses_of_pool)
