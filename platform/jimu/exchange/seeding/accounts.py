"""Who may sign in after the demo is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jimu.definitions.manifest import Manifest
from jimu.exchange.importing.step import names
from jimu.exchange.seeding.load import seeds_of


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account with a known password. ``roles`` are names of roles."""

    email: str
    password: str
    name: str
    roles: tuple[str, ...] = ()


def demo_accounts(manifest: Manifest, sets: Sequence[str] = ("demo",)) -> list[DemoAccount]:
    """The accounts that the seeds of ``sets`` give a password, in the order they are written."""
    found = []
    for seed in seeds_of(manifest, sets):
        for step in seed.steps:
            passwords = step.get("passwords") or {}
            if not passwords:
                continue
            (key,) = names(step["key"])
            by_key = {str(r.get(key)): r for r in step.get("records", ())}
            for login, password in passwords.items():
                record = by_key.get(login, {})
                found.append(
                    DemoAccount(login, password, str(record.get("name", login)), tuple(record.get("roles", ())))
                )
    return found
