"""Many groups of duplicates merged by one rule, as one unit: group by group, each wholly or not at all.

A group that cannot be merged (somebody is not allowed to, an approval holds a record, a value is refused) is left as it
is and named among the failures. Of groups with records that the actor cannot see nothing is touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jimu.access.fields import EDIT, field_access
from jimu.bulk.model import Item
from jimu.bulk.noting import reason_of
from jimu.bulk.results import Run
from jimu.bulk.running import JOBS, queue
from jimu.bulk.units import Unit, open_unit, resume_unit
from jimu.care.looking import looking
from jimu.care.merge_rules import MergeRule, merge_by_rule
from jimu.care.merging import Merge, MergeForecast, carry_out, foresee_merge
from jimu.care.scanning import settle
from jimu.care.workbench import Cluster, Wanted, count_clusters, next_clusters
from jimu.errors import BadRequest, Conflict, Forbidden, Invalid, NotFound, StaleVersion
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.messages import Message
from jimu.records import Context, write
from jimu.records.auditing import audit
from jimu.records.rollups_due import work_off_rollups

JOB = JOBS["merge"]
AT_A_TIME = 25
"""Groups that are merged in one transaction."""

SUBJECT = Message("Merge duplicates: {object}")
NOTHING = Message("There are no such groups.")
HIDDEN = Message("The group has records that you cannot see.")
_REFUSED = (BadRequest, Conflict, Forbidden, Invalid, NotFound)


@dataclass(frozen=True)
class ManyMerges:
    """``ids``: groups that were chosen; without any, all open ones of ``object`` (found by the duplicate rule ``rule``)
    whose records are at least so much ``alike``.
    """

    object: str
    how: MergeRule = field(default_factory=MergeRule)
    rule: str = ""
    alike: float = 0.0
    ids: tuple[int, ...] = ()

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.object, self.rule, self.alike, self.ids)

    def dump(self) -> dict[str, Any]:
        ids = [encode_id(id) for id in self.ids]
        how = [self.how.survivor, self.how.values]
        return {"object": self.object, "how": how, "rule": self.rule, "alike": self.alike, "ids": ids}

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> ManyMerges:
        ids = tuple(decode_id(text) for text in given["ids"])
        return cls(given["object"], MergeRule(*given["how"]), given["rule"], given["alike"], ids)


@dataclass(frozen=True)
class GroupForecast:
    """One group: what its merge would do, or why it cannot be done."""

    cluster: Cluster
    forecast: MergeForecast | None = None
    problem: Message | None = None


@dataclass(frozen=True)
class ManyForecast:
    """``groups``, ``losers``: how many there are in all, and how many records would go. ``first``: some of them."""

    groups: int
    losers: int
    first: Sequence[GroupForecast]


def foresee_merges(asked: ManyMerges, context: Context, most: int = AT_A_TIME) -> ManyForecast:
    """What ``start_merges`` would do, the first groups in full. Raises Forbidden."""
    groups, losers = count_clusters(asked.wanted, context)
    with looking(context) as inner:
        clusters, _ = next_clusters(asked.wanted, 0, most, inner)
        return ManyForecast(groups, losers, [_foresee(cluster, asked, inner) for cluster in clusters])


def _foresee(cluster: Cluster, asked: ManyMerges, context: Context) -> GroupForecast:
    if cluster.hidden:
        return GroupForecast(cluster, problem=HIDDEN)
    try:
        return GroupForecast(cluster, foresee_merge(_merge_of(cluster, asked, context), context))
    except _REFUSED as error:
        return GroupForecast(cluster, problem=error.message)


def start_merges(asked: ManyMerges, context: Context) -> Run:
    """The unit that merges the groups, by a job. Raises Forbidden, BadRequest where there are none."""
    groups, losers = count_clusters(asked.wanted, context)
    if not groups:
        raise BadRequest(NOTHING)
    subject = replace(SUBJECT, params={"object": context.manifest.object(asked.object).plural})
    with write.unit_of_work(context) as inner:
        unit = open_unit(inner, subject, "merge", asked.object, total=losers, plan={"merges": asked.dump()})
        details = {"action": "merge", "groups": groups, "count": losers, "unit": encode_id(unit.id)}
        audit(inner, "data.mass_change", object=asked.object, details=details)
        queue(unit.run, inner, anyhow=True)
        return unit.run


def carry_merges_on(id: int, context: Context) -> Run:
    """The rest of the groups, as the context's actor, until all are through or somebody paused or stopped it."""
    context = replace(context, reason=f"mass {encode_id(id)}", rollups_later=True)
    unit = resume_unit(id, context)
    asked = ManyMerges.load(unit.run.plan["merges"])
    while unit.run.is_running:
        try:
            _some(asked, unit, context)
        except StaleVersion:
            pass  # paused, stopped, or another worker did these
        unit = resume_unit(id, context)
        if unit.run.is_running:
            context.store.give_way()
    work_off_rollups(context)
    return unit.run


def _some(asked: ManyMerges, unit: Unit, context: Context) -> None:
    """The next groups, noted in their transaction."""
    failed: list[Item] = []

    def mark(items: Sequence[Item]) -> list[Item]:
        """What counts is the records that went; the rest was done along with them."""
        return [*(replace(i, along=bool(i.object) or i.status != "deleted") for i in items), *failed]

    with write.unit_of_work(context) as transaction:
        clusters, after = next_clusters(asked.wanted, int(unit.run.progress or 0), AT_A_TIME, transaction)
        with unit.work(transaction, mark, progress=str(after)) as inner:
            for cluster in clusters:
                failed += _merged(cluster, asked, unit.id, inner)
        if not after:
            Unit(unit.run, transaction).close()


def _merged(cluster: Cluster, asked: ManyMerges, unit: int, context: Context) -> list[Item]:
    """Merges one group; what is refused is taken back, and told."""
    if cluster.hidden:
        return [Item(cluster.first, "failed", reason=HIDDEN)]
    journal = context.journal if context.journal is not None else []
    told = context.told if context.told is not None else []
    marks = len(journal), len(told)
    try:
        with context.transaction.savepoint():
            carry_out(_merge_of(cluster, asked, context), unit, context)
            settle(cluster.id, "merged", context)
    except _REFUSED as error:
        del journal[marks[0] :], told[marks[1] :]
        fields = context.manifest.object(cluster.object).fields
        return [Item(cluster.first, "failed", reason=reason_of(error, fields))]
    return []


def _merge_of(cluster: Cluster, asked: ManyMerges, context: Context) -> Merge:
    rows = context.transaction.fetch(cluster.object, list(cluster.members))
    access = field_access(context.actor, context.manifest, cluster.object)
    editable = [name for name, may in access.items() if may == EDIT]
    return merge_by_rule(asked.how, context.manifest.object(cluster.object), list(rows.values()), editable)
