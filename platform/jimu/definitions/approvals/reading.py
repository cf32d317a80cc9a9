"""From the YAML of a flow to its definition. What needs other definitions is asked of a ``Making``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Protocol

from jimu.definitions.approvals.model import (
    MAY,
    START,
    Action,
    ActionNode,
    ApproverRule,
    AutoNode,
    BatchRule,
    BlockNode,
    Branch,
    CcNode,
    Deadline,
    DecisionNode,
    Empty,
    EndNode,
    FlowDef,
    Limits,
    NodeDef,
    PeopleNode,
    Policy,
    Sensitive,
    SubFlowNode,
    Trigger,
    WaitNode,
)
from jimu.definitions.approvals.words import WORDS
from jimu.definitions.kinds.duration import Duration, parse_duration
from jimu.diagnostics import Place
from jimu.messages import Text

Raw = Mapping[str, Any]
Path = tuple[str | int, ...]

_BROKEN = "broken"  # stands for what could not be read, and is reported already


class Making(Protocol):
    """What a flow is read with: places in its text, reports, and formulas typed on its object."""

    def place(self, path: Path) -> Place: ...
    def error(self, code: str, template: str, path: Path, **params: object) -> None: ...
    def condition(self, source: str, path: Path) -> Any: ...
    def people(self, source: str, path: Path) -> Any: ...
    def value(self, source: str, path: Path) -> Any: ...


def read_flow(name: str, data: Raw, making: Making) -> FlowDef:
    """The flow, with everything reported that is not as it can be read."""
    reading = _Reading(making)
    start = data.get("start") or {}
    trigger = Trigger(
        frozenset(start.get("on") or ("button",)),
        frozenset(start.get("fields") or ()),
        making.condition(start["when"], ("start", "when")) if start.get("when") else None,
        tuple(start.get("by") or ("anyone",)),
        start.get("change", "hold"),
    )
    withdraw = data.get("withdraw", "any_time")
    nodes = {key: reading.node(key, raw) for key, raw in (data.get("nodes") or {}).items()}
    plain = (
        "priority", "lock", "lock_from", "dedupe", "urge_every", "email_decision", "currency", "restart", "read_until",
    )  # fmt: skip
    return FlowDef(
        name=name,
        object=data.get("object", ""),
        label=_text(data, name),
        help=Text.of(data["help"]) if data.get("help") else Text({}),
        nodes=nodes,
        trigger=trigger,
        lock_after=frozenset(data.get("lock_after") or ()),
        companies=_list(data.get("company") or ()),
        sensitive=_sensitive(data.get("sensitive"), nodes),
        withdraw="until" if isinstance(withdraw, Mapping) else withdraw,
        withdraw_until=withdraw.get("until", "") if isinstance(withdraw, Mapping) else "",
        revoke=reading.duration(data.get("revoke"), ("revoke",)),
        admins=reading.rules(data.get("admins"), ("admins",)),
        batch=_batch(data.get("batch", True)),
        limits=Limits(**(data.get("limits") or {})),
        submit=reading.actions(data.get("on_submit"), ("on_submit",)),
        recall=reading.actions(data.get("on_withdraw"), ("on_withdraw",)),
        revoked=reading.actions(data.get("on_revoke"), ("on_revoke",)),
        converts=bool(data.get("convert")),
        active=bool(data.get("active", True)),
        source=making.place(()),
        **{key: data[key] for key in plain if key in data},
    )


def _sensitive(raw: Raw | None, nodes: Mapping[str, NodeDef]) -> Sensitive | None:
    if not raw or not nodes:
        return None
    return Sensitive(frozenset(raw.get("fields") or ()), raw.get("reopen") or next(iter(nodes)))


def _batch(raw: Any) -> BatchRule:
    if isinstance(raw, Mapping):
        given = {key: raw[key] for key in ("at_once", "most") if key in raw}
        return BatchRule(frozenset(raw["answers"]), **given) if "answers" in raw else BatchRule(**given)
    return BatchRule() if raw else BatchRule(frozenset())


def _text(raw: Raw, otherwise: str) -> Text:
    return Text.of(raw["label"]) if raw.get("label") else Text.of(otherwise)


class _Reading:
    def __init__(self, making: Making) -> None:
        self.making = making

    def duration(self, raw: Any, path: Path) -> Duration | None:
        if raw is None:
            return None
        found = parse_duration(str(raw))
        if found is None:
            self.making.error("bad_duration", "{text} is no length of time such as 2 workdays.", path, text=str(raw))
        return found

    # --- nodes ---

    def node(self, name: str, raw: Raw) -> NodeDef:
        path: Path = ("nodes", name)
        common = {
            "name": name, "label": _text(raw, name), "to": raw.get("to"), "source": self.making.place(path),
        }  # fmt: skip
        kind = raw.get("type", "approve")
        for word in raw:
            if word not in WORDS[kind]:
                template = "{word} means nothing for a node of type {type}."
                self.making.error("unused_word", template, (*path, word), word=word, type=kind)
        return _NODES[kind](self, raw, path, common)

    def people(self, raw: Raw, path: Path, common: Raw) -> NodeDef:
        given: dict[str, Any] = {k: raw[k] for k in _PLAIN if k in raw}
        if "fields" in raw:
            given["fields"] = dict(raw["fields"])
        return PeopleNode(
            **common,
            **given,
            is_handle=raw.get("type") == "handle",
            approvers=self.rules(raw.get("approvers"), (*path, "approvers")),
            policy=self.policy(raw.get("mode"), raw, (*path, "mode")),
            on_empty=self.empty(raw.get("when_empty"), (*path, "when_empty")),
            on_self=raw.get("when_self", "drop"),
            returns=tuple(raw["return_to"]) if "return_to" in raw else (START, "visited"),
            may=frozenset(raw.get("may", MAY)),
            deadline=self.deadline(raw.get("deadline"), (*path, "deadline")),
            cc=self.rules(raw.get("cc"), (*path, "cc")),
        )

    def policy(self, raw: Any, node: Raw, path: Path) -> Policy:
        collect, any_rejects = bool(node.get("collect")), node.get("rejects", "first") == "first"
        if raw is None or isinstance(raw, str):
            return Policy(raw or "all", collect, any_rejects)
        measures = [k for k in ("percent", "count", "fraction", "weight") if k in raw]
        if len(measures) != 1:
            self.making.error("bad_vote", "A vote counts by one of percent, count, fraction, weight.", path)
            return Policy()
        key = measures[0]
        need = self.fraction(raw[key], (*path, key))
        reject_at = self.fraction(raw["reject_at"], (*path, "reject_at")) if "reject_at" in raw else None
        if need <= 0 or (key == "percent" and need > 100) or (key == "fraction" and need > 1):
            self.making.error("bad_vote", "So much can never be voted for: {text}.", (*path, key), text=str(raw[key]))
        most = {"percent": 100, "fraction": 1}.get(key)
        if reject_at is not None and (reject_at <= 0 or (most is not None and reject_at > most)):
            template = "So much can never be voted for: {text}."
            self.making.error("bad_vote", template, (*path, "reject_at"), text=str(raw["reject_at"]))
        return Policy(
            "vote", collect, any_rejects, strict=bool(raw.get("strict")), reject_at=reject_at,
            **{key: int(need) if key == "count" else need},  # type: ignore[arg-type]
        )  # fmt: skip

    def fraction(self, raw: Any, path: Path) -> Fraction:
        try:
            return Fraction(str(raw))
        except (ValueError, ZeroDivisionError):
            self.making.error("bad_number", "{text} is no number such as 60 or 2/3.", path, text=str(raw))
            return Fraction(1)

    def empty(self, raw: Any, path: Path) -> Empty:
        if isinstance(raw, Mapping):
            return Empty("people", self.rules(raw.get("ask"), (*path, "ask")))
        return Empty(raw or "to_admin")

    def deadline(self, raw: Raw | None, path: Path) -> Deadline | None:
        if raw is None:
            return None
        after = self.duration(raw.get("after"), (*path, "after"))
        remind = [self.duration(r, (*path, "remind", i)) for i, r in enumerate(raw.get("remind") or ())]
        if after is None:
            return None
        found = tuple(r for r in remind if r is not None)
        return Deadline(after, raw.get("then", "remind"), found, raw.get("calendar", ""), raw.get("of", "task"))

    def decision(self, raw: Raw, path: Path, common: Raw) -> NodeDef:
        return DecisionNode(**common, branches=self.branches(raw, path))

    def block(self, raw: Raw, path: Path, common: Raw) -> NodeDef:
        join = raw.get("join", "all")
        return BlockNode(
            **common,
            branches=self.branches(raw, path),
            is_inclusive=raw.get("type") == "inclusive",
            join=None if join == "all" else 1 if join == "any" else int(join),
            rest=raw.get("rest", "cancel"),
            on_reject=raw.get("on_reject", "end"),
        )

    def branches(self, raw: Raw, path: Path) -> tuple[Branch, ...]:
        return tuple(self.branch(b, (*path, "branches", i)) for i, b in enumerate(raw.get("branches") or ()))

    def branch(self, raw: Any, path: Path) -> Branch:
        if isinstance(raw, str):
            return Branch(raw, source=self.making.place(path))
        when = None
        if raw.get("when"):
            when = self.making.condition(raw["when"], (*path, "when")) or _BROKEN
        label = Text.of(raw["label"]) if raw.get("label") else Text({})
        return Branch(raw.get("to"), when, bool(raw.get("otherwise")), label, self.making.place(path))

    def cc(self, raw: Raw, path: Path, common: Raw) -> NodeDef:
        return CcNode(**common, people=self.rules(raw.get("people"), (*path, "people")))

    def action(self, raw: Raw, path: Path, common: Raw) -> NodeDef:
        return ActionNode(**common, actions=self.actions(raw.get("actions"), (*path, "actions")))

    def wait(self, raw: Raw, path: Path, common: Raw) -> NodeDef:
        after = self.duration(raw.get("after"), (*path, "after"))
        found = {k: raw[k] for k in ("until", "signal", "calendar") if k in raw}
        return WaitNode(**common, after=after, **found)

    def sub_flow(self, raw: Raw, path: Path, common: Raw) -> NodeDef:
        return SubFlowNode(**common, **{k: raw[k] for k in ("flow", "field", "each", "wait", "on_reject") if k in raw})

    def auto(self, raw: Raw, path: Path, common: Raw) -> NodeDef:
        approves = raw.get("type") == "auto_pass"
        return AutoNode(**common, approves=approves, on_reject=raw.get("on_reject", "end"))

    def end(self, raw: Raw, path: Path, common: Raw) -> NodeDef:
        result = raw.get("result", "approved")
        actions, cc = self.actions(raw.get("actions"), (*path, "actions")), self.rules(raw.get("cc"), (*path, "cc"))
        return EndNode(**common, result=result, actions=actions, cc=cc)

    # --- people and actions ---

    def rules(self, raw: Any, path: Path) -> tuple[ApproverRule, ...]:
        return tuple(self.rule(r, (*path, i)) for i, r in enumerate(raw or ()))

    def rule(self, raw: Any, path: Path) -> ApproverRule:
        if isinstance(raw, str):
            raw = {raw: True}
        found = [k for k in _RULES if k in raw]
        if len(found) != 1:
            self.making.error("bad_approver", "Who is asked is said by one of {words}.", path, words=list(_RULES))
            return ApproverRule(_BROKEN)
        kind, values = _RULES[found[0]](raw[found[0]], raw)
        if "within" in raw and (kind not in _PLACED or (kind != "role" and raw["within"] == "department")):
            self.making.error("bad_within", "{word} cannot be looked for within {place}.", (*path, "within"),
                              word=found[0], place=raw["within"])  # fmt: skip
        values["weight"] = self.fraction(raw.get("weight", 1), (*path, "weight"))
        if kind == "formula":
            values["formula"] = self.making.people(raw["formula"], (*path, "formula"))
        return ApproverRule(kind, **values, source=self.making.place(path))

    def actions(self, raw: Any, path: Path) -> tuple[Action, ...]:
        found = (self.one_action(a, (*path, i)) for i, a in enumerate(raw or ()))
        return tuple(a for a in found if a is not None)

    def one_action(self, raw: Raw, path: Path) -> Action | None:
        kind = next((k for k in ("set", "create", "notify", "delete") if k in raw), None)
        if kind is None:
            self.making.error("bad_action", "An action is one of set, create, delete, notify.", path)
            return None
        written = raw["set"] if kind == "set" else raw.get("with") or {}
        below = (*path, "set" if kind == "set" else "with")
        values = {k: self.value(v, (*below, k)) for k, v in written.items()}
        rules = self.rules(raw["notify"], (*path, "notify")) if kind == "notify" else ()
        text = Text.of(raw["text"]) if raw.get("text") else Text({})
        object = raw["create"] if kind == "create" else ""
        return Action(kind, object, values, rules, text, self.making.place(path))

    def value(self, raw: Any, path: Path) -> Any:
        """A text that begins with = is a formula on the record."""
        if isinstance(raw, str) and raw.startswith("="):
            return self.making.value(raw[1:].strip(), path)
        return raw


_PLACED = ("role", "manager", "managers", "head", "heads")
_PLAIN = ("on_reject", "resume", "same_people", "comment", "signature", "pool", "dedupe", "email_decision")

_Node = Callable[[_Reading, Raw, Path, Raw], NodeDef]
_NODES: dict[str, _Node] = {
    "approve": _Reading.people,
    "handle": _Reading.people,
    "decision": _Reading.decision,
    "parallel": _Reading.block,
    "inclusive": _Reading.block,
    "cc": _Reading.cc,
    "action": _Reading.action,
    "wait": _Reading.wait,
    "sub_flow": _Reading.sub_flow,
    "auto_pass": _Reading.auto,
    "auto_reject": _Reading.auto,
    "end": _Reading.end,
}


def _list(raw: Any) -> tuple[str, ...]:
    return (raw,) if isinstance(raw, str) else tuple(raw)


def _chain(of: str, raw: Raw) -> dict[str, Any]:
    until = raw.get("until", "top")
    return {
        "of": of, "level": raw.get("level", 1), "until_level": None if until == "top" else int(until),
        "until_role": raw.get("until_role", ""), "top_down": bool(raw.get("top_down")), "within": _where(raw),
    }  # fmt: skip


def _within(raw: Raw) -> str:
    found = str(raw.get("within", ""))
    return "" if found == "anywhere" else found


def _where(raw: Raw) -> str:
    """Managers and heads are looked for in the company, unless it says otherwise."""
    return str(raw.get("within", "company"))


_Rule = Callable[[Any, Raw], tuple[str, dict[str, Any]]]
_RULES: dict[str, _Rule] = {
    "user": lambda v, raw: ("user", {"names": tuple(n.lower() for n in _list(v))}),
    "role": lambda v, raw: ("role", {"name": v, "within": _within(raw)}),
    "group": lambda v, raw: ("group", {"name": str(v)}),
    "submitter": lambda v, raw: ("submitter", {}),
    "owner": lambda v, raw: ("owner", {}),
    "field": lambda v, raw: ("field", {"name": v}),
    "manager_of": lambda v, raw: ("manager", {"of": v, "level": raw.get("level", 1), "within": _where(raw)}),
    "head_of": lambda v, raw: ("head", {"of": v, "level": raw.get("level", 1), "within": _where(raw)}),
    "managers_of": lambda v, raw: ("managers", _chain(v, raw)),
    "heads_of": lambda v, raw: ("heads", _chain(v, raw)),
    "pick": lambda v, raw: (
        "pick",
        {"of": v, "range": _list(raw.get("from", ())), "least": raw.get("least", 1), "most": raw.get("most")},
    ),
    "approvers_of": lambda v, raw: ("node", {"name": v}),
    "formula": lambda v, raw: ("formula", {}),
}
