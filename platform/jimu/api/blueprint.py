"""The blueprint: routes made from the endpoints, and what every request under /api passes on its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed, NotFound

from jimu.api import (
    analysis,
    approvals,
    audit,
    bulk,
    converting,
    documents,
    duplicates,
    explaining,
    files,
    flows,
    followers,
    formulas,
    hooks,
    imports,
    merging,
    metadata,
    organisation,
    pools,
    records,
    retention,
    units,
)
from jimu.api.answers import Answer, respond
from jimu.api.authentication import authenticate
from jimu.api.call import Call, current_call
from jimu.api.endpoints import Endpoint
from jimu.api.errors import on_error
from jimu.api.idempotency import run_once
from jimu.api.rate import RateLimit
from jimu.errors import JimuError
from jimu.runtime import Runtime

PREFIX = "/api/v1"
_VARY = ("Authorization", "Cookie", "Accept-Language")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def build_blueprint(runtime: Runtime) -> Blueprint:
    """Everything under /api, plugins' endpoints included, behind one sign-in, one rate limit and one error envelope."""
    blueprint = Blueprint("api", __name__, url_prefix="/api", template_folder="templates")
    limit = RateLimit(runtime.settings)
    blueprint.before_request(lambda: _enter(runtime, limit))
    blueprint.after_request(_leave)
    blueprint.register_error_handler(Exception, on_error)
    endpoints = build_endpoints(runtime)
    for endpoint in endpoints:
        blueprint.add_url_rule(
            f"/v1{endpoint.rule}",
            endpoint.name,
            _view(endpoint),
            methods=[endpoint.method],
            provide_automatic_options=False,
        )
    _add_documents(blueprint, endpoints)
    for _plugin, found in runtime.current.plugins.collect("jimu_api_blueprints"):
        for nested in found:
            blueprint.register_blueprint(nested, url_prefix="/v1")
    for rule in ("/", "/<path:rest>"):
        blueprint.add_url_rule(
            rule, "nowhere", _nowhere, methods=[*_METHODS, "OPTIONS"], provide_automatic_options=False
        )
    return blueprint


def build_endpoints(runtime: Runtime) -> tuple[Endpoint, ...]:
    settings = runtime.settings
    modules = (
        records,
        bulk,
        analysis,
        audit,
        metadata,
        formulas,
        files,
        organisation,
        explaining,
        duplicates,
        merging,
        converting,
        retention,
        imports,
        units,
        pools,
        flows,
        followers,
        hooks,
        approvals,
    )
    own = tuple(endpoint for module in modules for endpoint in module.endpoints(settings))
    return (*own, *documents.endpoints(own))


def _add_documents(blueprint: Blueprint, endpoints: tuple[Endpoint, ...]) -> None:
    def docs(object: str | None = None) -> Response:
        return documents.show(g.call, endpoints, object)

    blueprint.add_url_rule("/docs", "docs", docs, methods=["GET"], provide_automatic_options=False)
    blueprint.add_url_rule("/docs/<object>", "docs", docs, methods=["GET"], provide_automatic_options=False)
    blueprint.add_url_rule(
        "/docs.css", "docs_style", documents.show_style, methods=["GET"], provide_automatic_options=False
    )


def _view(endpoint: Endpoint) -> Callable[..., Response]:
    def view(**path: Any) -> Response:
        call: Call = g.call
        answer = run_once(call, lambda c: endpoint.run(c, path)) if endpoint.idempotent else endpoint.run(call, path)
        return respond(answer) if isinstance(answer, Answer) else answer

    return view


def _enter(runtime: Runtime, limit: RateLimit) -> ResponseReturnValue | None:
    """Who asks is known, and counted, before anything else; failures to sign in count against the address."""
    if request.endpoint == "api.nowhere":
        _nowhere()
    if request.endpoint == "api.docs_style":
        return None
    try:
        g.call = _authenticate(runtime)
    except JimuError:
        limit.check()
        if request.endpoint == "api.docs":
            return documents.sign_in()
        raise
    limit.check()
    return None


def _authenticate(runtime: Runtime) -> Call:
    if request.endpoint == f"api.{hooks.NAME}":
        return hooks.authenticate_hook(runtime, (request.view_args or {})["name"])
    return authenticate(runtime)


def _leave(response: Response) -> Response:
    call, headers = current_call(), response.headers
    if call is not None:
        headers.setdefault("Content-Language", call.locale)
    headers.setdefault("Cache-Control", "private, no-cache")
    if "Vary" in headers:
        response.vary.update(_VARY)
    else:
        headers["Vary"] = ", ".join(_VARY)
    return response


def _nowhere(**path: Any) -> ResponseReturnValue:
    """Raises MethodNotAllowed where another method would be right, else NotFound."""
    adapter = current_app.create_url_adapter(request)
    allowed = [m for m in _METHODS if adapter is not None and _is_known(adapter, m)]
    if allowed:
        raise MethodNotAllowed([*allowed, *(["HEAD"] if "GET" in allowed else [])])
    raise NotFound


def _is_known(adapter: Any, method: str) -> bool:
    found = adapter.match(method=method)
    return str(found[0]) != "api.nowhere"
