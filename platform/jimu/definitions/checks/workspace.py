"""workspace.yaml: its time zone, currencies and languages are real ones."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from jimu.definitions.checks.checking import Checking
from jimu.diagnostics import nearest
from jimu.fieldtypes.currency_code import known_currency


def check_workspace(checking: Checking) -> None:
    workspace, document = checking.manifest.workspace, checking.documents["workspace"]["workspace"]
    if not _is_time_zone(workspace.time_zone):
        checking.findings.error(
            "unknown_time_zone",
            "There is no time zone called {name}.",
            {"name": workspace.time_zone},
            document.value_place("time_zone"),
            document.address,
            nearest(workspace.time_zone, available_timezones()),
        )
    written = document.data.get("currencies", ())
    for code, place in [
        (workspace.currency, document.value_place("currency")),
        *((code, document.value_place("currencies", i)) for i, code in enumerate(written)),
    ]:
        if not known_currency(code):
            checking.findings.error(
                "unknown_currency", "{code} is no currency code.", {"code": code}, place, document.address
            )
    if workspace.locale not in workspace.locales:
        checking.findings.error(
            "locale_not_offered",
            "The language {locale} is not among those offered.",
            {"locale": workspace.locale},
            document.value_place("locale"),
            document.address,
        )


def _is_time_zone(name: str) -> bool:
    """Asking for the one is a hundred times faster than listing them all."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not found, a folder of zones, a path out of the database
        return False
    return True
