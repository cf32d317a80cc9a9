"""Who reads a page, and how they like things: language, zone, texts. Handed to everything that builds a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from jimu.access.actor import Actor
from jimu.definitions.manifest import Manifest
from jimu.fieldtypes.base import FormatContext, LoadContext
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message, Text, Translator
from jimu.records.context import Context
from jimu.records.environment import region_trees


@dataclass(frozen=True)
class Reader:
    """``context`` is what records are read and written with."""

    context: Context
    locale: str
    time_zone: ZoneInfo
    translate: Translator

    @property
    def actor(self) -> Actor:
        return self.context.actor

    @property
    def manifest(self) -> Manifest:
        return self.context.manifest

    def label(self, text: Text) -> str:
        return text.get(self.locale)

    def render(self, message: Message) -> str:
        return message.render(self.translate)

    @property
    def key(self) -> tuple[Any, ...]:
        """Readers with equal keys see the same shapes."""
        return (self.locale, self.time_zone.key, self.actor.roles, self.actor.scopes, self.actor.is_system)

    def format_context(self) -> FormatContext:
        workspace = self.manifest.workspace
        return FormatContext(
            self.locale,
            self.time_zone,
            workspace.currency,
            workspace.country,
            regions=region_trees(self.context),
            translate=self.translate,
        )

    def load_context(self) -> LoadContext:
        workspace = self.manifest.workspace
        return LoadContext(
            locale=self.locale,
            time_zone=self.time_zone,
            now=self.context.clock(),
            currency=workspace.currency,
            currencies=workspace.currencies,
            country=workspace.country,
            settings=self.context.settings,
            regions=region_trees(self.context),
        )


def record_url(object: str, id: int) -> str:
    return f"/o/{object}/{encode_id(id)}"


def any_record_url(id: int) -> str:
    """The address of a record whose object is not known here; it leads on to the record's page."""
    return f"/r/{encode_id(id)}"
