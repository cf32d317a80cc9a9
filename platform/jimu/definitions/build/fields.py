"""Fields: a field's YAML, its type's ``resolve`` and its companions made into ``FieldDef``s, not yet linked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jimu.definitions.build.options import build_choices
from jimu.definitions.documents import Document, Findings, optional_text, plain, text_of
from jimu.definitions.model import Choice, FieldDef, OptionListDef, RecordTypeDef
from jimu.definitions.reader import YamlMap, value_place
from jimu.diagnostics import Diagnostic, Place
from jimu.fieldtypes import registry
from jimu.fieldtypes.base import FieldType, PartSpec, Resolved
from jimu.fieldtypes.kinds import Kind
from jimu.messages import LOCALES, Text

ROLES = "roles"
"""``options: {list: roles}`` means the workspace's roles."""


@dataclass
class FieldBuilder:
    """What fields need from outside their object: shared lists, roles, the workspace's currency."""

    findings: Findings
    option_lists: Mapping[str, OptionListDef]
    roles: tuple[Choice, ...] = ()
    currency: str = "USD"
    broken: set[tuple[str, str]] = field(default_factory=set)
    owned: frozenset[str] = frozenset()  # objects of which it is kept since when a record has its owner

    def build(self, document: Document, name: str, data: YamlMap) -> Iterator[FieldDef]:
        """The field and its companions. One whose type is not known stands in as text, so that what names it is not
        blamed too.
        """
        type_ = registry.find(str(data.get("type")))
        if type_ is None or any(data.get(key) is None for key in type_.required_options):
            self.broken.add((document.name, name))
            yield FieldDef(
                name,
                document.name,
                "text",
                Kind.TEXT,
                text_of(data, "label", name),
                source=document.key_place("fields", name),
            )
            return
        resolved = type_.resolve(data)
        for problem in resolved.problems:
            self.findings.extend(
                [Diagnostic(problem.code, problem.message, value_place(data, problem.key), f"{document.name}.{name}")]
            )
        main = self._main(document, name, data, type_, resolved)
        yield main
        for part in resolved.parts:
            yield self._part(main, part)

    def _main(self, document: Document, name: str, data: YamlMap, type_: FieldType, resolved: Resolved) -> FieldDef:
        return FieldDef(
            name=name,
            object=document.name,
            type=type_.name,
            kind=resolved.kind,
            label=text_of(data, "label", name),
            options={key: plain(value) for key, value in resolved.options.items()},
            help=optional_text(data, "help"),
            required=bool(data.get("required")) or type_.name == "parent",
            read_only=bool(data.get("read_only", resolved.read_only)),
            unique=bool(data.get("unique")),
            indexed=bool(data.get("index")),
            search=bool(data.get("search", resolved.search)),
            summed=bool(data.get("summed")),
            sparse=bool(data.get("sparse")),
            retired=bool(data.get("retired")),
            hidden=bool(data.get("hidden")),
            clone=bool(data.get("clone", True)),
            history=bool(data.get("history", True)),
            scale=resolved.scale,
            length=resolved.length,
            choices=self._choices(document, name, data) if type_.has_choices else None,
            controller=data.get("controller") if type_.has_choices else None,
            option_list=_shared_list(data) if type_.has_choices else None,
            target=resolved.target,
            on_delete=_on_delete(data, resolved),
            parts=tuple(f"{name}_{part.suffix}" for part in resolved.parts),
            requires=data.get("requires"),
            was=tuple(data.get("was") or ()),
            known_as=tuple(data.get("known_as") or ()),
            source=document.key_place("fields", name),
            extra={key: plain(value) for key, value in data.items() if key.startswith("x-")},
        )

    def _part(self, main: FieldDef, part: PartSpec) -> FieldDef:
        type_ = registry.get(part.type)
        resolved = type_.resolve(part.options)
        return FieldDef(
            name=f"{main.name}_{part.suffix}",
            object=main.object,
            type=part.type,
            kind=resolved.kind,
            label=_part_label(main.label, part.label),
            options=resolved.options,
            read_only=main.read_only,
            sparse=main.sparse,
            retired=main.retired,
            hidden=True,
            history=main.history and not registry.get(main.type).is_tied,  # the whole tells it
            default=self.currency if part.type == "currency_code" else None,
            scale=resolved.scale,
            length=resolved.length,
            target=resolved.target,
            part_of=main.name,
            requires=main.requires,
            was=tuple(f"{name}_{part.suffix}" for name in main.was),
            source=main.source,
        )

    def _choices(self, document: Document, name: str, data: YamlMap) -> tuple[Choice, ...]:
        address = f"{document.name}.{name}"
        written, shared = data.get("options"), _shared_list(data)
        if shared is None:
            if written is None:
                self.findings.error(
                    "missing_key",
                    "The key {key} is missing.",
                    {"key": "options"},
                    document.key_place("fields", name),
                    address,
                )
            return build_choices(written, self.findings, address)
        if shared == ROLES:
            return self.roles
        if shared in self.option_lists:
            return self.option_lists[shared].choices
        self.findings.unknown(
            "unknown_option_list",
            "There is no option list called {name}.",
            shared,
            value_place(data, "options", "list"),
            address,
            [*self.option_lists, ROLES],
        )
        return ()


