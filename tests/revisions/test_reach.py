"""A plan says who would read or change more or fewer records."""

from __future__ import annotations

from dataclasses import replace

from jimu.access.actor import SYSTEM
from jimu.records import Create, write
from jimu.revisions import plan
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


def test_a_plan_says_that_there_are_people_whom_it_did_not_look_at(workshop: Workshop) -> None:
    _with_people(workshop)
    workshop.write("objects/sharing/used.yaml", "object: machine\nwhen: \"state != 'new'\"\nwith: [{role: fitter}]\n")
    deployment = replace(workshop.runtime.deployment(), looked_at=1)
    told = {f.code: str(f.message) for f in plan(deployment, workshop.machine()).findings}
    assert told["access_sampled"].startswith("1 of 2 people were asked")
    everybody = plan(replace(deployment, looked_at=0), workshop.machine()).findings
    assert [f.code for f in everybody if f.code.startswith("access_")] == ["access_gained"]
