"""The JSON API under ``/api/v1``: records, bulk, aggregates, history, search, metadata, formulas, files, OpenAPI.

A thin face: it authenticates, reads parameters and bodies, calls ``jimu.records`` and dumps what comes back.
Endpoints are data (``endpoints.Endpoint``), so that routing, the refusal of unknown parameters and the OpenAPI
document say the same. Knows no SQL. Entry: ``build_blueprint(runtime)``.
"""

from jimu.api.blueprint import build_blueprint

__all__ = ["build_blueprint"]
