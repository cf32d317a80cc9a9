"""Which words of the YAML mean something for which type of node; any other is a mistake that would be passed over."""

from __future__ import annotations

from collections.abc import Mapping

_ALL = ("type", "label", "to")
_PEOPLE = (
    "approvers", "mode", "collect", "rejects", "when_empty", "when_self", "dedupe", "on_reject", "return_to", "resume",
    "same_people", "may", "fields", "comment", "signature", "email_decision", "deadline", "pool", "cc",
)  # fmt: skip
_BLOCK = ("branches", "join", "rest", "on_reject")

WORDS: Mapping[str, frozenset[str]] = {
    "approve": frozenset({*_ALL, *_PEOPLE}),
    "handle": frozenset({*_ALL, *_PEOPLE}),
    "decision": frozenset({"type", "label", "branches"}),
    "parallel": frozenset({*_ALL, *_BLOCK}),
    "inclusive": frozenset({*_ALL, *_BLOCK}),
    "cc": frozenset({*_ALL, "people"}),
    "action": frozenset({*_ALL, "actions"}),
    "wait": frozenset({*_ALL, "after", "until", "signal", "calendar"}),
    "sub_flow": frozenset({*_ALL, "flow", "field", "each", "wait", "on_reject"}),
    "auto_pass": frozenset(_ALL),
    "auto_reject": frozenset({*_ALL, "on_reject"}),
    "end": frozenset({"type", "label", "result", "actions", "cc"}),
}
