"""What the address of a list says: which list, its filters, order, groups, and the page that is open.

Everything that decides which records are shown stands in the address, so it can be sent to others; how they are shown
(columns, widths) is kept for each person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from jimu.errors import BadRequest
from jimu.messages import Message
from jimu.web.pages.list_conditions import Condition, read_condition

MOST_TRAIL = 20
_UNREADABLE = Message("The address holds a filter that cannot be read.")
NO_GROUP = "-"
Pairs = list[tuple[str, str]]
COUNTS = ("none", "estimated", "exact")


@dataclass(frozen=True)
class Asked:
    """``where`` None: the list's own filter; '' none at all. ``sort`` and ``group`` '': the list's own. ``trail``: the
    cursors of the pages before, so that one can go back. ``inside``: the keys of the group whose rows are asked for.
    """

    list: str = ""
    search: str = ""
    where: str | None = None
    conditions: tuple[Condition, ...] = ()
    sort: str = ""
    group: str = ""
    inside: tuple[str | None, ...] = ()
    after: str = ""
    trail: tuple[str, ...] = ()
    count: str = "estimated"

    def address(self, object: str, /, at: str = "", **changes: Any) -> str:
        """The address of the same list with ``changes``; anything but turning pages begins again at the first.
        ``at``: what of the list is asked for (``/export.csv``).
        """
        if "after" not in changes:
            changes = {"after": "", "trail": (), "inside": (), **changes}
        pairs = _pairs({**vars(self), **changes})
        return f"/o/{object}{at}?{urlencode(pairs)}" if pairs else f"/o/{object}{at}"

    @property
    def pairs(self) -> Pairs:
        """The arguments of the address."""
        return _pairs(vars(self))

    def hidden(self, *left_out: str) -> Pairs:
        """What a form of the page hands on: all but the page that is open, and what the form asks for itself."""
        return [(k, v) for k, v in self.pairs if k not in ("after", "trail", "in", *left_out)]


def _pairs(values: Mapping[str, Any]) -> Pairs:
    inside, count = values["inside"], values["count"]
    pairs = [
        ("list", values["list"]),
        ("q", values["search"]),
        *(("f", c.text) for c in values["conditions"]),
        ("sort", values["sort"]),
        ("group", values["group"]),
        ("in", json.dumps(inside, ensure_ascii=False) if inside else ""),
        ("after", values["after"]),
        ("trail", "~".join(values["trail"])),
        ("count", count if count != "estimated" else ""),
    ]
    found = [(name, value) for name, value in pairs if value]
    where = values["where"]
    return found if where is None else [*found, ("where", where)]


def asked_of(args: MultiDict[str, str]) -> Asked:
    """What an address asks for. ``contains.<field>`` comes from the plain form of a quick filter. Raises BadRequest for
    a filter that cannot be read: leaving it out would show, or change, more than was asked for.
    """
    given = [text for text in args.getlist("f") if text]
    found = [c for text in given if (c := read_condition(text)) is not None]
    if len(found) < len(given):
        raise BadRequest(_UNREADABLE)
    return Asked(
        args.get("list", ""),
        args.get("q", "").strip(),
        args.get("where", "").strip() if "where" in args else None,
        tuple(dict.fromkeys([*found, *_typed(args)])),
        args.get("sort", ""),
        args.get("group", ""),
        _inside(args.get("in", "")),
        args.get("after", ""),
        tuple(x for x in args.get("trail", "").split("~") if x)[-MOST_TRAIL:],
        count if (count := args.get("count", "estimated")) in COUNTS else "estimated",
    )


def _typed(args: MultiDict[str, str]) -> list[Condition]:
    return [
        Condition(name.removeprefix("contains."), "contains", (text,))
        for name in args
        if name.startswith("contains.") and (text := args.get(name, "").strip())
    ]


def _inside(text: str) -> tuple[str | None, ...]:
    try:
        found = json.loads(text) if text else []
    except ValueError:
        return ()
    fits = isinstance(found, list) and len(found) <= 2 and all(v is None or isinstance(v, str) for v in found)
    return tuple(found) if fits else ()
