"""The web application: the one composition root of the web process, and what every request passes on its way.

``create_app(settings)`` makes the Flask application. ``Runtime`` (the system below Flask) is exported here as well.
"""

from jimu.app.factory import create_app
from jimu.app.logs import set_up_logs
from jimu.runtime import Runtime, Snapshot

__all__ = ["Runtime", "Snapshot", "create_app", "set_up_logs"]
