"""JSON Schemas of what the API takes and gives: records of each object as the actor may see them, and the fixed
shapes.
"""

from __future__ import annotations

from typing import Any

from jimu.access import field_access
from jimu.access.fields import EDIT, NONE
from jimu.api.call import Call
from jimu.api.schemas import is_nested
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.fieldtypes import Kind, registry
from jimu.fieldtypes.ids import PATTERN

Json = dict[str, Any]
ID: Json = {"type": "string", "pattern": PATTERN, "description": "13 characters of Crockford base32."}
TITLES: Json = {
    "type": "object",
    "additionalProperties": {"type": "string"},
    "description": "Id of a record: its title.",
}

ERROR_ITEM: Json = {
    "type": "object",
    "required": ["code", "field", "message"],
    "properties": {
        "code": {"type": "string"},
        "field": {"type": ["string", "null"]},
        "message": {"type": "string"},
        "row": {"type": "integer"},
    },
}
FIXED: dict[str, Json] = {
    "Error": {
        "type": "object",
        "required": ["code", "message", "errors", "request_id"],
        "description": "What every request that fails is answered with.",
        "properties": {
            "code": {"type": "string", "description": "Stable; programs decide by it."},
            "message": {"type": "string", "description": "For people, in the language asked for."},
            "errors": {"type": "array", "items": ERROR_ITEM},
            "request_id": {"type": "string"},
            "details": {"type": "object"},
        },
    },
    "AggregateResult": {
        "type": "object",
        "required": ["groups", "measures", "rows", "titles"],
        "properties": {
            "groups": {"type": "array", "items": {"type": "string"}},
            "measures": {"type": "array", "items": {"type": "string"}},
            "rows": {"type": "array", "items": {"type": "object"}},
            "titles": TITLES,
        },
    },
    "History": {
        "type": "object",
        "required": ["items", "titles", "before"],
        "properties": {
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["id", "at", "actor", "action", "via", "reason", "version", "changes"],
                    "properties": {
                        "id": ID,
                        "at": {"type": "string", "format": "date-time"},
                        "actor": {"type": ["string", "null"]},
                        "action": {"type": "string"},
                        "via": {"type": "string"},
                        "reason": {"type": "string"},
                        "version": {"type": ["integer", "null"]},
                        "changes": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["field", "before", "after"],
                                "properties": {"field": {"type": "string"}},
                            },
                        },
                    },
                },
            },
            "titles": TITLES,
            "before": {"type": ["string", "null"]},
        },
    },
    "SearchResults": {
        "type": "object",
        "required": ["results"],
        "properties": {
            "results": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["object", "id", "title", "score", "matched"],
                    "properties": {
                        "object": {"type": "string"},
                        "id": ID,
                        "title": {"type": "string"},
                        "score": {"type": "number"},
                        "matched": {"type": "object"},
                    },
                },
            }
        },
    },
    "BulkResult": {
        "type": "object",
        "required": ["committed", "rows", "totals", "results"],
        "properties": {
            "committed": {"type": "boolean"},
            "rows": {"type": "integer"},
            "totals": {"type": "object", "additionalProperties": {"type": "integer"}},
            "results": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["row", "status"],
                    "properties": {
                        "row": {"type": "integer"},
                        "id": ID,
                        "version": {"type": "integer"},
                        "status": {
                            "enum": ["created", "updated", "unchanged", "deleted", "restored", "failed", "skipped"]
                        },
                        "record": {"type": "object"},
                        "error": {"type": "object"},
                    },
                },
            },
        },
    },
    "FormulaToCheck": {
        "type": "object",
        "required": ["formula", "object"],
        "additionalProperties": False,
        "properties": {
            "formula": {"type": "string", "minLength": 1, "maxLength": 20000},
            "object": {"type": "string", "minLength": 1, "description": "The object it stands on."},
            "expected": {
                "enum": ["text", "number", "boolean", "date", "datetime", "time", "duration", None],
                "description": "The type it must give.",
            },
        },
    },
    "FormulaCheck": {
        "type": "object",
        "required": ["valid", "type", "reads", "diagnostics"],
        "properties": {
            "valid": {"type": "boolean"},
            "type": {"type": ["string", "null"]},
            "reads": {"type": "array", "items": {"type": "string"}},
            "diagnostics": {"type": "array", "items": {"type": "object"}},
        },
    },
}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def page_of(record: Json) -> Json:
    return {
        "type": "object",
        "required": ["records", "next", "count"],
        "properties": {
            "records": {"type": "array", "items": record},
            "next": {"type": ["string", "null"], "description": "`after` of the next page; null on the last."},
            "count": {
                "anyOf": [
                    {"type": "null"},
                    {
                        "type": "object",
                        "required": ["value", "exact"],
                        "properties": {"value": {"type": "integer"}, "exact": {"type": "boolean"}},
                    },
                ]
            },
        },
    }


ANY_RECORD: Json = {"type": "object", "required": ["id", "object", "version"], "properties": {"id": ID}}


def object_schemas(call: Call, object: ObjectDef) -> dict[str, Json]:
    """``<object>`` (as read), ``<object>_new`` and ``<object>_changes`` (as written)."""
    levels = field_access(call.actor, call.manifest, object.name)
    shown = [f for f in object.active_fields if levels.get(f.name, NONE) != NONE and not is_nested(object, f)]
    edited = [f for f in shown if levels[f.name] == EDIT]
    record: Json = {
        "type": "object",
        "required": ["id", "object", "version", "title"],
        "description": object.label.get(call.locale),
        "properties": {
            **{f.name: _field(call, f, registry.get(f.type).json_schema(f)) for f in shown},
            "id": ID,
            "object": {"const": object.name},
            "version": {"type": "integer", "minimum": 1},
            "title": {"type": "string"},
            "expanded": {"type": "object", "description": "Records asked for with `expand`, by lookup."},
        },
    }
    given = {f.name: _field(call, f, _given(f)) for f in edited}
    required = [f.name for f in edited if f.required and f.default is None and f.kind is not Kind.BOOLEAN]
    new: Json = {"type": "object", "additionalProperties": False, "properties": given}
    changes = {
        **new,
        "properties": {**given, "version": {"type": "integer", "minimum": 1, "description": "Instead of If-Match."}},
    }
    return {
        object.name: record,
        f"{object.name}_new": {**new, "required": required} if required else new,
        f"{object.name}_changes": changes,
    }


def _field(call: Call, field: FieldDef, schema: Json) -> Json:
    title, help = field.label.get(call.locale) or field.name, field.help.get(call.locale)
    words = " ".join(w for w in (schema.get("description", ""), help) if w)
    return {**schema, "title": title, **({"description": words} if words else {})}


def _given(field: FieldDef) -> Json:
    """What may be written: like what is read, and numbers for decimals; retired options are no longer offered."""
    schema = registry.get(field.type).json_schema(field)
    schema.pop("readOnly", None)
    if field.kind is Kind.DECIMAL and isinstance(schema.get("type"), list):
        return {k: v for k, v in schema.items() if k != "pattern"} | {"type": ["string", "number", "null"]}
    if field.choices is not None and isinstance(schema.get("enum"), list):
        schema["enum"] = [*(c.value for c in field.choices if not c.retired), None]
    return schema
