"""Who is asked at a node: one function per kind of approver rule, from the rule to people in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from jimu.definitions.approvals.model import ApproverRule
from jimu.flows.approvals.hierarchy import heads_above, managers_above
from jimu.flows.approvals.work import Work


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to be asked, or a pool ("role:finance")."""

    person: int | None
    weight: Fraction = Fraction(1)
    pool: str = ""


def resolve(work: Work, node: str, rules: Sequence[ApproverRule], place: str = "approvers") -> list[Candidate]:
    """The people of ``rules``, each once, in the order of the rules; nobody is left out for being inactive here."""
    found: dict[int, Candidate] = {}
    for number, rule in enumerate(rules):
        for person in _RULES[rule.kind](work, rule, f"{node}:{place}:{number}"):
            known = found.get(person)
            if known is None or known.weight < rule.weight:
                found[person] = Candidate(person, rule.weight)
    return list(found.values())


def pools(rules: Sequence[ApproverRule]) -> list[Candidate]:
    """One pool for each rule of a node whose tasks are claimed."""
    return [Candidate(None, rule.weight, f"{rule.kind}:{rule.name}") for rule in rules]


def pool_members(work: Work, pool: str) -> tuple[int, ...]:
    """Who belongs to a pool now."""
    kind, _, name = pool.partition(":")
    if kind == "role":
        found = work.world.role(name, "", work.get("submitter"))
    else:
        found = work.world.group(name) if kind == "group" else work.world.admins()
    return tuple(p for p in found if work.world.is_active(p))


def active_instead(work: Work, person: int) -> int | None:
    """The person (or to whom they handed what comes later), else the first active manager above; None: nobody."""
    seen: set[int] = set()
    now: int | None = person
    instead = work.get("instead")
    while now is not None and now in instead and now not in seen:
        seen.add(now)
        now = int(instead[now])
    seen.clear()
    while now is not None and now not in seen:
        if work.world.is_active(now):
            return now
        seen.add(now)
        now = work.world.manager(now)
    return None


def admins(work: Work) -> list[int]:
    """Who is asked when nobody else is: the flow's own, else those of the installation."""
    own = [c.person for c in resolve(work, "", work.flow.admins, "admins") if c.person is not None]
    found = [p for p in own if work.world.is_active(p)]
    return found or [p for p in work.world.admins() if work.world.is_active(p)]


def looks_after(work: Work, person: int) -> bool:
    """Whether the person looks after all approvals, or is one of those whom the flow names for its own."""
    return work.world.is_admin(person) or (bool(work.flow.admins) and person in admins(work))


def other_admins(work: Work) -> list[int]:
    """The same, the submitter last: only where there is no other does he decide on his own request."""
    submitter = work.get("submitter")
    return sorted(admins(work), key=lambda p: p == submitter)


def _subjects(work: Work, rule: ApproverRule) -> tuple[int, ...]:
    if rule.of == "submitter":
        return (int(work.get("submitter")),)
    return work.world.owner() if rule.of == "owner" else work.world.field(rule.of)


def _is_anywhere(rule: ApproverRule) -> bool:
    return rule.within == "anywhere"


def _one_manager(work: Work, rule: ApproverRule, place: str) -> list[int]:
    """The manager at the level; where that level has none, the next one above acts, so the last there is."""
    anywhere = _is_anywhere(rule)
    found = [list(managers_above(work, s, anywhere=anywhere))[: rule.level] for s in _subjects(work, rule)]
    return [chain[-1] for chain in found if chain]


def _one_head(work: Work, rule: ApproverRule, place: str) -> list[int]:
    """The head at the level; where that department has none, the next one above that has."""
    found = []
    for subject in _subjects(work, rule):
        heads = list(heads_above(work, subject, anywhere=_is_anywhere(rule)))[rule.level - 1 :]
        found += [h for h in heads if h is not None][:1]
    return found


def _chain(work: Work, rule: ApproverRule, place: str) -> list[int]:
    """From the first level upwards: to a level, to who holds a role (with him), or to the top. A level without
    anybody is left out."""
    above = managers_above if rule.kind == "managers" else heads_above
    found: list[int] = []
    for subject in _subjects(work, rule):
        for level, person in enumerate(above(work, subject, anywhere=_is_anywhere(rule)), 1):
            if rule.until_level is not None and level > rule.until_level:
                break
            if person is None or level < rule.level:
                continue
            if person not in found:
                found.append(person)
            if rule.until_role and work.world.has_role(person, rule.until_role):
                break
    return found[::-1] if rule.top_down else found


def _approvers_of(work: Work, rule: ApproverRule, place: str) -> list[int]:
    """Who approved at another node, last time it was visited."""
    for visit in reversed(list(work.visits.values())):
        if visit.node == rule.name and visit.state in ("done", "stale"):
            states = ("approved", "auto_passed")
            found = [t for t in work.tasks_of(visit.id) if t.state in states and t.person is not None]
            return [t.person for t in sorted(found, key=lambda t: (t.order, t.id)) if t.person is not None]
    return []


def _chosen(work: Work, rule: ApproverRule, place: str) -> list[int]:
    """Who was chosen and is still there: nobody else was meant, also not their manager."""
    picked = work.get("picks").get(place.partition(":")[0], ())
    return [p for p in picked if work.world.is_active(p)]


_RULES: dict[str, Callable[[Work, ApproverRule, str], Sequence[int]]] = {
    "user": lambda w, r, place: w.world.named(r.names),
    "people": lambda w, r, place: r.ids,
    "role": lambda w, r, place: w.world.role(r.name, r.within, int(w.get("submitter"))),
    "group": lambda w, r, place: w.world.group(r.name),
    "submitter": lambda w, r, place: (int(w.get("submitter")),),
    "owner": lambda w, r, place: w.world.owner(),
    "field": lambda w, r, place: w.world.field(r.name),
    "manager": _one_manager,
    "head": _one_head,
    "managers": _chain,
    "heads": _chain,
    "pick": _chosen,
    "node": _approvers_of,
    "formula": lambda w, r, place: w.world.formula(*place.split(":", 1)),
}


def pick_range(work: Work, rule: ApproverRule) -> set[int] | None:
    """From whom may be chosen; None: from everyone."""
    if not rule.range:
        return None
    found: set[int] = set()
    for part in rule.range:
        kind, _, name = part.partition(":")
        if kind == "role":
            found |= set(work.world.role(name, "", int(work.get("submitter"))))
        elif kind == "group":
            found |= set(work.world.group(name))
        else:
            found |= set(work.world.named([part]))
    return found
