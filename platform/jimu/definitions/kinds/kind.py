"""What a further kind of definition consists of: where its files lie, what becomes of them, how to speak of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from jimu.definitions.documents import Document, Findings
from jimu.definitions.link.linker import Linker
from jimu.definitions.manifest import Manifest
from jimu.definitions.use import Use
from jimu.diagnostics import Place
from jimu.messages import Message, Text


class Definition(Protocol):
    """What every definition of a further kind has; the rest is its own."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> Text: ...
    @property
    def source(self) -> Place: ...


@dataclass(frozen=True, slots=True)
class Linking:
    """What turns a document into a definition. ``linker`` types formulas and follows fields and objects; ``manifest``
    holds objects, roles, option lists and layouts already, and of the further kinds those that stand before in
    ``KINDS``; ``documents``: those of the same kind, by name.
    """

    linker: Linker
    manifest: Manifest
    documents: Mapping[str, Document]

    @property
    def findings(self) -> Findings:
        return self.linker.findings

    def check_role(self, name: str, place: Place, address: str) -> bool:
        """Whether there is such a role; a report if not."""
        if name in self.manifest.roles:
            return True
        self.findings.unknown(
            "unknown_role", "There is no role called {name}.", name, place, address, self.manifest.roles
        )
        return False


Build = Callable[[Document, Linking], Definition | None]
Uses = Callable[[Manifest, Any], Iterator[Use]]
Derive = Callable[[Mapping[str, Any], Linking], Mapping[str, Definition]]


def _nothing(manifest: Manifest, definition: Any) -> Iterator[Use]:
    return iter(())


def _none(found: Mapping[str, Any], linking: Linking) -> Mapping[str, Definition]:
    return {}


@dataclass(frozen=True, slots=True)
class DefinitionKind:
    """``name``: also of its JSON Schema (``yaml_schema/<name>.json``) and the prefix of its addresses
    (``pool:leads``). ``folder``: below the workspace (``flows/pools``). ``part``: the kind within a sentence ("pool"),
    ``title``: as a heading ("Pools"). ``build`` makes the linked definition and reports what is wrong with it; None:
    nothing usable could be made (and that is reported). ``uses``: which definitions it refers to, by address.
    ``derive``: definitions of the kind that follow from others and have no file of their own; given those that have.
    """

    name: str
    folder: str
    part: Message
    title: Message
    build: Build
    uses: Uses = _nothing
    derive: Derive = _none
