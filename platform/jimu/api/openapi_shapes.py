"""JSON Schemas of what the API takes and gives: records of each object as the actor may see them, and the fixed
shapes.
"""

from __future__ import annotations

from typing import Any

from jimu.access import field_access
from jimu.access.fields import EDIT, NONE
from jimu.api.call import Call
from jimu.api.openapi_care import SHAPES as CARE
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
_IDS: Json = {"type": "array", "items": ID}
_ID_OR_NULL: Json = {"type": ["string", "null"]}
_TEXT_OR_NULL: Json = {"type": ["string", "null"]}
ORGANISATION: dict[str, Json] = {
    "Organisation": {
        "type": "object",
        "required": ["as_of", "departments", "people"],
        "properties": {
            "as_of": {"type": ["string", "null"], "format": "date"},
            "departments": {"type": "array", "items": {"$ref": "#/components/schemas/OrganisationDepartment"}},
            "people": {"type": "array", "items": {"$ref": "#/components/schemas/OrganisationPerson"}},
        },
    },
    "OrganisationDepartment": {
        "type": "object",
        "required": ["id", "name", "code", "company", "active", "head", "deputies", "people", "departments"],
        "properties": {
            "id": ID,
            "name": {"type": "string"},
            "code": _TEXT_OR_NULL,
            "company": {"type": "boolean", "description": "A legal company of its own."},
            "active": {"type": "boolean"},
            "head": _ID_OR_NULL,
            "deputies": _IDS,
            "people": _IDS,
            "departments": {"type": "array", "items": {"$ref": "#/components/schemas/OrganisationDepartment"}},
        },
    },
    "OrganisationPerson": {
        "type": "object",
        "required": ["id", "name", "position", "manager", "department", "departments"],
        "properties": {
            "id": ID,
            "name": {"type": "string"},
            "position": _TEXT_OR_NULL,
            "manager": _ID_OR_NULL,
            "department": _ID_OR_NULL,
            "departments": _IDS,
        },
    },
    "MoveDepartment": {
        "type": "object",
        "required": ["above"],
        "properties": {
            "above": {**_ID_OR_NULL, "description": "The department to be part of; null: at the top."},
            "version": {"type": "integer"},
        },
    },
    "DissolveDepartment": {
        "type": "object",
        "required": ["into"],
        "properties": {"into": {**ID, "description": "Where people and departments go."}},
    },
    "DissolvedDepartment": {
        "type": "object",
        "required": ["people", "departments"],
        "properties": {"people": {"type": "integer"}, "departments": {"type": "integer"}},
    },
}
_OPTIONAL_ID: Json = {"type": ["string", "null"]}
AUDIT_ENTRY: Json = {
    "type": "object",
    "required": ["number", "at", "kind", "actor", "details", "hash"],
    "properties": {
        "number": {"type": "integer", "description": "Dense: a gap is a loss."},
        "at": {"type": "string", "format": "date-time"},
        "kind": {"type": "string", "description": "Stable; programs decide by it."},
        "event": {"type": "string", "description": "The kind in words, in the language asked for."},
        "actor": _OPTIONAL_ID,
        "behind": {**_OPTIONAL_ID, "description": "The administrator who looked with the actor's eyes."},
        "subject": {**_OPTIONAL_ID, "description": "The user whom it concerns."},
        "record": _OPTIONAL_ID,
        **{n: {"type": "string"} for n in ("actor_name", "subject_name", "via", "address", "object", "text", "hash")},
        "details": {"type": "object"},
    },
}
FIXED: dict[str, Json] = {
    **CARE,
    **ORGANISATION,
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
    "Audit": {
        "type": "object",
        "required": ["entries", "before", "head"],
        "properties": {
            "entries": {"type": "array", "items": AUDIT_ENTRY},
            "before": {"type": ["integer", "null"], "description": "Pass it to get the next page; null: that was all."},
            "head": {
                "type": "object",
                "required": ["count", "hash"],
                "properties": {"count": {"type": "integer"}, "hash": {"type": "string"}},
            },
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
                        "matched": {
                            "type": "object",
                            "additionalProperties": {"type": "string"},
                            "description": "The field that holds the words, and its text, where the title does not.",
                        },
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
