"""The way ahead of an approval as pages show it, before anybody is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jimu.flows.approvals.foreseeing import Forecast
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.approval_words import REASONS, SOMEBODY_OF
from jimu.web.pages.moments import when_of
from jimu.web.pages.people import person_of
from jimu.web.pages.reader import Reader


@dataclass(frozen=True, slots=True)
class ForeseenStep:
    label: str
    people: list[str]
    note: str


def foreseen_steps(forecast: Forecast, flow: Any, reader: Reader, *, with_due: bool = False) -> list[ForeseenStep]:
    """The way ahead: only the steps at which somebody is asked or told, and branches; ``with_due``: until when."""
    ids = {a.person for s in forecast.steps for a in s.people if a.person}
    titles = read.resolve_titles(ids, reader.context)
    found = []
    for step in forecast.steps:
        node = flow.nodes[step.node]
        names = [_asked(a, titles, reader) for a in step.people]
        if names or step.type in ("decision", "end", "cc"):
            note = _why(step, flow, reader)
            due = min((a.due for a in step.people if a.due), default=None) if with_due else None
            note = " · ".join(filter(None, (note, when_of(due, reader).full if due else "")))
            found.append(ForeseenStep(reader.label(node.label) or node.name, names, note))
    return found


def _asked(asked: Any, titles: Mapping[int, str], reader: Reader) -> str:
    if asked.person is None:
        pool = asked.pool.partition(":")[2]
        role = reader.manifest.roles.get(pool)
        params = {"pool": reader.label(role.label) if role else pool}
        return reader.render(Message(SOMEBODY_OF.template, params))
    name = person_of(asked.person, titles, reader).name
    reason = REASONS.get(asked.how)
    return f"{name} ({reader.render(reason)})" if reason else name


def _why(step: Any, flow: Any, reader: Reader) -> str:
    """Which branch was taken and by which condition, or why nobody is asked."""
    branches = getattr(flow.nodes[step.node], "branches", ())
    if step.why.isdecimal() and int(step.why) < len(branches):
        branch = branches[int(step.why)]
        to = flow.nodes[branch.to].label if branch.to else None
        words = reader.label(branch.label) or (branch.when.source if branch.when is not None else "")
        return " → ".join(filter(None, (words, (reader.label(to) if to else branch.to) or "")))
    reason = REASONS.get(step.why)
    return reader.render(reason) if reason else ""
