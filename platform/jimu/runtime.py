"""The running system below Flask: the database, and the configuration that it runs, as one immutable snapshot.

One ``Runtime`` lives in every process (web worker, job worker, command). It owns the database and swaps its ``Snapshot``
whole when the database says that the revision has moved on. The faces get it handed; nothing below knows of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jimu.access.actor import Actor
from jimu.clock import Clock, system_clock
from jimu.definitions.manifest import Manifest
from jimu.messages import Translator
from jimu.records.context import Context
from jimu.settings import Settings
from jimu.storage.schema import Schema


@dataclass(frozen=True)
class Snapshot:
    """What is in force, all of one revision: replaced whole, never changed. ``pulse``: the database's pulse when it was read."""

    manifest: Manifest
    schema: Schema
    store: Any                         # storage.Store bound to the schema
    plugins: Any                       # plugins.PluginManager
    pulse: int = 0

    @property
    def hooks(self) -> Any:
        return self.plugins.hook


class Runtime:
    """``Runtime(settings)`` opens the database but changes nothing; ``start()`` migrates, applies a first revision and loads."""

    def __init__(self, settings: Settings, *, clock: Clock = system_clock) -> None:
        self.settings = settings
        self.clock = clock

    def start(self) -> Runtime:
        """Migrate the engine's tables; where there is no revision yet, apply the workspace as the first; load the current one.

        Safe when several processes start at once. Raises DefinitionErrors if the workspace does not load.
        """
        raise NotImplementedError

    @property
    def database(self) -> Any:
        """The ``storage.Database``."""
        raise NotImplementedError

    @property
    def current(self) -> Snapshot:
        """The snapshot in force in this process. Take it once per request and use only that."""
        raise NotImplementedError

    @property
    def secret_key(self) -> bytes:
        """The setting ``secret_key``, else the key kept under home (made once, mode 0600)."""
        raise NotImplementedError

    def notice(self, pulse: int) -> Snapshot:
        """Called with the pulse that came along with a request's authentication query; reloads if it shows a new revision."""
        raise NotImplementedError

    def refresh(self) -> Snapshot:
        """Read the pulse (one tiny query) and reload if it shows a new revision: the worker's loop and commands call this."""
        raise NotImplementedError

    def context(self, actor: Actor, via: str | None = None, reason: str = "", snapshot: Snapshot | None = None) -> Context:
        """A context on the snapshot in force (or the one given), for ``actor`` acting through ``via``."""
        raise NotImplementedError

    def translator(self, locale: str) -> Translator:
        """Engine texts and the texts of plugins, in ``locale``."""
        raise NotImplementedError

    def close(self) -> None:
        """Give up database connections (before a fork, at the end of a test)."""
        raise NotImplementedError
