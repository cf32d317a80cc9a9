"""The fields that a reader may ask for in lists: by path over lookups, and as offered when fields are picked."""

from __future__ import annotations

from jimu.access.fields import field_access
from jimu.access.rules import action_allowed
from jimu.definitions.model import FieldDef
from jimu.fieldtypes.kinds import Kind
from jimu.web.pages.list_formulas import Find
from jimu.web.pages.reader import Reader

MOST_STEPS = 3


def fields_on(path: str, object: str, reader: Reader) -> list[FieldDef] | None:
    """The readable fields that ``path`` steps over, the last one included; None if it leads nowhere."""
    found: list[FieldDef] = []
    here: str | None = object
    names = path.split(".")
    if len(names) > MOST_STEPS + 1:
        return None
    for name in names:
        step = _readable(here, name, reader) if here is not None else None
        if step is None:
            return None
        found.append(step)
        here = leads_to(step)
    return found


def field_at(path: str, object: str, reader: Reader) -> FieldDef | None:
    steps = fields_on(path, object, reader)
    return steps[-1] if steps else None


def finder(object: str, reader: Reader) -> Find:
    return lambda path: field_at(path, object, reader)


def leads_to(field: FieldDef) -> str | None:
    """The object that paths go on to behind ``field``."""
    return field.target[0] if len(field.target) == 1 and field.kind is Kind.REFERENCE else None


def path_label(steps: list[FieldDef], reader: Reader) -> str:
    return " · ".join(reader.label(f.label) for f in steps)


def readable_fields_of(object: str, reader: Reader) -> list[FieldDef]:
    """What the reader may read of ``object``, the engine's own fields last, each part by label."""
    if not action_allowed(reader.actor, reader.manifest, object, "read"):
        return []
    access = field_access(reader.actor, reader.manifest, object)
    found = [f for f in reader.manifest.object(object).active_fields if access.get(f.name, "none") != "none"]
    return sorted(found, key=lambda f: (f.system, reader.label(f.label)))


def _readable(object: str, name: str, reader: Reader) -> FieldDef | None:
    known = reader.manifest.objects.get(object)
    field = known.fields.get(name) if known is not None and not known.retired else None
    if field is None or field.retired:
        return None
    if field_access(reader.actor, reader.manifest, object).get(name, "none") == "none":
        return None
    return field if action_allowed(reader.actor, reader.manifest, object, "read") else None
