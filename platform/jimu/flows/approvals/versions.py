"""The flow that a run goes by: today's where it is the same, else the text kept when the run began."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jimu.access import SYSTEM
from jimu.access.per_manifest import PerManifest
from jimu.definitions.approvals.model import ApproverRule, EndNode, FlowDef, PeopleNode
from jimu.definitions.approvals.reading import read_flow
from jimu.definitions.kinds.approval import Rereading, money_compared
from jimu.definitions.manifest import Manifest
from jimu.errors import Invalid, NotFound
from jimu.flows.approvals.model import Run
from jimu.messages import Message, Text
from jimu.records import Context, Create, write
from jimu.storage.query import Compare, Query

VERSION = "approval_version"


def current_flow(manifest: Manifest, name: str) -> FlowDef:
    found: FlowDef | None = manifest.all("approval").get(name)
    if found is None:
        raise NotFound(Message("There is no approval flow called {name}.", {"name": name}))
    return found


def flows_of(manifest: Manifest, object: str) -> list[FlowDef]:
    """The active flows over records of ``object``, the first to be tried first."""
    found = [f for f in manifest.all("approval").values() if f.object == object and f.active]
    return sorted(found, key=lambda f: (f.priority, f.name))


def flow_of_version(name: str, version: str, context: Context) -> FlowDef:
    """The flow as it was under ``version``. ``context`` has a transaction."""
    today: FlowDef | None = context.manifest.all("approval").get(name)
    if today is not None and today.version == version:
        return today
    kept = _kept.get(context.manifest)
    if (name, version) not in kept:
        kept[name, version] = _read_again(name, version, context)
    return kept[name, version]


def _read_again(name: str, version: str, context: Context) -> FlowDef:
    filter = Compare("flow", "eq", name) & Compare("flow_version", "eq", version)
    rows = context.transaction.select(Query(VERSION, filter, fields=("data",), limit=1)).rows
    if not rows:
        raise NotFound(Message("There is no approval flow called {name}.", {"name": f"{name} {version}"}))
    data = rows[0]["data"]
    flow = read_flow(name, data, Rereading(context.manifest, data["object"]))
    fields = {name: object.fields for name, object in context.manifest.objects.items()}
    return replace(flow, version=version, data=data, money=money_compared(flow, fields))


def keep_version(flow: FlowDef, context: Context) -> None:
    """Keep the flow's text, once for each version."""
    filter = Compare("flow", "eq", flow.name) & Compare("flow_version", "eq", flow.version)
    if context.transaction.select(Query(VERSION, filter, fields=("flow",), limit=1)).rows:
        return
    values = {"flow": flow.name, "flow_version": flow.version, "data": plain(flow.data)}
    try:
        write.write(Create(VERSION, values), context.as_actor(SYSTEM))
    except Invalid as error:
        if any(p.code != "not_unique" for p in error.problems):
            raise  # else another process has kept it at the same moment


def plain(data: Any) -> Any:
    """YAML's own mappings and lists as JSON's; the order of keys stays."""
    if isinstance(data, dict):
        return {str(k): plain(v) for k, v in data.items()}
    return [plain(v) for v in data] if isinstance(data, list) else data


def revocation_of(flow: FlowDef, run: Run) -> FlowDef:
    """The flow by which an approved run is revoked: those who approved are asked again, in the same order."""
    nodes: dict[str, Any] = {}
    for visit in run.visits.values():
        people = [
            t.person
            for t in run.tasks.values()
            if t.visit == visit.id and t.state == "approved" and t.kind == "approve" and t.person is not None
        ]
        node = flow.nodes.get(visit.node)
        if visit.state == "done" and people and isinstance(node, PeopleNode) and visit.node not in nodes:
            rule = ApproverRule("people", ids=tuple(dict.fromkeys(people)))
            nodes[visit.node] = PeopleNode(visit.node, node.label, approvers=(rule,), policy=node.policy)
    names = list(nodes)
    for name, following in zip(names, [*names[1:], "revoked"], strict=True):
        nodes[name] = replace(nodes[name], to=following)
    nodes["revoked"] = EndNode("revoked", Text.of("End"))
    return FlowDef(
        flow.name, flow.object, flow.label, nodes=nodes, lock="none", version=run.version, withdraw="any_time",
        admins=flow.admins,
    )  # fmt: skip


_kept: PerManifest[dict[tuple[str, str], FlowDef]] = PerManifest(lambda manifest: {})
