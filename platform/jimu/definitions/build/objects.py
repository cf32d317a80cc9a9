"""Objects: what an object's YAML says, but for its formulas, which ``link`` adds once all objects are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.definitions.build.fields import FieldBuilder, build_owner_since, build_system_fields
from jimu.definitions.documents import Document, Findings, optional_text, plain, text_of
from jimu.definitions.model import FieldDef, InheritDef, ObjectDef, RecordTypeDef
from jimu.definitions.reader import YamlList, YamlMap
from jimu.fieldtypes.kinds import Kind

DEFAULT_FEATURES = ("history",)


def build_object(document: Document, fields: FieldBuilder) -> ObjectDef:
    data, findings = document.data, fields.findings
    record_types = {name: _record_type(name, raw) for name, raw in data.get("record_types", {}).items()}
    owner = data.get("owner") or ("parent" if _parent_of(data) else "user")
    made = {f.name: f for f in build_system_fields(document.name, owner, record_types, document.place)}
    if document.name in fields.owned:
        since = build_owner_since(document.name, document.place)
        made[since.name] = since
    for name, raw in _arranged(document, findings):
        for field in fields.build(document, name, raw):
            _add(made, field, document, findings)
    return ObjectDef(
        name=document.name,
        module=document.module,
        label=text_of(data, "label", document.name),
        plural=text_of(data, "plural" if data.get("plural") else "label", document.name),
        fields=made,
        title=None,
        title_source=data.get("title") or _default_title(made),
        help=optional_text(data, "help"),
        icon=data.get("icon") or "box",
        color=data.get("color"),
        owner=owner,
        features=frozenset(data.get("features", DEFAULT_FEATURES)),
        audit=frozenset(data.get("audit") or ()),
        follow=tuple(data["follow"]) if "follow" in data else None,
        uniques=_uniques(data, made),
        indexes=_groups(data.get("indexes")),
        record_types=record_types,
        parent=_parent_field(data, owner),
        inherits=tuple(
            InheritDef(raw["field"], bool(raw.get("read", True)), bool(raw.get("update")))
            for raw in (data.get("access") or {}).get("inherits", ())
        ),
        system=document.system,
        retired=bool(data.get("retired")),
        was=tuple(data.get("was") or ()),
        source=document.place,
        extra={key: plain(value) for key, value in data.items() if key.startswith("x-")},
    )


def _record_type(name: str, raw: YamlMap) -> RecordTypeDef:
    return RecordTypeDef(
        name=name,
        label=text_of(raw, "label", name),
        choices={field: tuple(values) for field, values in raw.get("options", {}).items()},
        required=tuple(raw.get("required") or ()),
        layout=raw.get("layout"),
        defaults={field: plain(value) for field, value in raw.get("defaults", {}).items()},
        retired=bool(raw.get("retired")),
    )


def _add(made: dict[str, FieldDef], field: FieldDef, document: Document, findings: Findings) -> None:
    there = made.get(field.name)
    if there is None:
        made[field.name] = field
        return
    params = {"name": field.name, "main": there.part_of or field.part_of or ""}
    if there.system:
        findings.error(
            "reserved_name",
            "Every object has a field {name} of its own; choose another name.",
            params,
            field.source,
            field.address,
        )
    else:
        findings.error(
            "name_taken",
            "The field {main} brings a field {name} along; the name is taken.",
            params,
            field.source,
            field.address,
        )


def _arranged(document: Document, findings: Findings) -> list[tuple[str, YamlMap]]:
    """The fields in the order wanted: as written, then each ``after`` or ``before``, then the object's ``order``."""
    raw: Mapping[str, YamlMap] = {n: f for n, f in document.data.get("fields", {}).items() if isinstance(f, YamlMap)}
    names = list(raw)
    for name in list(raw):
        for word, step in (("after", 1), ("before", 0)):
            beside = raw[name].get(word)
            if beside is None:
                continue
            if beside not in raw or beside == name:
                findings.unknown(
                    "unknown_field",
                    "{object} has no field {name}.",
                    beside,
                    document.value_place("fields", name, word),
                    f"{document.name}.{name}",
                    raw,
                    object=document.name,
                )
                continue
            names.remove(name)
            names.insert(names.index(beside) + step, name)
    order = document.data.get("order") or ()
    for i, name in enumerate(order):
        if name not in raw:
            findings.unknown(
                "unknown_field",
                "{object} has no field {name}.",
                name,
                document.value_place("order", i),
                document.name,
                raw,
                object=document.name,
            )
    first = [name for name in order if name in raw]
    return [(name, raw[name]) for name in [*first, *(n for n in names if n not in first)]]


def _default_title(fields: Mapping[str, FieldDef]) -> str:
    """The field called name, else the first text or number that is its own; else the id."""
    if "name" in fields:
        return "{name}"
    own = [f for f in fields.values() if not f.system and not f.retired and f.part_of is None]
    for f in own:
        if f.type in ("text", "autonumber") or (f.kind is Kind.TEXT and f.required and not f.choices):
            return "{" + f.name + "}"
    return "{id}"


def _groups(raw: Any) -> tuple[tuple[str, ...], ...]:
    groups = raw if isinstance(raw, YamlList) else ()
    return tuple(dict.fromkeys((group,) if isinstance(group, str) else tuple(group) for group in groups))


def _uniques(data: YamlMap, fields: Mapping[str, FieldDef]) -> tuple[tuple[str, ...], ...]:
    alone = [(f.name,) for f in fields.values() if f.unique and not f.retired]
    return tuple(dict.fromkeys([*alone, *_groups(data.get("unique"))]))


def _parent_of(data: YamlMap) -> str | None:
    return next(
        (
            name
            for name, f in data.get("fields", {}).items()
            if isinstance(f, YamlMap) and f.get("type") == "parent" and not f.get("retired")
        ),
        None,
    )


def _parent_field(data: YamlMap, owner: str) -> str | None:
    """The field that the record hangs on: the parent, else (``owner: parent``) the first lookup it is deleted with."""
    parent = _parent_of(data)
    if parent is not None or owner != "parent":
        return parent
    return next(
        (
            name
            for name, f in data.get("fields", {}).items()
            if isinstance(f, YamlMap)
            and f.get("type") in ("any_lookup", "lookup")
            and f.get("on_delete") == "cascade"
            and not f.get("retired")
        ),
        None,
    )
