"""The approval flows that follow from duplicate rules: who reviews what a rule takes for a duplicate.

A rule that asks for approval names a flow or the people who review. For the latter a flow of one step is made here, so
that runs, tasks, notices and locks know nothing of duplicates. No file can have its name (``care.review_name``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from jimu.definitions.approvals.model import FlowDef
from jimu.definitions.approvals.reading import Path, read_flow
from jimu.definitions.care import DuplicateRuleDef
from jimu.definitions.documents import Document
from jimu.definitions.kinds import approval
from jimu.definitions.kinds.approval import FlowLinks, FlowMaking
from jimu.definitions.kinds.kind import Linking
from jimu.diagnostics import Place

REQUEST = "request"
_LABEL = {"en": "Duplicate review", "zh-CN": "查重审核", "zh-TW": "重複審核"}
_REVIEW = {"en": "Is another record wanted?", "zh-CN": "是否需要另建记录？", "zh-TW": "是否需要另建記錄？"}
_KEPT = {"en": "Kept", "zh-CN": "保留", "zh-TW": "保留"}


class _ReviewMaking(FlowMaking):
    """Reports at the line of the rule's reviewers."""

    def __init__(self, document: Document, linking: Linking, at: Path) -> None:
        super().__init__(document, linking, document.name)
        self.at = at

    def place(self, path: Path) -> Place:
        return self.document.key_place(*self.at)

    def place_of(self, path: Path) -> Place:
        return self.document.value_place(*self.at)


def review_flows(found: Mapping[str, FlowDef], linking: Linking) -> Mapping[str, FlowDef]:
    """The flows of reviewers by name; what rules say of other flows is checked."""
    made: dict[str, FlowDef] = {}
    for document, i, rule in _requests(linking):
        if rule.approval:
            _check_flow(rule, document, ("duplicates", i, "approval"), linking)
        elif rule.reviewers:
            at: Path = ("duplicates", i, "reviewers")
            made[rule.flow] = _review(rule, _ReviewMaking(document, linking, at), at)
    return made


def _requests(linking: Linking) -> Iterator[tuple[Document, int, DuplicateRuleDef]]:
    for object in linking.manifest.objects.values():
        for rule in object.duplicates if not object.retired else ():
            if rule.on_match == REQUEST:
                document = linking.linker.documents[object.name]
                names = [raw["name"] for raw in document.data["duplicates"]]
                yield document, names.index(rule.name), rule


def _check_flow(rule: DuplicateRuleDef, document: Document, at: Path, linking: Linking) -> None:
    place, named = document.value_place(*at), linking.documents.get(rule.approval)
    if named is None:
        template = "There is no approval flow called {name}."
        linking.findings.unknown(
            "unknown_flow", template, rule.approval, place, document.address, linking.documents
        )  # fmt: skip
    elif named.data.get("object") != rule.object:
        template = "The approval flow {name} is not of {object}."
        params = {"name": rule.approval, "object": rule.object}
        linking.findings.error("flow_of_other", template, params, place, document.address)


def _review(rule: DuplicateRuleDef, making: _ReviewMaking, at: Path) -> FlowDef:
    """One step, at which the first answer counts; it begins by itself only."""
    data = {
        "object": rule.object,
        "label": _LABEL,
        "start": {"by": []},
        "nodes": {
            "review": {"label": _REVIEW, "approvers": list(rule.reviewers), "mode": "any", "to": "kept"},
            "kept": {"type": "end", "label": _KEPT},
        },
    }
    flow = read_flow(rule.flow, data, making)
    FlowLinks(making, flow).rules(flow.nodes["review"].approvers, at)
    trigger = replace(flow.trigger, on=frozenset())
    return replace(flow, trigger=trigger, version=approval.version_of(data), data=data, source=rule.source)


APPROVAL = replace(approval.APPROVAL, derive=review_flows)
