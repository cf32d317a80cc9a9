"""The page on which many groups of duplicates are merged by a rule: what is asked, and what comes of the first ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jimu.care.merge_rules import MergeRule
from jimu.care.merging_many import GroupForecast, ManyMerges
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.web.pages.merging import MergePage, build_merge_page
from jimu.web.pages.reader import Reader
from jimu.web.responses import record_id

SHOWN = 10
"""Groups that are shown in full before any is merged."""

SURVIVORS: Mapping[str, Message] = {
    "oldest": Message("The oldest record"),
    "complete": Message("The record with the most values"),
    "newest": Message("The record changed last"),
}
VALUES: Mapping[str, Message] = {
    "own": Message("Its own; blank ones are filled from the others"),
    "newest": Message("For each field the one changed last"),
}
ALIKE = (1.0, 0.95, 0.9, 0.0)


@dataclass(frozen=True)
class GroupView:
    """``merge`` None: the group is left as it is, because of ``problem``."""

    titles: Sequence[str]
    merge: MergePage | None
    problem: str = ""


def read_merges(given: object, object: str) -> ManyMerges:
    """What the address or the form asks for."""
    get = given.get  # type: ignore[attr-defined]
    ids = tuple(record_id(text) for text in given.getlist("cluster"))  # type: ignore[attr-defined]
    how = MergeRule(get("survivor", "oldest"), get("values", "own"))
    alike = next((a for a in ALIKE if f"{a:g}" == get("alike")), 0.0 if ids else ALIKE[0])
    return ManyMerges(object, how, get("rule", ""), alike, ids)


def group_view(one: GroupForecast, reader: Reader) -> GroupView:
    titles = [title or encode_id(id) for id, title in one.cluster.members.items()]
    if one.forecast is None:
        return GroupView(titles, None, reader.render(one.problem) if one.problem else "")
    return GroupView(titles, build_merge_page(one.forecast, reader))
