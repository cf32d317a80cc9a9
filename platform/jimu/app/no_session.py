"""Flask's own session is not used: sessions are rows of ours (``access.sessions``), so nothing is signed or looked for
in each request.
"""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface


class NoSession(SessionInterface):
    """Every request has the null session; writing to it raises."""

    def __init__(self) -> None:
        self._null = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return self._null
