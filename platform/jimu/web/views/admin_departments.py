"""Departments as a tree, with heads and the number of people. They are records: making and changing one is the
record's own form.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, Response

from jimu.access.rules import action_allowed
from jimu.messages import Message
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.requests import AggregateRequest, ListRequest
from jimu.web.pages.admin_users import MOST_DEPARTMENTS, user_href
from jimu.web.pages.reader import Reader, record_url
from jimu.web.responses import reader_of
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import visit


@dataclass
class Branch:
    """``people``: active users of this department itself, ``all_people`` with those below."""

    record: Record
    href: str
    head: str
    head_href: str
    people: int
    below: list[Branch] = field(default_factory=list)

    @property
    def all_people(self) -> int:
        return self.people + sum(branch.all_people for branch in self.below)


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/departments", list_departments, "departments")


def list_departments() -> Response:
    now = visit()
    reader = reader_of(now)
    branches, is_cut = _tree(reader)
    return admin_page(
        "departments",
        now.say(Message("Departments")),
        "departments",
        branches=branches,
        is_cut=is_cut,
        most=MOST_DEPARTMENTS,
        may_create=action_allowed(now.actor, now.manifest, "department", "create"),
    )


def _tree(reader: Reader) -> tuple[list[Branch], bool]:
    """The departments that stand under no other, each with those below; whether there are more than are shown."""
    page = read.list_records(
        ListRequest(
            "department", order=("name",), fields=("name", "code", "above", "head", "active"), limit=MOST_DEPARTMENTS
        ),
        reader.context,
    )
    people = _people(reader)
    branches = {r.id: _branch(r, people.get(r.id, 0)) for r in page.records}
    top: list[Branch] = []
    for branch in branches.values():
        above = branches.get(branch.record.values.get("above") or 0)
        if above is None or _is_under(above, branch, branches):
            top.append(branch)
        else:
            above.below.append(branch)
    return top, page.next is not None


def _is_under(branch: Branch, other: Branch, branches: dict[int, Branch]) -> bool:
    """Whether ``branch`` lies below ``other``: a circle, which the tree is cut at."""
    seen: set[int] = set()
    here: Branch | None = branch
    while here is not None and here.record.id not in seen:
        if here is other:
            return True
        seen.add(here.record.id)
        here = branches.get(here.record.values.get("above") or 0)
    return False


def _branch(record: Record, people: int) -> Branch:
    head = record.values.get("head")
    return Branch(
        record,
        record_url("department", record.id),
        record.titles.get(head or 0, ""),
        user_href(head) if head else "",
        people,
    )


def _people(reader: Reader) -> dict[int, int]:
    found = read.aggregate(
        AggregateRequest("user", ("count()",), ("department",), where="active and not is_blank(department)"),
        reader.context,
    )
    return {row["department"]: row["count"] for row in found.rows if row["department"]}
