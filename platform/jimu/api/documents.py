"""The OpenAPI document and the pages that show it (``/api/docs``): rendered here, without scripts, under a strict
policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from jimu.access.per_manifest import PerManifest
from jimu.api import tags
from jimu.api.answers import build_response, write_json
from jimu.api.call import Call
from jimu.api.endpoints import Endpoint
from jimu.api.openapi import build_document
from jimu.api.parameters import ParameterSet
from jimu.errors import NotFound
from jimu.messages import Message

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
STYLE = Path(__file__).parent / "templates" / "api" / "docs.css"
LOGIN = "/login"
_MOST_KEPT = 50

_Kept = dict[tuple[Any, ...], tuple[dict[str, Any], bytes]]
_kept: PerManifest[_Kept] = PerManifest(lambda manifest: {})


def document_for(call: Call, endpoints: Sequence[Endpoint]) -> tuple[dict[str, Any], bytes]:
    """The document and its JSON; made once per revision, set of roles and language."""
    kept = _kept.get(call.manifest)
    key = (call.actor.roles, call.actor.scopes, call.actor.is_admin, call.actor.is_system, call.locale)
    found = kept.get(key)
    if found is None:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        document = build_document(call, endpoints)
        found = kept[key] = document, write_json(document)
    return found


def endpoints(others: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    """``openapi.json``, which describes ``others`` and itself."""

    def view(call: Call, parameters: Mapping[str, Any]) -> Response:
        data = document_for(call, described)[1]
        tag = tags.tag_of(0, data)
        return (
            build_response(b"", 304, {"ETag": tag}) if tags.is_known(tag) else build_response(data, 200, {"ETag": tag})
        )

    own = Endpoint("GET", "/openapi.json", view, "This document", "metadata", "openapi", ParameterSet(), result="any")
    described = (*others, own)
    return (own,)


def show(call: Call, endpoints: Sequence[Endpoint], object: str | None) -> Response:
    """The page of the whole API, or of one object."""
    document = document_for(call, endpoints)[0]
    names = [tag["name"] for tag in document["tags"]]
    if object is not None and object not in names:
        raise NotFound(Message("There is no object called {name}.", {"name": object}))
    html = render_template(
        "api/docs.html",
        document=document,
        shown=object,
        groups=_groups(document, object),
        translate=call.translate,
        locale=call.locale,
        theme=call.actor.record.get("theme") or "auto",
        schema=document["components"]["schemas"].get(object or ""),
        writable=document["components"]["schemas"].get(f"{object}_changes", {}).get("properties", {}),
        base=request.host_url.rstrip("/") + "/api/v1",
        example=_curl,
        kind=_kind,
    )
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response


def show_style() -> Response:
    response = Response(STYLE.read_bytes(), mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def sign_in() -> BaseResponse:
    """Where a person who is not signed in goes first."""
    return redirect(f"{LOGIN}?next={quote(request.path)}")


def _groups(document: Mapping[str, Any], object: str | None) -> list[tuple[str, str, Mapping[str, Any]]]:
    """(method, path, operation) of what the page shows: of one object, or of no object in particular."""
    objects = {
        name for name in document["components"]["schemas"] if f"{name}_changes" in document["components"]["schemas"]
    }
    return [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if (operation["tags"][0] == object if object else operation["tags"][0] not in objects)
    ]


def _kind(schema: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "enum" in schema:
        return " | ".join(str(v) for v in schema["enum"] if v is not None)
    kind = schema.get("type", "")
    words = [k for k in kind if k != "null"] if isinstance(kind, list) else [kind] if kind else ["any"]
    if words == ["array"]:
        return f"list of {_kind(schema.get('items', {}))}"
    return " or ".join(words) + (f" ({schema['format']})" if "format" in schema else "")


def _curl(method: str, path: str, operation: Mapping[str, Any], base: str) -> str:
    """A command to try it with."""
    address = base + path.replace("{id}", "0HZX4M8QW7R2K").replace("{field}", "FIELD").replace("{object}", "OBJECT")
    examples = [p for p in operation["parameters"] if p["in"] == "query" and "example" in p]
    query = "&".join(f"{p['name']}={quote(str(p['example']), safe='(),.-')}" for p in examples[:2])
    parts = ["curl", *(["-X", method] if method != "GET" else []), f"'{address}{'?' + query if query else ''}'"]
    lines = [" ".join(parts), "-H 'Authorization: Bearer TOKEN'"]
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        lines += ["-H 'Content-Type: application/json'", "-d '[{…}]'" if "/bulk" in path else "-d '{…}'"]
    elif content:
        lines.append("-F file=@report.pdf")
    return " \\\n  ".join(lines)
