"""A plan says who would read or change more or fewer records."""

from __future__ import annotations

from jimu.access.actor import SYSTEM
from jimu.records import Create, write
from tests.revisions.conftest import Workshop

ROLE = """
label: Fitter
objects:
  machine: {create: true, read: own, update: own}
"""


def _with_people(workshop: Workshop) -> None:
    workshop.write("objects/roles/fitter.yaml", ROLE)
    workshop.apply(workshop.machine())
    context = workshop.runtime.context(SYSTEM)
    people = [
        write.write(Create("user", {"name": n, "email": f"{n}@example.com", "roles": ["fitter"]}), context).id
        for n in ("ann", "bob")
    ]
    for number, state in enumerate(("new", "used", "broken")):
        write.write(Create("machine", {"name": f"M{number}", "state": state, "owner": people[0]}), context)


def _told(workshop: Workshop) -> dict[str, tuple[int | None, int | None, tuple[str, ...]]]:
    plan = workshop.plan(workshop.machine())
    return {f.code: (f.count, f.total, f.examples) for f in plan.findings if f.code.startswith("access_")}


def test_a_sharing_rule_tells_who_would_read_more(workshop: Workshop) -> None:
    _with_people(workshop)
    assert _told(workshop) == {}
    workshop.write("objects/sharing/used.yaml", "object: machine\nwhen: \"state != 'new'\"\nwith: [{role: fitter}]\n")
    assert _told(workshop) == {"access_gained": (1, 2, ("bob: 2",))}


def test_a_restriction_tells_who_would_lose_and_a_wider_scope_who_gains(workshop: Workshop) -> None:
    _with_people(workshop)
    workshop.write(
        "objects/restrictions/broken.yaml", "object: machine\nactions: [read]\nonly: \"state != 'broken'\"\n"
    )
    assert _told(workshop) == {"access_lost": (1, 2, ("ann: 1",))}
    workshop.write("objects/roles/fitter.yaml", ROLE.replace("read: own", "read: all"))
    assert _told(workshop) == {"access_lost": (1, 2, ("ann: 1",)), "access_gained": (1, 2, ("bob: 2",))}
