"""The structural difference of two manifests: what was added, changed, renamed, retired, restored or removed, and where.

Pure: knows no data. ``revisions`` adds the counts of what a change does to records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jimu.definitions.manifest import Manifest
from jimu.messages import Message


@dataclass(frozen=True, slots=True)
class Change:
    """``what``: added, changed, renamed, retired, restored, removed. ``part``: object, field, check, unique, index,
    record_type, option_list, role, app, page, list, seed, import_plan, workspace.

    ``address`` is the new definition's (``lead.amount``, ``lead#check:name``, ``role:sales``); ``key`` names the one
    property that changed (``type``, ``required``, ``choices`` …) with its value ``before`` and ``after``.
    For renames ``before`` and ``after`` are the names.
    """

    what: str
    part: str
    address: str
    message: Message
    object: str | None = None
    name: str | None = None
    key: str | None = None
    before: Any = None
    after: Any = None


def compare(before: Manifest | None, after: Manifest) -> list[Change]:
    """What must change to come from ``before`` (None: nothing yet) to ``after``; empty when the revisions are equal."""
    raise NotImplementedError
