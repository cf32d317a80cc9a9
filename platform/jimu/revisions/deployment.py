"""What a plan or an apply works on: a database and the configuration that it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jimu.access.actor import SYSTEM, Actor
from jimu.clock import Clock, system_clock
from jimu.definitions.manifest import Manifest
from jimu.storage import Database


@dataclass(frozen=True)
class Deployment:
    """``running`` is the configuration in force, ``revision`` its number in the database and ``hash`` its content hash.

    All are None in a new database. ``running`` alone is None where this engine cannot read what an older one applied.
    ``plugins`` is the plugin manager with which stored revisions are read again. ``looked_at``: of how many people a
    plan tells what they would gain or lose; 0: of all.
    """

    database: Database
    running: Manifest | None = None
    revision: int | None = None
    hash: str | None = None
    plugins: Any = None
    clock: Clock = system_clock
    looked_at: int = 20


@dataclass(frozen=True)
class Origin:
    """Where a revision comes from, as kept beside it. ``actor``: who applies it, for the audit."""

    author: str = ""
    commit: str = ""
    note: str = ""
    actor: Actor = SYSTEM
    is_rollback: bool = False
