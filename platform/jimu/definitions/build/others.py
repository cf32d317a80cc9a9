"""The workspace's own description, seeds and import plans."""

from __future__ import annotations

from jimu.definitions.documents import Document, optional_text, plain, text_of
from jimu.definitions.model import ImportPlanDef, SeedDef, WorkspaceDef


def build_workspace(document: Document) -> WorkspaceDef:
    data = document.data
    currency = data.get("currency", "USD")
    return WorkspaceDef(
        name=data.get("name") or document.name,
        label=text_of(data, "label", data.get("name") or document.name),
        extends=tuple(data.get("extends") or ()),
        plugins=tuple(data.get("plugins") or ()),
        locale=data.get("locale", "en"),
        locales=tuple(data.get("locales") or ("en", "zh-CN", "zh-TW")),
        time_zone=data.get("time_zone", "UTC"),
        currency=currency,
        currencies=tuple(dict.fromkeys([currency, *(data.get("currencies") or ())])),
        country=data.get("country"),
        source=document.place,
    )


def build_seed(document: Document) -> SeedDef:
    data = document.data
    steps = tuple(plain(step) for step in data.get("steps", ()))
    return SeedDef(document.name, steps, data.get("order", 100), tuple(data.get("sets") or ("demo",)), document.place)


def build_import_plan(document: Document) -> ImportPlanDef:
    data = document.data
    label = optional_text(data, "label") if data.get("label") else text_of(data, "label", document.name)
    return ImportPlanDef(document.name, label, tuple(plain(step) for step in data.get("steps", ())), document.place)
