"""The frame around pages: apps, navigation, the person's menu. Compiled once per revision, roles and language."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from jimu.access.per_manifest import PerManifest
from jimu.access.rules import action_allowed
from jimu.definitions.model import AppDef, AppItem
from jimu.messages import Message
from jimu.web.pages.admin_nav import ANY, may_open
from jimu.web.pages.reader import Reader

# Keys after ``g`` that lead elsewhere: home, the notifications.
_TAKEN = ("h", "n")


@dataclass(frozen=True)
class Entry:
    """``key``: the letter that leads here after ``g``."""

    label: str
    icon: str
    href: str
    object: str = ""
    list: str = ""
    items: tuple[Entry, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class AppEntry:
    name: str
    label: str
    icon: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Frame:
    """``apps`` that the reader may use, the first one by default; ``workspace``: its name; ``admin``: entries by
    right. ``drawn``: what was drawn of it."""

    workspace: str
    apps: tuple[AppEntry, ...]
    admin: tuple[Entry, ...] = field(default=())
    has_inbox: bool = False  # something in this configuration is approved
    drawn: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def app(self, name: str | None, object: str | None = None) -> AppEntry | None:
        """The app chosen, if it is there; else the first that holds ``object``; else the first."""
        chosen = next((a for a in self.apps if a.name == name), None)
        if object and (chosen is None or not _holds(chosen.entries, object)):
            chosen = next((a for a in self.apps if _holds(a.entries, object)), chosen)
        return chosen or (self.apps[0] if self.apps else None)

    def current(self, app: AppEntry | None, path: str, object: str | None) -> str:
        """The address of the one entry that stands for the page at ``path``, which shows records of ``object``."""
        entries = flat_entries((*(app.entries if app else ()), *self.admin))
        exact = next((e.href for e in entries if e.href == path or (e.list and path.startswith(f"{e.href}&"))), "")
        exact = exact or next((e.href for e in self.admin if path.startswith((f"{e.href}/", f"{e.href}?"))), "")
        return exact or next((e.href for e in entries if object and e.object == object and not e.list), "")


def flat_entries(entries: tuple[Entry, ...]) -> list[Entry]:
    """Entries and those inside them, in their order."""
    return [one for entry in entries for one in (entry, *flat_entries(entry.items))]


def _holds(entries: tuple[Entry, ...], object: str) -> bool:
    return any(e.object == object or _holds(e.items, object) for e in entries)


_frames: PerManifest[dict[Any, Frame]] = PerManifest(lambda manifest: {})


def frame_for(reader: Reader) -> Frame:
    known = _frames.get(reader.manifest)
    found = known.get(reader.key)
    if found is None:
        found = known[reader.key] = _build(reader)
    return found


def _build(reader: Reader) -> Frame:
    apps = sorted(reader.manifest.apps.values(), key=lambda a: (a.order, a.name))
    entries = [
        _app(app, reader)
        for app in apps
        if not app.roles or set(app.roles) & reader.actor.roles or reader.actor.is_admin
    ]
    found = tuple(e for e in entries if e.entries) or (_all_objects(reader),)
    workspace = reader.manifest.workspace
    has_inbox = bool(reader.manifest.all("approval"))
    return Frame(reader.label(workspace.label) or workspace.name, found, _admin(reader), has_inbox)


def _app(app: AppDef, reader: Reader) -> AppEntry:
    entries = _with_keys(_entries(app.items, reader), set(_TAKEN))
    return AppEntry(app.name, reader.label(app.label) or app.name, app.icon, entries)


def _with_keys(entries: tuple[Entry, ...], taken: set[str]) -> tuple[Entry, ...]:
    """Each entry gets the first letter of its object's name that no entry before it has."""
    found = []
    for entry in entries:
        if entry.items:
            found.append(replace(entry, items=_with_keys(entry.items, taken)))
            continue
        name = entry.list.removeprefix(f"{entry.object}_") or entry.object
        key = next((letter for letter in name if letter.isascii() and letter.isalpha() and letter not in taken), "")
        taken.add(key)
        found.append(replace(entry, key=key))
    return tuple(found)


def _entries(items: tuple[AppItem, ...], reader: Reader) -> tuple[Entry, ...]:
    found = []
    for item in items:
        if item.items:
            inner = _entries(item.items, reader)
            if inner:
                found.append(Entry(reader.label(item.label), item.icon, "", items=inner))
        elif item.object:
            target = reader.manifest.objects.get(item.object)
            if target and not target.retired and action_allowed(reader.actor, reader.manifest, item.object, "read"):
                href = f"/o/{item.object}" + (f"?list={item.list}" if item.list else "")
                found.append(
                    Entry(
                        reader.label(item.label) or reader.label(target.plural),
                        item.icon or target.icon,
                        href,
                        item.object,
                        item.list or "",
                    )
                )
        elif item.url:
            found.append(Entry(reader.label(item.label), item.icon, item.url))
    return tuple(found)


def _all_objects(reader: Reader) -> AppEntry:
    """Where no app is written: every object that is no system object."""
    items = tuple(
        AppItem(o.plural, o.icon, o.name) for o in reader.manifest.objects.values() if not o.system and not o.retired
    )
    return AppEntry("all", reader.render(Message("All records")), "apps", _entries(items, reader))


def may_import(reader: Reader) -> bool:
    """Whether there is anything of which the reader may make records."""
    objects = (o for o in reader.manifest.objects.values() if not o.system and not o.retired)
    return any(action_allowed(reader.actor, reader.manifest, o.name, "create") for o in objects)


def _admin(reader: Reader) -> tuple[Entry, ...]:
    found = [Entry(reader.render(Message("Recycle bin")), "trash", "/bin")]
    if may_import(reader):
        found.insert(0, Entry(reader.render(Message("Import")), "file-import", "/import"))
    if may_open(reader.actor, reader.manifest, ANY):
        found.append(Entry(reader.render(Message("Administration")), "settings", "/admin"))
    return tuple(found)
