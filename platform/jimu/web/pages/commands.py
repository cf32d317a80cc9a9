"""What one can do from anywhere: go to a list, make a record, change how pages look. Made from the manifest once per
revision, roles and language; the command palette offers it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jimu.access.per_manifest import PerManifest
from jimu.access.rules import action_allowed
from jimu.messages import Message
from jimu.web.pages.admin_nav import groups_for
from jimu.web.pages.reader import Reader
from jimu.web.pages.shell import Entry, flat_entries, frame_for

GO, NEW, LOOK, ME = "go", "new", "look", "me"
GROUPS: dict[str, Message] = {
    GO: Message("Go to"),
    NEW: Message("Create"),
    LOOK: Message("Look"),
    ME: Message("You"),
}
_LOOKS: tuple[tuple[Message, str, str, str], ...] = (
    (Message("Theme: as the device"), "sun-moon", "theme", "auto"),
    (Message("Theme: light"), "sun", "theme", "light"),
    (Message("Theme: dark"), "moon", "theme", "dark"),
    (Message("Theme: high contrast"), "eye", "theme", "contrast"),
    (Message("Density: comfortable"), "layout-list", "density", "comfortable"),
    (Message("Density: compact"), "list", "density", "compact"),
)
_LANGUAGES = (("en", "English"), ("zh-CN", "简体中文"), ("zh-TW", "繁體中文"))


@dataclass(frozen=True, slots=True)
class Command:
    """``href``: where it leads. With ``field`` it is a form: ``field=value`` goes to ``href``. ``also``: more words by
    which it is found.
    """

    group: str
    label: str
    icon: str
    href: str
    field: str = ""
    value: str = ""
    also: str = ""
    script: str = ""

    def fits(self, words: list[str]) -> bool:
        text = f"{self.label} {self.also}".casefold()
        return all(word in text for word in words)


_known: PerManifest[dict[Any, tuple[Command, ...]]] = PerManifest(lambda manifest: {})


def commands_for(reader: Reader) -> tuple[Command, ...]:
    known = _known.get(reader.manifest)
    found = known.get(reader.key)
    if found is None:
        found = known[reader.key] = tuple({(c.label, c.href, c.value): c for c in _build(reader)}.values())
    return found


def _build(reader: Reader) -> Iterator[Command]:
    say = reader.render
    frame = frame_for(reader)
    yield Command(GO, say(Message("Home")), "home", "/", also="home")
    for app in frame.apps:
        for entry in flat_entries(app.entries):
            if entry.href:
                yield Command(GO, entry.label, entry.icon, entry.href, also=f"{app.label} {entry.object}")
    for group in groups_for(reader.actor, reader.manifest):
        for page in group.pages:
            yield Command(GO, say(page.label), page.icon, page.href, also=say(page.about))
    for app in frame.apps:
        yield from _makings(app.entries, reader)
    for message, mark, field, value in _LOOKS:
        yield Command(LOOK, say(message), mark, "/preferences", field, value, also=f"{field} {value}")
    for code, name in _LANGUAGES:
        label = say(Message("Language: {name}", {"name": name}))
        yield Command(LOOK, label, "language", "/preferences", "language", code, also=f"language {code}")
    yield Command(ME, say(Message("Profile")), "user-circle", "/profile", also="profile")
    yield Command(ME, say(Message("Keyboard shortcuts")), "keyboard", "#", also="keyboard help", script="keys")
    follow = say(Message("Follow this record, or no longer"))
    yield Command(ME, follow, "eye", "#", also="follow unfollow watch", script="follow")
    yield Command(ME, say(Message("What I follow")), "eye", "/following", also="following")
    yield Command(ME, say(Message("Log out")), "logout", "/logout", "next", "/login", also="logout")


def _makings(entries: tuple[Entry, ...], reader: Reader) -> Iterator[Command]:
    for entry in flat_entries(entries):
        if entry.object and action_allowed(reader.actor, reader.manifest, entry.object, "create"):
            target = reader.manifest.objects[entry.object]
            label = reader.render(Message("New: {object}", {"object": reader.label(target.label)}))
            yield Command(NEW, label, "plus", f"/o/{entry.object}/new", also=f"new {entry.object}")
