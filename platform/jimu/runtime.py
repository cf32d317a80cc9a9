"""The running system below Flask: the database, and the configuration that it runs, as one immutable snapshot.

One ``Runtime`` lives in every process (web worker, job worker, command). It owns the database and swaps its
``Snapshot`` whole when the database says that the revision has moved on. The faces get it handed.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jimu import revisions
from jimu.access.actor import SYSTEM, Actor
from jimu.access.oidc import OidcClient, providers_of
from jimu.clock import Clock, system_clock
from jimu.definitions import find_workspace, load, load_files, no_workspace
from jimu.definitions.manifest import Manifest
from jimu.diagnostics import Diagnostic
from jimu.errors import DefinitionErrors
from jimu.fieldtypes.regions import Regions
from jimu.jobs import Handler, Job, LocalBackend, Runner, Worker
from jimu.jobs.timers import TIMER_JOB, Timer, fire, plan_timers
from jimu.messages import Message
from jimu.plugins import PluginManager, build_plugin_manager
from jimu.records.context import Context
from jimu.records.schema import build_schema
from jimu.revisions.deployment import Deployment, Origin
from jimu.secret_key import find_or_make_key
from jimu.settings import Settings, webhook_secrets
from jimu.storage import Database, RevisionRow, Store
from jimu.storage.schema import Schema
from jimu.translation import Catalogue, translator

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Snapshot:
    """What is in force, all of one revision: replaced whole, never changed.

    ``revision`` is the revision's number in the database; ``pulse`` the database's pulse when it was read.
    """

    manifest: Manifest
    schema: Schema
    store: Store
    plugins: PluginManager
    revision: int = 0
    pulse: int = 0

    @property
    def hooks(self) -> Any:
        return self.plugins.hook


class Runtime:
    """``Runtime(settings)`` opens the database but changes nothing; ``start()`` makes it ready to work."""

    def __init__(self, settings: Settings, *, clock: Clock = system_clock) -> None:
        self.settings = settings
        self.clock = clock
        self.database = Database(settings.url)
        self.database.audit_key = lambda: self.secret_key
        self.plugins: PluginManager = build_plugin_manager()
        self._snapshot: Snapshot | None = None
        self._swap = threading.Lock()
        self._failed: int | None = None    # the revision that could not be read, so that it is tried only once
        self._secret_key: bytes | None = None
        self._catalogues: dict[str, Catalogue] = {}
        self._timed: tuple[int, datetime | None] = (0, None)   # the revision whose timers wait, and until when

    def prepare(self) -> Runtime:
        """Make the data folder and the engine's own tables. Enough for planning, applying and looking at revisions."""
        self.settings.home.mkdir(parents=True, exist_ok=True)
        self.database.migrate()
        return self

    def start(self) -> Runtime:
        """Prepare; where there is no revision yet, apply the workspace as the first; load what is in force.

        Safe when several processes start at once. Raises DefinitionErrors if the workspace does not load, or if this
        engine cannot read the revision in force.
        """
        self.prepare()
        if self._load_current() is None:
            self._apply_first()
        return self

    @property
    def current(self) -> Snapshot:
        """The snapshot in force in this process. Take it once per request and use only that."""
        return self._snapshot or self._loaded()

    @property
    def secret_key(self) -> bytes:
        """The setting ``secret_key``, else the key kept under home (made once, mode 0600)."""
        if self._secret_key is None:
            given = self.settings.secret_key.encode()
            self._secret_key = given or find_or_make_key(self.settings.home / "secret_key")
        return self._secret_key

    def notice(self, pulse: int) -> Snapshot:
        """Called with the pulse that a request's authentication query brought; reloads if the revision moved on."""
        snapshot = self.current
        return snapshot if pulse == snapshot.pulse else self._loaded()

    def refresh(self) -> Snapshot:
        """Read the pulse (one tiny query) and reload if the revision moved on: for the worker's loop and commands."""
        return self.notice(self.database.pulse())

    def tend(self) -> Snapshot:
        """``refresh``, and see to it that every timer's next slot waits in the queue: for the worker's loop."""
        snapshot = self.refresh()
        now = self.clock()
        if snapshot.revision != self._timed[0] or self._timed[1] is None or self._timed[1] <= now:
            with snapshot.store.write() as transaction:
                self._timed = (snapshot.revision, plan_timers(transaction, _timers_of(snapshot), now) or _NEVER)
        return snapshot

    def context(
        self, actor: Actor, via: str | None = None, reason: str = "", snapshot: Snapshot | None = None
    ) -> Context:
        """A context on the snapshot in force (or the one given), for ``actor`` acting through ``via``."""
        now = snapshot or self.current
        if via is not None and via != actor.via:
            actor = dataclasses.replace(actor, via=via)
        return Context(
            actor=actor, manifest=now.manifest, store=now.store, hooks=now.hooks, clock=self.clock, reason=reason,
            settings=self._context_settings,
        )

    def translator(self, locale: str) -> Catalogue:
        """The engine's texts and those of the plugins, in ``locale``."""
        if locale not in self._catalogues:
            texts = (found.get(locale, {}) for _, found in self.plugins.collect("jimu_translations"))
            self._catalogues[locale] = translator(locale).merged(Catalogue(locale, x) for x in texts)
        return self._catalogues[locale]

    def load_workspace(self, plugins: PluginManager | None = None) -> Manifest:
        """The workspace folder's configuration as it is now on disk. Raises DefinitionErrors.

        The plugins that it names are added to ``plugins``, else to this process's own.
        """
        root = find_workspace(self.settings.workspace)
        if root is None:
            raise DefinitionErrors([no_workspace(self.settings.workspace)])
        manifest, diagnostics = load(root, plugins=plugins or self.plugins)
        if manifest is None:
            raise DefinitionErrors(diagnostics)
        return manifest

    def propose_workspace(self) -> Manifest:
        """As ``load_workspace``, for a look: a plugin that is named on disk alone does not come into this process."""
        return self.load_workspace(build_plugin_manager())

    def deployment(self) -> Deployment:
        """What ``revisions`` works on: this database and what it runs now."""
        try:
            running = self._load_current()
        except DefinitionErrors:
            running = None
        with self.database.read() as transaction:
            row = transaction.current_revision(files=False)
        if running is not None and row is not None and row.id != running.revision:
            running = None
        return Deployment(
            self.database, running.manifest if running else None, row.id if row else None, row.hash if row else None,
            self.plugins, self.clock,
        )

    def build_runner(self) -> Runner:
        """What runs one job: handlers of the plugins, acting as the system on the snapshot in force."""
        return Runner(
            open_transaction=lambda: self.current.store.write(),
            handlers=self._handlers,
            context=lambda: self.context(SYSTEM, via="job"),
            clock=self.clock,
        )

    def build_worker(self) -> Worker:
        """A worker that runs due jobs in the calling thread, or hands them to RQ where Redis is configured."""
        runner = self.build_runner()
        if self.settings.redis_url:
            from jimu.jobs.rq_backend import RqBackend, queue_name

            return Worker(RqBackend(runner, self.settings.redis_url, queue_name(self.settings.url)), self.tend)
        return Worker(LocalBackend(runner), self.tend)

    def close(self) -> None:
        """Give up database connections (before a fork, at the end). They are opened again when needed."""
        self.database.save_observations()
        self.database.dispose()

    def _handlers(self) -> dict[str, Handler]:
        found = {kind: run for _, given in self.plugins.collect("jimu_job_handlers") for kind, run in given.items()}
        return {**found, TIMER_JOB: self._fire}

    def _fire(self, job: Job, context: Context) -> None:
        with context.store.write() as transaction:
            fire(transaction, _timers_of(self.current), job.payload)

    @cached_property
    def oidc_clients(self) -> dict[str, OidcClient]:
        """The OpenID providers that people may sign in with, by name. Raises ValueError naming a wrong variable."""
        providers = providers_of(self.settings, os.environ)
        return {name: OidcClient(provider) for name, provider in providers.items()}

    @cached_property
    def _plugin_folders(self) -> list[Path]:
        """A revision keeps the YAML of plugins; their Python is in the workspace on disk."""
        root = find_workspace(self.settings.workspace)
        return [root / "plugins"] if root else []

    @cached_property
    def _context_settings(self) -> dict[str, Any]:
        """What records may want to know of the installation: every setting by name, the key, the region trees."""
        values = {f.name: getattr(self.settings, f.name) for f in dataclasses.fields(self.settings)}
        trees = {code: tree for _, found in self.plugins.collect("jimu_region_trees") for code, tree in found.items()}
        return {
            **values,
            "secret_key": self.secret_key,
            "regions": Regions(trees),
            "webhook_secrets": webhook_secrets(),
        }

    def _apply_first(self) -> None:
        manifest = self.load_workspace()
        try:
            revisions.apply(Deployment(self.database, plugins=self.plugins, clock=self.clock), manifest,
                            Origin(author="jimu", note="first start"))
        except revisions.Refused:
            log.info("another process applied the first revision")
        self._loaded()

    def _loaded(self) -> Snapshot:
        snapshot = self._load_current()
        if snapshot is None:
            raise DefinitionErrors([_no_revision()])
        return snapshot

    def _load_current(self) -> Snapshot | None:
        """Bring the snapshot up to what the database runs; None where nothing was applied yet.

        A revision that this process cannot read (it needs a newer engine or plugin) is reported, and the old one stays.
        """
        with self._swap:
            return self._load_under_lock()

    def _load_under_lock(self) -> Snapshot | None:
        old = self._snapshot
        with self.database.read() as transaction:
            # The pulse is read first: a change between the two reads then shows as a newer pulse at the next look.
            pulse = transaction.pulse()
            row = transaction.current_revision(files=False)
            if row is not None and (old is None or row.id not in (old.revision, self._failed)):
                row = transaction.current_revision()
        if row is None:
            return None
        if old is not None and row.id in (old.revision, self._failed):
            self._snapshot = dataclasses.replace(old, pulse=pulse)
        else:
            self._snapshot = self._replaced(old, row, pulse)
        return self._snapshot

    def _replaced(self, old: Snapshot | None, row: RevisionRow, pulse: int) -> Snapshot:
        try:
            return self._build(row, pulse)
        except DefinitionErrors as error:
            if old is None:
                raise
            self._failed = row.id
            log.error("revision %s cannot be read here, revision %s stays: %s", row.id, old.revision, error)
            return dataclasses.replace(old, pulse=pulse)

    def _build(self, row: RevisionRow, pulse: int) -> Snapshot:
        manifest, diagnostics = load_files(row.files, plugins=self.plugins, plugin_folders=self._plugin_folders)
        if manifest is None:
            raise DefinitionErrors(diagnostics)
        schema = build_schema(manifest)
        # A revision may have brought plugins along: what was collected from them is collected anew.
        self._catalogues = {}
        self.__dict__.pop("_context_settings", None)
        return Snapshot(manifest, schema, Store(self.database, schema), self.plugins, row.id, pulse)


_NEVER = datetime.max.replace(tzinfo=UTC)


def _timers_of(snapshot: Snapshot) -> list[Timer]:
    return [timer for found in snapshot.hooks.jimu_timers(manifest=snapshot.manifest) for timer in found]


def _no_revision() -> Diagnostic:
    return Diagnostic("no_revision", Message("Nothing has been applied to this database yet. Run: jimu apply"))
