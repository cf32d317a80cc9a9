"""The search over what can be administered: pages, settings, objects, fields, roles, option lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from jimu.access.rights import has_right
from jimu.messages import Message, Text
from jimu.settings import Settings, variable
from jimu.web.pages.admin_nav import CONFIGURE, GROUPS, may_open
from jimu.web.pages.reader import Reader

MOST = 40


@dataclass(frozen=True, slots=True)
class AdminHit:
    """``kind`` says what it is; ``about`` one line more."""

    label: str
    kind: Message
    about: str
    href: str
    icon: str


def search(text: str, reader: Reader) -> list[AdminHit]:
    """What has all words of ``text`` in its name, label or description, in the order pages, roles, objects …"""
    words = text.casefold().split()
    found: list[AdminHit] = []
    for hit, where in _everything(reader):
        if all(word in where for word in words):
            found.append(hit)
            if len(found) == MOST:
                break
    return found


def _everything(reader: Reader) -> Iterator[tuple[AdminHit, str]]:
    """Each with the text that is searched, small letters."""
    for group in GROUPS:
        for page in group.pages:
            if may_open(reader.actor, reader.manifest, page.rights):
                label, about = reader.render(page.label), reader.render(page.about)
                hit = AdminHit(label, group.label, about, page.href, page.icon)
                yield hit, f"{label} {about} {page.label} {page.about}".casefold()
    if may_open(reader.actor, reader.manifest, ("users", CONFIGURE)):
        for role in reader.manifest.roles.values():
            href = f"/admin/roles/{role.name}"
            yield _hit(reader, role.label, role.name, (Message("Role"), href, "user-shield"))
    if has_right(reader.actor, reader.manifest, CONFIGURE):
        yield from _configuration(reader)


def _configuration(reader: Reader) -> Iterator[tuple[AdminHit, str]]:
    manifest = reader.manifest
    for object in manifest.objects.values():
        yield _hit(reader, object.label, object.name, (Message("Object"), f"/admin/objects/{object.name}", object.icon))
    for found in manifest.option_lists.values():
        href = f"/admin/options/{found.name}"
        yield _hit(reader, found.label, found.name, (Message("Option list"), href, "list-check"))
    for setting in fields(Settings):
        name, help = variable(setting.name), reader.render(setting.metadata["message"])
        hit = AdminHit(name, Message("Setting"), help, f"/admin/settings#{name}", "adjustments")
        yield hit, f"{name} {help} {setting.metadata['help']}".casefold()
    for object in manifest.objects.values():
        for field in object.active_fields:
            if not field.system:
                href = f"/admin/objects/{object.name}/{field.name}"
                yield _hit(reader, field.label, field.address, (Message("Field"), href, "forms"))


def _hit(reader: Reader, label: Text, address: str, about: tuple[Message, str, str]) -> tuple[AdminHit, str]:
    kind, href, icon = about
    words = " ".join([address, *label.by_locale.values()])
    return AdminHit(reader.label(label) or address, kind, address, href, icon), words.casefold()
