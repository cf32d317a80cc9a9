"""What a channel is, and which there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from jimu.flows.notices.file_channel import FileChannel
from jimu.flows.notices.mail import MailChannel
from jimu.messages import Text
from jimu.records import Context


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message to one person. ``id`` stays the same when it is sent again. ``url``: where it is about; '' if
    nowhere. ``html``: the same as ``text``, for channels that can show it.
    """

    id: str
    to: str
    subject: str
    text: str
    url: str = ""
    html: str = ""


class Channel(Protocol):
    """A way to reach people. ``send`` returns when the message is handed over and raises any exception when it is not;
    it may be called again with the same envelope.
    """

    name: str
    label: Text

    def address_of(self, user: Mapping[str, Any]) -> str:
        """Where the person (values of the user record) is reached; '' if they are not."""
        ...

    def send(self, envelope: Envelope) -> None: ...


def channels_of(context: Context) -> dict[str, Channel]:
    """The channels that work here, by name: those whose settings are given, and those of plugins."""
    found: dict[str, Channel] = {}
    settings = context.settings
    if settings.get("smtp_url") and settings.get("mail_from"):
        found["email"] = MailChannel(settings["smtp_url"], settings["mail_from"])
    path = settings.get("channel_file")
    if path and str(path) != ".":
        found["file"] = FileChannel(path)
    if context.hooks is not None:
        for part in context.hooks.jimu_channels(settings=settings):
            found.update({channel.name: channel for channel in part or ()})
    return found