def _shared_list(data: YamlMap) -> str | None:
    options = data.get("options")
    return options.get("list") if isinstance(options, YamlMap) else None


def _on_delete(data: YamlMap, resolved: Resolved) -> str:
    """A required lookup cannot be emptied, so it holds back the deletion unless it says otherwise."""
    is_kept = resolved.kind is Kind.REFERENCE and data.get("required") and "on_delete" not in data
    if is_kept and resolved.on_delete == "set_null":
        return "restrict"
    return resolved.on_delete


def _part_label(main: Text, part: Text) -> Text:
    joined = {}
    for locale in LOCALES:
        if part.by_locale.get(locale) and (locale in main.by_locale or "" in main.by_locale):
            opening, closing = (" (", ")") if locale == "en" else ("（", "）")
            joined[locale] = f"{main.get(locale)}{opening}{part.get(locale)}{closing}"
    return Text(joined or {"": f"{main} ({part})"})


_SYSTEM_LABELS = {
    "id": {"en": "Id", "zh-CN": "编号", "zh-TW": "編號"},
    "title": {"en": "Title", "zh-CN": "标题", "zh-TW": "標題"},
    "owner": {"en": "Owner", "zh-CN": "负责人", "zh-TW": "負責人"},
    "record_type": {"en": "Record type", "zh-CN": "记录类型", "zh-TW": "記錄類型"},
    "created_at": {"en": "Created at", "zh-CN": "创建时间", "zh-TW": "建立時間"},
    "created_by": {"en": "Created by", "zh-CN": "创建人", "zh-TW": "建立者"},
    "updated_at": {"en": "Updated at", "zh-CN": "更新时间", "zh-TW": "更新時間"},
    "updated_by": {"en": "Updated by", "zh-CN": "更新人", "zh-TW": "更新者"},
    "version": {"en": "Version", "zh-CN": "版本", "zh-TW": "版本"},
    "deleted_at": {"en": "Deleted at", "zh-CN": "删除时间", "zh-TW": "刪除時間"},
}
OWNER_SINCE = "owner_since"
_OWNER_SINCE_LABEL = {"en": "Owned since", "zh-CN": "归属时间", "zh-TW": "歸屬時間"}
_SYSTEM_TYPES = {
    "id": "id",
    "title": "title",
    "owner": "user",
    "record_type": "record_type",
    "created_at": "datetime",
    "created_by": "user",
    "updated_at": "datetime",
    "updated_by": "user",
    "version": "integer",
    "deleted_at": "datetime",
}
SYSTEM_FIELDS = tuple(_SYSTEM_TYPES)


def build_owner_since(object: str, source: Place) -> FieldDef:
    """Since when a record has its present owner: kept by the write path for objects of pools and assignment rules."""
    resolved = registry.get("datetime").resolve({})
    return FieldDef(
        OWNER_SINCE,
        object,
        "datetime",
        resolved.kind,
        Text(_OWNER_SINCE_LABEL),
        options=resolved.options,
        read_only=True,
        system=True,
        hidden=True,
        history=False,
        source=source,
    )


def build_system_fields(
    object: str, owner: str, record_types: Mapping[str, RecordTypeDef], source: Place
) -> Iterator[FieldDef]:
    """The fields that every object has."""
    choices = tuple(Choice(t.name, t.label, retired=t.retired) for t in record_types.values())
    for name, type_name in _SYSTEM_TYPES.items():
        resolved = registry.get(type_name).resolve({})
        target = (object,) if name == "id" else resolved.target
        yield FieldDef(
            name,
            object,
            type_name,
            resolved.kind,
            Text(_SYSTEM_LABELS[name]),
            options=resolved.options,
            read_only=name not in ("owner", "record_type"),
            system=True,
            hidden=name not in ("owner", "record_type")
            or (name == "owner" and owner in ("none", "parent"))
            or (name == "record_type" and not choices),
            required=name == "owner" and owner == "user",
            search=name == "title",
            history=name in ("owner", "record_type"),
            length=resolved.length,
            target=target,
            choices=choices if name == "record_type" else None,
            source=source,
        )
