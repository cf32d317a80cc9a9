"""``create_app``: wires the runtime, the faces and the middleware together."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import jimu
from jimu import api, web
from jimu.access.networks import networks_of
from jimu.app.access_log import AccessLog
from jimu.app.assets import serve_assets
from jimu.app.compression import compress
from jimu.app.headers import SecurityHeaders
from jimu.app.health import build_health_blueprint
from jimu.app.metrics import build_metrics_blueprint
from jimu.app.no_session import NoSession
from jimu.app.trusted_hosts import TrustedHosts, trusted_hosts
from jimu.runtime import Runtime
from jimu.settings import Settings

MEGABYTE = 1024 * 1024


def create_app(settings: Settings | None = None, runtime: Runtime | None = None) -> Flask:
    """The Flask application, on ``runtime`` if one is given (tests, ``jimu run``), else on a new one, started here.

    ``settings`` default to the environment's. Raises DefinitionErrors if a new database's workspace does not load.
    """
    settings = settings or (runtime.settings if runtime else Settings.from_environment())
    runtime = runtime or Runtime(settings).start()
    check_sign_in(settings, runtime)
    app = Flask("jimu", root_path=jimu.__path__[0], static_folder=None, template_folder=None)
    app.config.update(
        SECRET_KEY=runtime.secret_key, DEBUG=settings.debug, MAX_CONTENT_LENGTH=settings.max_request_mb * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=settings.max_request_mb * MEGABYTE, MAX_FORM_PARTS=20_000, TRAP_HTTP_EXCEPTIONS=False,
    )
    app.session_interface = NoSession()
    app.extensions["jimu"] = runtime
    runtime.database.observer.is_on = True
    app.register_blueprint(build_health_blueprint(runtime))
    app.register_blueprint(build_metrics_blueprint(runtime))
    _register_faces(app, runtime)
    app.after_request(compress)
    _wrap(app, settings)
    return app


def check_sign_in(settings: Settings, runtime: Runtime) -> None:
    """Networks and providers that cannot be read are told at the start. Raises ValueError."""
    try:
        networks_of(settings.allowed_addresses)
    except ValueError as error:
        raise ValueError(f"JIMU_ALLOWED_ADDRESSES: {error}") from None
    _ = runtime.oidc_clients


def _register_faces(app: Flask, runtime: Runtime) -> None:
    """The API (it mounts what plugins add to it), the pages, and what plugins add to these."""
    plugins = runtime.current.plugins
    app.register_blueprint(api.build_blueprint(runtime))
    app.register_blueprint(web.build_blueprint(runtime))
    for _plugin, blueprints in plugins.collect("jimu_page_blueprints"):
        for blueprint in blueprints:
            app.register_blueprint(blueprint)


def _wrap(app: Flask, settings: Settings) -> None:
    """From the inside out: assets are answered before Flask, foreign names by nobody, everything is logged, proxies are
    believed first.
    """
    app.wsgi_app = SecurityHeaders(app.wsgi_app)  # type: ignore[method-assign]
    serve_assets(app)
    hosts = trusted_hosts(settings)
    if hosts is not None:
        app.wsgi_app = TrustedHosts(app.wsgi_app, hosts)  # type: ignore[method-assign]
    app.wsgi_app = AccessLog(app.wsgi_app)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n, x_prefix=n)  # type: ignore[method-assign]
