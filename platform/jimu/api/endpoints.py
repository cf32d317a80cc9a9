"""An endpoint as data: method, address, parameters, what it takes and gives. Routing and OpenAPI are made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response

from jimu.access.token_scopes import may_change
from jimu.api.answers import Answer
from jimu.api.call import Call
from jimu.api.parameters import ParameterSet
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.errors import Forbidden
from jimu.messages import Message

View = Callable[..., Answer | Response]

RECORD_ERRORS = (404,)
NO_SCOPE = Message("This token may only read here.")
WRITE_ERRORS = (403, 404, 409, 412, 415, 422, 423)


@dataclass(frozen=True)
class Endpoint:
    """``view(call, parameters, **path)``. ``path`` has ``{object}``, ``{id}`` and ``{field}`` as in OpenAPI.

    ``per_object``: OpenAPI lists it once for each object the actor may do ``action`` to. ``body`` and ``result`` name
    the shapes in ``openapi_shapes``. ``errors``: statuses besides those that every endpoint may give. ``idempotent``:
    takes an ``Idempotency-Key``. ``conditional``: takes If-Match. ``signed``: asks for a signature instead of a
    sign-in. ``only``: the objects for which OpenAPI lists it. ``asks``: changes nothing though it is no GET. ``of``:
    the object that it changes where the address names none.
    """

    method: str
    path: str
    view: View
    summary: str
    tag: str
    name: str
    parameters: ParameterSet = field(default_factory=ParameterSet)
    per_object: bool = False
    action: str = "read"
    body: str | None = None
    result: str | None = None
    status: int = 200
    errors: tuple[int, ...] = ()
    idempotent: bool = False
    conditional: bool = False
    description: str = ""
    signed: bool = False
    only: Callable[[Manifest, ObjectDef], bool] | None = None
    asks: bool = False
    of: str = ""

    @property
    def rule(self) -> str:
        """The address in Flask's way of writing."""
        return self.path.replace("{", "<").replace("}", ">")

    def run(self, call: Call, path: Mapping[str, Any]) -> Answer | Response:
        self._require_scope(call, path)
        return self.view(call, self.parameters.read(), **path)

    def _require_scope(self, call: Call, path: Mapping[str, Any]) -> None:
        """What the engine does for who asks (approvals, following, runs) is not judged by rules on records, so
        whether a token may change anything is judged here for all endpoints."""
        changes = self.method != "GET" and not self.asks
        if changes and not may_change(call.actor.scopes, self.of or path.get("object", "")):
            raise Forbidden(NO_SCOPE)
