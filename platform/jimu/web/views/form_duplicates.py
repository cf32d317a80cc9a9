"""Duplicates in forms: what was found, beside what is typed, and what the person says about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import request

from jimu.records.context import Context
from jimu.records.duplicates import Told
from jimu.web.pages.duplicates import duplicates_panel
from jimu.web.pages.reader import Reader
from jimu.web.visit import visit


def said(context: Context) -> Context:
    """The context of a form's write: where the form can show what was found (``_duplicates``), a warning stops it too,
    until the person says that it is to be.
    """
    if not request.form.get("_duplicates"):
        return context
    reason = request.form.get("_duplicates_reason", "").strip()[:300]
    policy = "judge" if request.form.get("_duplicates_ok") or reason else "stop"
    return replace(context, duplicates=policy, duplicates_reason=reason)


def shown_duplicates(object: str, told: Iterable[Told], reader: Reader) -> dict[str, Any]:
    """For the script of the form: the panel, and the key by which it knows whether it has it already."""
    panel = duplicates_panel(object, told, reader)
    return {"key": panel.key if panel else "", "html": panel_html(object, told, reader) if panel else ""}


def panel_html(object: str, told: Iterable[Told], reader: Reader) -> str:
    return visit().renderer.render(
        "duplicates_panel.html",
        panel=duplicates_panel(object, told, reader),
        reason=request.form.get("_duplicates_reason", ""),
        was_ok=bool(request.form.get("_duplicates_ok")),
    )
