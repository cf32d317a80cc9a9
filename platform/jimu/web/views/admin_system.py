"""The start page of administration, settings, health."""

from __future__ import annotations

from dataclasses import fields

from flask import Blueprint, Response, request

import jimu
from jimu import revisions
from jimu.access.rights import has_right
from jimu.definitions.model import WorkspaceDef
from jimu.definitions.reader import key_place
from jimu.definitions.reader import read as read_yaml
from jimu.diagnostics import Place
from jimu.messages import Message
from jimu.records import read
from jimu.records.requests import AggregateRequest
from jimu.settings import Settings, variable
from jimu.web.pages.admin_health import examine, human_bytes, worst
from jimu.web.pages.admin_nav import ANY, CONFIGURE, USERS
from jimu.web.pages.admin_search import search
from jimu.web.responses import reader_of
from jimu.web.views.admin_base import add, admin_page, guarded
from jimu.web.visit import Visit, visit

ORIGINS = {
    "environment": Message("environment"),
    "given": Message("option of the command"),
    "default": Message("default"),
}
_WORKSPACE_KEYS = ("name", "extends", "plugins", "locale", "locales", "time_zone", "currency", "currencies", "country")


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/admin", view_func=guarded(show_admin, ANY))
    add(blueprint, "/admin/settings", show_settings, "settings")
    add(blueprint, "/admin/health", show_health, "health")


def show_admin() -> Response:
    """An overview for those who configure, a search over everything that can be set, and the pages."""
    now = visit()
    reader, text = reader_of(now), request.args.get("q", "").strip()[:100]
    return admin_page(
        "home",
        now.say(Message("Administration")),
        text=text,
        hits=search(text, reader) if text else [],
        tiles=[] if text else _tiles(now),
        revision=_in_force(now) if has_right(now.actor, now.manifest, CONFIGURE) else None,
    )


def _in_force(now: Visit) -> object:
    rows = revisions.list_revisions(now.runtime.database, 1)
    return rows[0] if rows else None


def _tiles(now: Visit) -> list[tuple[Message, str, str, str, Message | None]]:
    """(label, value, address, icon, what is to be said to it) by right."""
    tiles: list[tuple[Message, str, str, str, Message | None]] = []
    if has_right(now.actor, now.manifest, USERS):
        found = read.aggregate(AggregateRequest("user", ("count()",), where="active"), now.context)
        people = found.rows[0]["count"] if found.rows else 0
        tiles.append((Message("Active users"), str(people), "/admin/users", "users", None))
    if has_right(now.actor, now.manifest, CONFIGURE):
        tiles += _system_tiles(now)
    return tiles


def _system_tiles(now: Visit) -> list[tuple[Message, str, str, str, Message | None]]:
    own = [o for o in now.manifest.objects.values() if not o.system and not o.retired]
    with now.runtime.database.read() as transaction:
        jobs = transaction.count_jobs()
    facts = now.runtime.database.facts()
    dead = jobs.get("dead", 0)
    failed = Message("failed: {n}", {"n": dead}) if dead else None
    health = {"ok": Message("All is well"), "warn": Message("Something to look at"), "fail": Message("Trouble")}
    return [
        (Message("Objects"), str(len(own)), "/admin/objects", "database", None),
        (Message("Jobs waiting"), str(jobs.get("waiting", 0)), "/admin/jobs", "clock", failed),
        (Message("Storage"), human_bytes(facts.bytes), "/admin/health", "server", None),
        (Message("Health"), now.say(health[worst(examine(now.runtime))]), "/admin/health", "heart", None),
        (Message("Version"), jimu.__version__, "/admin/health", "info-circle", None),
    ]


def show_settings() -> Response:
    """What is set, where each value comes from, how it is changed. Secrets are never shown."""
    now = visit()
    return admin_page(
        "settings",
        now.say(Message("Settings")),
        "settings",
        settings=[_setting(now.runtime.settings, name) for name in _setting_names()],
        keys=[(key, _shown(getattr(now.manifest.workspace, key)), _place(now, key)) for key in _WORKSPACE_KEYS],
        source=now.manifest.workspace.source,
    )


def _setting_names() -> list[str]:
    return [f.name for f in fields(Settings)]


def _setting(settings: Settings, name: str) -> tuple[str, str, Message, Message, str]:
    """(variable, value as it may be shown, origin, help, default)."""
    field = next(f for f in fields(Settings) if f.name == name)
    value = getattr(settings, name)
    shown = _masked(name, str(value)) if field.metadata["is_secret"] else _shown(value)
    return variable(name), shown, ORIGINS[settings.origin(name)], field.metadata["message"], _shown(field.default)


def _masked(name: str, value: str) -> str:
    """A URL without its password; of a key only that there is one."""
    if not value:
        return ""
    scheme, separator, rest = value.partition("://")
    if not separator or name == "secret_key":
        return "••••••••"
    login, at, place = rest.rpartition("@")
    return f"{scheme}://{login.partition(':')[0] + ':••••@' if at else ''}{place.partition('?')[0]}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)


def _place(now: Visit, key: str) -> Place:
    """Where the workspace says it; nowhere for what it leaves to the default."""
    workspace: WorkspaceDef = now.manifest.workspace
    text = now.manifest.files.get(workspace.source.file)
    data, _ = read_yaml(text, workspace.source.file) if text else (None, [])
    return key_place(data, key) if isinstance(data, dict) and key in data else Place()


def show_health() -> Response:
    now = visit()
    return admin_page("health", now.say(Message("Health")), "health", checks=examine(now.runtime))
