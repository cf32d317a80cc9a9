"""What a check gets: the manifest as it would be, the documents for the places, and where to put what it finds."""

from __future__ import annotations

from dataclasses import dataclass

from jimu.definitions.documents import Document, Documents, Findings
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef, ObjectDef


@dataclass
class Checking:
    manifest: Manifest
    documents: Documents
    findings: Findings

    def objects(self) -> list[tuple[ObjectDef, Document]]:
        """Every object that is in use, with its document."""
        return [(o, self.documents["object"][o.name]) for o in self.manifest.objects.values() if not o.retired]

    def own_fields(self, definition: ObjectDef) -> list[FieldDef]:
        """The fields that its YAML writes: no system fields, no companions."""
        return [f for f in definition.fields.values() if not f.system and f.part_of is None]
