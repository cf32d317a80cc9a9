"""The marshmallow schema of an object for an actor: made once per revision and set of roles, it loads and dumps
records.

Only fields the actor may read are dumped, only those they may edit are loaded. Fields beyond that are handed on as they
came, for ``records`` to refuse with the same words as everywhere. Nothing is built per request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from marshmallow import INCLUDE, Schema
from marshmallow.fields import Field

from jimu.access import Actor, field_access
from jimu.access.fields import EDIT, NONE
from jimu.access.per_manifest import PerManifest
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.errors import Problem
from jimu.fieldtypes import FieldError, Kind, LoadContext, encode_id, registry
from jimu.fieldtypes.masking import Masked
from jimu.records.commands import Loaded, Record

Dumper = Callable[[Any], Any]
Loader = Callable[[Any, FieldDef, LoadContext], Any]


class RecordSchema(Schema):
    """``load`` gives Python values by field name; ``dump`` takes a ``Record``. Made by ``record_schema``."""

    object_name: ClassVar[str] = ""
    dumpers: ClassVar[Mapping[str, Dumper | None]] = {}
    converted: ClassVar[tuple[tuple[str, Dumper], ...]] = ()
    nested: ClassVar[tuple[str, ...]] = ()
    loaders: ClassVar[Mapping[str, tuple[Loader, FieldDef]]] = {}

    class Meta:
        unknown = INCLUDE

    def load_values(self, data: Mapping[str, Any], context: LoadContext) -> tuple[Loaded, list[Problem]]:
        """The values that could be loaded, and a problem for each that could not.

        What ``load(data, partial=True)`` gives inside a ``LoadingContext``, without its bookkeeping for each field.
        """
        loaded, problems, loaders = Loaded(), [], self.loaders
        for name, value in data.items():
            found = loaders.get(name)
            if found is None or value is None:
                loaded[name] = value
                continue
            load, field = found
            try:
                loaded[name] = load(value, field, context)
            except FieldError as error:
                problems.append(
                    Problem(error.code, error.message, f"{name}_{error.part}" if error.part else name)
                )
        return loaded, problems

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """Like ``Schema.dump``, but without asking each field anew which of its hooks and defaults apply."""
        if many if many is not None else self.many:
            return [self.dump_record(record) for record in obj]
        return self.dump_record(obj)

    def dump_record(self, record: Record) -> dict[str, Any]:
        """All of the record; its values are readable ones, since ``records`` gave them."""
        object = record.object
        dumped: dict[str, Any] = {"id": "", "object": object, **record.values}
        for name, dump in self.converted:
            value = dumped.get(name)
            if value is not None and type(value) is not Masked:
                dumped[name] = dump(value)
        for name in self.nested:
            dumped.pop(name, None)
        dumped["id"], dumped["object"] = encode_id(record.id), object
        dumped["version"], dumped["title"] = record.version, record.title
        return dumped

    def dump_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Some values of a record by field name; those that may not be read are left out."""
        dumped: dict[str, Any] = {}
        for name, value in values.items():
            if name in self.dumpers:
                dump = self.dumpers[name]
                dumped[name] = value if dump is None or type(value) is Masked else dump(value)
        return dumped


_known: PerManifest[dict[tuple[str, int], tuple[Mapping[str, str], RecordSchema]]] = PerManifest(lambda manifest: {})


def record_schema(actor: Actor, manifest: Manifest, object: str) -> RecordSchema:
    """The schema of ``object`` for ``actor``; raises NotFound for unknown objects."""
    levels = field_access(actor, manifest, object)
    known = _known.get(manifest)
    key = (object, id(levels))
    found = known.get(key)
    if found is None:
        # The levels are kept beside the schema, so that their id stays theirs.
        found = known[key] = levels, build_schema(manifest.object(object), levels)
    return found[1]


def build_schema(object: ObjectDef, levels: Mapping[str, str]) -> RecordSchema:
    fields = [f for f in object.active_fields if levels.get(f.name, NONE) != NONE]
    columns: dict[str, Field[Any]] = {
        f.name: registry.get(f.type).marshmallow_field(f, dump_only=levels[f.name] != EDIT) for f in fields
    }
    dumpers = {f.name: registry.get(f.type).dumper(f) for f in fields if not is_nested(object, f)}
    base = RecordSchema.from_dict(columns, name=f"{object.name}_record")
    made: type[RecordSchema] = type(
        base.__name__,
        (base,),
        {
            "object_name": object.name,
            "dumpers": dumpers,
            "converted": tuple((name, dump) for name, dump in dumpers.items() if dump and name != "id"),
            "loaders": {f.name: (registry.get(f.type).load, f) for f in fields if levels[f.name] == EDIT},
            "nested": tuple(f.name for f in fields if is_nested(object, f)),
        },
    )
    return made()


def is_nested(object: ObjectDef, field: FieldDef) -> bool:
    """Whether ``field`` is a part that is written inside its composite, and so not by itself."""
    main = object.fields.get(field.part_of) if field.part_of else None
    return main is not None and main.kind is Kind.COMPOSITE
