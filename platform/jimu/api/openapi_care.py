"""JSON Schemas of what the endpoints for care and for followers take and give."""

from __future__ import annotations

from typing import Any

from jimu.fieldtypes.ids import PATTERN

Json = dict[str, Any]
_ID: Json = {"type": "string", "pattern": PATTERN}
_ID_OR_NULL: Json = {"type": ["string", "null"]}
_IDS: Json = {"type": "array", "items": _ID}
_COUNTS: Json = {"type": "object", "additionalProperties": {"type": "integer"}}
_TITLED: Json = {
    "type": "object",
    "required": ["id", "title"],
    "properties": {"id": _ID, "title": {"type": "string"}},
}
_PREVIEW: Json = {"type": "boolean", "description": "Tell what would be, and do nothing."}
_VALUES: Json = {"type": "object", "description": "Field: value, as for a new record."}

_CLUSTER: dict[str, Json] = {
    "id": _ID,
    "rule": {"type": "string"},
    "score": {"type": "number"},
    "records": {"type": "array", "items": _TITLED},
    "hidden": {"type": "integer", "description": "Records of the group that you may not see."},
}


def _object(required: list[str], **properties: Json) -> Json:
    return {"type": "object", "required": required, "properties": properties}


SHAPES: dict[str, Json] = {
    "Follower": _object(
        ["person", "name", "reason", "since"],
        person=_ID,
        name={"type": "string"},
        reason={"enum": ["asked", "created", "commented", "mentioned", "owned"]},
        since={"type": ["string", "null"], "format": "date-time", "description": "null: as long as they own it."},
    ),
    "Followers": _object(
        ["followers", "next"],
        followers={"type": "array", "items": {"$ref": "#/components/schemas/Follower"}},
        next={"type": ["string", "null"]},
    ),
    "Following": _object(
        ["following", "reason", "count"],
        following={"type": "boolean"},
        reason={"type": ["string", "null"]},
        count={"type": "integer", "description": "How many people follow it."},
    ),
    "MaybeDuplicate": {"type": "object", "description": "Field: value; `id` for a change of that record."},
    "Duplicate": _object(
        ["rule", "object", "id", "title", "score", "fields", "on_match"],
        rule={"type": "string"},
        object={"type": "string"},
        id={**_ID_OR_NULL, "description": "null: a record that you may not see, or of the same request."},
        title={"type": ["string", "null"]},
        score={"type": "number"},
        fields={"type": "object", "additionalProperties": {"type": "number"}},
        on_match={"type": "string"},
        owner=_ID_OR_NULL,
        owner_name={"type": ["string", "null"]},
        row={"type": "integer"},
    ),
    "Duplicates": _object(
        ["duplicates"], duplicates={"type": "array", "items": {"$ref": "#/components/schemas/Duplicate"}}
    ),
    "Merge": _object(
        ["ids", "master"],
        ids={**_IDS, "minItems": 2, "maxItems": 50, "description": "All records, the master too."},
        master={**_ID, "description": "The one that stays."},
        fields={
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Field: id of the record whose value is taken, or all to unite lists.",
        },
        values={**_VALUES, "description": "Values that come from none of them."},
        preview=_PREVIEW,
    ),
    "Merged": {
        "type": "object",
        "properties": {
            "record": {"type": "object"},
            "unit": {**_ID, "description": "The bulk action that takes it back."},
            "moved": _COUNTS,
            "dropped": {"type": "integer", "description": "Records that hung on both in the same way."},
            "values": _VALUES,
            "fields": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    },
    "Clusters": _object(
        ["clusters", "next", "total"],
        clusters={
            "type": "array",
            "items": _object(
                ["id", "rule", "score", "records", "hidden"],
                **_CLUSTER,
            ),
        },
        next={"type": ["string", "null"]},
        total={"type": "integer"},
    ),
    "Crossings": _object(
        ["crossings", "next", "total"],
        crossings={
            "type": "array",
            "items": _object(
                ["id", "rule", "record", "others", "hidden"],
                id=_ID,
                rule={"type": "string"},
                record=_TITLED,
                others={
                    "type": "array",
                    "items": _object(
                        ["object", "id", "title", "score"],
                        object={"type": "string"},
                        id=_ID,
                        title={"type": "string"},
                        score={"type": "number"},
                    ),
                },
                hidden={"type": "integer", "description": "Further records that you may not see."},
            ),
        },
        next={"type": ["string", "null"]},
        total={"type": "integer"},
    ),
    "Merges": {
        "type": "object",
        "properties": {
            "clusters": {**_IDS, "description": "Groups by their ids; without any, all open ones that fit."},
            "rule": {"type": "string", "description": "Only groups that this duplicate rule found."},
            "alike": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "description": "How much alike the records of a group are at least: 1, or 0 where groups are named.",
            },
            "survivor": {
                "enum": ["oldest", "newest", "complete"],
                "default": "oldest",
                "description": "Which record stays: made first, changed last, or with the most values.",
            },
            "values": {
                "enum": ["own", "newest"],
                "default": "own",
                "description": "own: blank ones filled from the others. newest: for each field the one changed last.",
            },
        },
    },
    "MergesForeseen": _object(
        ["groups", "records", "first"],
        groups={"type": "integer"},
        records={"type": "integer", "description": "How many records would go."},
        first={
            "type": "array",
            "items": _object(
                ["id", "rule", "score", "records", "hidden", "problem"],
                **_CLUSTER,
                problem={"type": ["string", "null"], "description": "Why the group will be left as it is."},
                master={**_ID, "description": "The record that stays."},
                values=_VALUES,
                fields={"type": "object", "additionalProperties": {"type": "string"}},
                moved=_COUNTS,
            ),
        },
    ),
    "Queued": _object(["queued"], queued={"type": "boolean"}),
    "Convert": _object(
        ["conversion"],
        conversion={"type": "string"},
        steps={
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "do": {"enum": ["new", "existing", "skip"], "default": "new"},
                    "id": {**_ID, "description": "existing: which record."},
                    "values": _VALUES,
                },
            },
            "description": "Step: what to do in it.",
        },
        preview=_PREVIEW,
    ),
    "Converted": {
        "type": "object",
        "properties": {
            "records": {"type": "object", "additionalProperties": {"type": "object"}},
            "moved": _COUNTS,
            "unit": _ID,
            "steps": {"type": "object", "additionalProperties": {"type": "object"}},
        },
    },
    "Clone": {
        "type": "object",
        "properties": {
            "values": {**_VALUES, "description": "What the clone has instead."},
            "children": {"type": "array", "items": {"type": "string"}, "description": "See `children`."},
        },
    },
    "Children": _object(
        ["children"],
        children={
            "type": "array",
            "items": _object(
                ["name", "object", "by_default"],
                name={"type": "string"},
                object={"type": "string"},
                by_default={"type": "boolean"},
            ),
        },
    ),
    "Retention": _object(
        ["due"],
        due={
            "type": "array",
            "items": _object(
                ["object", "rule", "then", "days", "count", "first"],
                object={"type": "string"},
                rule={"type": "string"},
                then={"type": "string"},
                days={"type": "integer"},
                count={"type": "integer"},
                first={"type": "array", "items": _TITLED},
            ),
        },
    ),
    "Traces": _object(
        ["id", "title", "records", "audit_entries"],
        id=_ID,
        title={"type": "string"},
        records={
            "type": "array",
            "items": _object(
                ["object", "id", "title", "how", "values", "history_entries"],
                object={"type": "string"},
                id=_ID,
                title={"type": "string"},
                how={"enum": ["self", "merged", "about", "alike"]},
                values={"type": "object"},
                history_entries={"type": "integer"},
            ),
        },
        audit_entries={"type": "integer"},
    ),
    "Also": {
        "type": "object",
        "properties": {"also": {**_IDS, "description": "Records alike that are the same person."}},
    },
    "Erased": _object(["changed", "removed"], changed=_COUNTS, removed=_COUNTS),
}

# What an endpoint's ``body`` and ``result`` mean.
NAMES: dict[str, str] = {
    "maybe_duplicate": "MaybeDuplicate",
    "duplicates": "Duplicates",
    "merge": "Merge",
    "merged": "Merged",
    "clusters": "Clusters",
    "crossings": "Crossings",
    "merges": "Merges",
    "merges_foreseen": "MergesForeseen",
    "queued": "Queued",
    "convert": "Convert",
    "converted": "Converted",
    "clone": "Clone",
    "children": "Children",
    "retention": "Retention",
    "traces": "Traces",
    "also": "Also",
    "erased": "Erased",
}
