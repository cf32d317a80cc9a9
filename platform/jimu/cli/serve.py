"""``jimu serve``: the web server for production; jobs are run by ``jimu worker``."""

from __future__ import annotations

import click

from jimu.cli.output import say
from jimu.cli.session import Session, pass_session


@click.command("serve")
@pass_session
def serve_command(session: Session) -> None:
    """Serve pages and API with gunicorn (JIMU_HOST, JIMU_PORT, JIMU_WORKERS, JIMU_THREADS).

    Run `jimu worker` beside it for jobs. Put a reverse proxy with TLS in front; see docs/admin.md.
    """
    from jimu.app.logs import set_up_logs
    from jimu.cli.server import Server, require_free_port

    settings = session.settings
    require_free_port(settings)
    set_up_logs(settings.log_format)
    text = f"http://{settings.host}:{settings.port}/ with {settings.workers} workers of {settings.threads} threads"
    Server(session.runtime, when_ready=lambda: say(text)).run()
