"""The command palette and the search page: records of all objects, commands, favourites, what was looked at last."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from jimu.messages import Message
from jimu.records import read
from jimu.records.requests import SearchResult
from jimu.web.pages.commands import GO, GROUPS, ME, NEW, Command, commands_for
from jimu.web.pages.own_records import at_hand
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.shell import flat_entries, frame_for

LONGEST = 200
_FIRST_COMMANDS = 6
_MOST_COMMANDS = 8
_PER_OBJECT = 5
_LONGEST_NOTE = 80


@dataclass(frozen=True, slots=True)
class Choice:
    """``note`` is the text that holds the words, in the field ``place``; or what kind of thing it is."""

    label: str
    icon: str
    href: str
    note: str = ""
    place: str = ""
    command: Command | None = None


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    label: str
    choices: list[Choice]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """``types``: (object, label, is chosen) to narrow the search by. ``total``: how many records were found."""

    text: str
    groups: list[Group] = field(default_factory=list)
    types: list[tuple[str, str, bool]] = field(default_factory=list)
    total: int = 0


def start(reader: Reader) -> Found:
    """Before anything is typed: what was looked at last, favourites, the first commands."""
    kept, recent = ([Choice(i.title, i.icon, i.href, i.kind) for i in items[:6]] for items in at_hand(reader))
    commands = commands_for(reader)
    some = [c for name, most in ((GO, _FIRST_COMMANDS), (NEW, 4), (ME, 2)) for c in _of(commands, name)[:most]]
    groups = [
        Group("recent", reader.render(Message("Recently viewed")), recent),
        Group("favourites", reader.render(Message("Favourites")), kept),
        *_command_groups(some, reader),
    ]
    return Found("", [g for g in groups if g.choices], _types(reader, ""))


def _of(commands: tuple[Command, ...], group: str) -> list[Command]:
    return [c for c in commands if c.group == group]


def _command_groups(commands: list[Command], reader: Reader) -> list[Group]:
    groups = []
    for name, label in GROUPS.items():
        chosen = [Choice(c.label, c.icon, c.href, command=c) for c in commands if c.group == name]
        groups.append(Group(name, reader.render(label), chosen))
    return [g for g in groups if g.choices]


def find(text: str, object: str, reader: Reader, limit: int = 40) -> Found:
    """What fits ``text``: commands and a few records of each object, or records of ``object`` alone."""
    words = text.casefold().split()
    commands = [] if object else [c for c in commands_for(reader) if c.fits(words)][:_MOST_COMMANDS]
    found = find_records(text, object, reader, limit, limit if object else _PER_OBJECT)
    return replace(found, groups=[*found.groups, *_command_groups(commands, reader)])


def find_records(text: str, object: str, reader: Reader, limit: int, most: int) -> Found:
    """Records that fit ``text``, best first, in groups of at most ``most``; of ``object`` alone if it is named."""
    hits = read.search(text, reader.context, [object] if object else None, limit) if text else []
    return Found(text, _record_groups(hits, text, reader, most), _types(reader, object), len(hits))


def _record_groups(hits: list[SearchResult], text: str, reader: Reader, most: int) -> list[Group]:
    counts = Counter(h.object for h in hits)
    places = read.found_in(hits, text, reader.context) if hits else {}
    groups: dict[str, Group] = {}
    for hit in hits:
        target = reader.manifest.objects[hit.object]
        if hit.object not in groups:
            more = "/search?" + urlencode({"q": text, "type": hit.object}) if counts[hit.object] > most else ""
            groups[hit.object] = Group(hit.object, reader.label(target.plural), [], more)
        group = groups[hit.object]
        if len(group.choices) < most:
            title = hit.title or reader.render(Message("(no title)"))
            name, note = places.get(hit.id, ("", ""))
            place = reader.label(target.fields[name].label) if name else ""
            href = record_url(hit.object, hit.id)
            group.choices.append(Choice(title, target.icon, href, note[:_LONGEST_NOTE], place))
    return list(groups.values())


def _types(reader: Reader, chosen: str) -> list[tuple[str, str, bool]]:
    """The objects of the apps, in their order: the search can be narrowed to one."""
    names = dict.fromkeys(e.object for app in frame_for(reader).apps for e in flat_entries(app.entries) if e.object)
    if chosen and chosen in reader.manifest.objects:
        names.setdefault(chosen)
    return [(name, reader.label(reader.manifest.objects[name].plural), name == chosen) for name in names]
