"""The pages: log in, lists, record pages, forms, all computed from the manifest and rendered on the server.

Knows Flask and the floors below, no SQL and no CRM words. ``pages/`` computes plain data from definitions, values and
the actor; ``views/`` are the addresses; ``templates/`` only render. ``build_blueprint(runtime)`` is the entry.
"""

from jimu.web.blueprint import build_blueprint

__all__ = ["build_blueprint"]
