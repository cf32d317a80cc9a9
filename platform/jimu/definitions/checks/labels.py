"""Labels missing in one of the workspace's languages: warnings, on request."""

from __future__ import annotations

from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.diagnostics import Diagnostic, Place, Severity
from jimu.messages import Message, Text


def strict_diagnostics(manifest: Manifest) -> list[Diagnostic]:
    """A warning for every label that some language of the workspace lacks; it falls back to another meanwhile."""
    labels = _Labels(manifest)
    for definition in manifest.objects.values():
        if not definition.retired:
            _judge_object(labels, definition)
    for option_list in manifest.option_lists.values():
        for choice in option_list.choices:
            labels.judge(choice.label, option_list.source, f"options:{option_list.name}={choice.value}")
    for role in manifest.roles.values():
        labels.judge(role.label, role.source, f"role:{role.name}")
    _judge_layouts(labels)
    return labels.found


def _judge_object(labels: _Labels, definition: ObjectDef) -> None:
    labels.judge(definition.label, definition.source, definition.name)
    labels.judge(definition.plural, definition.source, definition.name)
    for field in definition.active_fields:
        if not field.system and field.part_of is None:
            _judge_field(labels, field)
    for check in definition.checks:
        labels.judge(check.message, check.source, f"{definition.name}#check:{check.name}")
    for kind in definition.record_types.values():
        labels.judge(kind.label, definition.source, f"{definition.name}#record_type:{kind.name}")


def _judge_field(labels: _Labels, field: FieldDef) -> None:
    labels.judge(field.label, field.source, field.address)
    labels.judge(field.help, field.source, field.address, optional=True)
    if "pattern_message" in field.options:
        labels.judge(Text.of(field.options["pattern_message"]), field.source, f"{field.address}#pattern")
    if not field.is_computed and field.option_list is None:
        for choice in field.choices or ():
            labels.judge(choice.label, field.source, f"{field.address}={choice.value}")


def _judge_layouts(labels: _Labels) -> None:
    manifest = labels.manifest
    for app in manifest.apps.values():
        labels.judge(app.label, app.source, f"app:{app.name}")
        for item in app.items:
            labels.judge(item.label, app.source, f"app:{app.name}")
    for layout in manifest.lists.values():
        labels.judge(layout.label, layout.source, f"list:{layout.name}")
    for page in manifest.pages.values():
        for tab in page.tabs:
            labels.judge(tab.label, page.source, f"page:{page.name}")
            for section in tab.sections:
                labels.judge(section.label, page.source, f"page:{page.name}", optional=True)


class _Labels:
    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.locales = manifest.workspace.locales
        self.found: list[Diagnostic] = []

    def judge(self, text: Text, place: Place, address: str, *, optional: bool = False) -> None:
        missing = [locale for locale in text.missing() if locale in self.locales]
        if missing and not (optional and not text.by_locale):
            message = Message("{label} has no text in: {locales}.", {"label": str(text) or address, "locales": missing})
            self.found.append(Diagnostic("label_missing", message, place, address, Severity.WARNING))
