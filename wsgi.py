"""The WSGI entry for other servers than ``jimu serve``: ``gunicorn --preload wsgi:app``. Settings come from JIMU_*."""

from jimu.app import create_app

app = create_app()
