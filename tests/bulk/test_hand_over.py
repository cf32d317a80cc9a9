"""Hand-overs: all that a person holds goes to others by a rule, at once or on a day to come, and can be taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from jimu.bulk import carry_on, failures_of, load_run, start_undo, stop
from jimu.bulk.hand_over import HandOver, Part, foresee, holdings_of, start_hand_over
from jimu.bulk.hand_over.running import carry_hand_over_on
from jimu.bulk.jobs import run_hand_over
from jimu.errors import BadRequest, Forbidden
from jimu.jobs import LocalBackend, Runner
from jimu.records import Context, Create, ListRequest, read, write
from tests.records.project import Project, open_project

FILES = {
    "objects/crm/client.yaml": """
label: Client
plural: Clients
title: "{name}"
features: [history, comments, team]
fields:
  name: {type: text}
  region: {type: text}
  advisor: {type: user}
""",
    "objects/crm/deal.yaml": """
label: Deal
plural: Deals
title: "{name}"
fields:
  name: {type: text}
  client: {type: lookup, to: client}
""",
    "objects/roles/seller.yaml": """
label: Seller
objects:
  client: {create: true, read: subordinates, update: subordinates}
  deal: {create: true, read: subordinates, update: subordinates}
""",
    "objects/roles/hr.yaml": "label: HR\nobjects: {client: {read: all}}\nsystem: [hand_over, users]\n",
}
EVERYTHING = (Part("client", "owner"), Part("deal", "owner"))


@pytest.fixture
def firm(database_url: str) -> Iterator[Project]:
    with open_project(database_url, FILES) as project:
        yield project


@pytest.fixture
def people(firm: Project) -> dict[str, int]:
    boss = firm.user("boss", "seller")
    return {
        "boss": boss,
        "lea": firm.user("lea", "seller", manager=boss),
        "ann": firm.user("ann", "seller", manager=boss),
        "bob": firm.user("bob", "seller"),
        "hr": firm.user("hr", "hr"),
    }


def fill(firm: Project, lea: int, count: int = 6) -> list[int]:
    """Clients of hers, each with two deals of hers."""
    clients = [
        firm.create("client", name=f"C{n}", owner=lea, region="north" if n % 2 else "south") for n in range(count)
    ]
    for client in clients:
        for n in range(2):
            firm.create("deal", name=f"D{n}", owner=lea, client=client)
    return clients


def owners(firm: Project, object: str) -> Counter[Any]:
    return Counter(r.values["owner"] for r in read.list_records(ListRequest(object, limit=500), firm.system).records)


def done(asked: HandOver, context: Context) -> Any:
    return carry_hand_over_on(start_hand_over(asked, context).id, context)


def test_what_somebody_holds_is_counted_and_goes_to_one_person(firm: Project, people: dict[str, int]) -> None:
    lea, ann = people["lea"], people["ann"]
    clients = fill(firm, lea)
    firm.create("client", name="Mine", owner=people["bob"], advisor=lea)
    firm.create("activity", subject="Call", owner=lea)
    for person in (lea, ann):
        write.write(Create("team_member", {"record": clients[0], "member": person}), firm.system)
    context = firm.acting(people["hr"])
    held = {h.part.key: h.count for h in holdings_of(lea, context)}
    owned = {"client.owner": 6, "deal.owner": 12, "activity.owner": 1}
    assert held == {**owned, "client.advisor": 1, "team_member.member": 1}
    parts = tuple(h.part for h in holdings_of(lea, context))
    run = done(HandOver(lea, parts, (ann,), note="Good luck", comment=True, deactivate=True), context)
    assert (run.state, run.failures) == ("done", 0), failures_of(run, context, 5)
    assert holdings_of(lea, context) == []
    assert not firm.value("user", lea, "active")
    (told,) = read.list_records(ListRequest("notification"), firm.acting(ann)).records
    assert "Clients: 7" in told.values["text"]
    assert "Good luck" in told.values["text"]
    assert len(firm.ids("comment")) == 8
    back = carry_on(start_undo(run, context).id, context)
    assert back.failures == 0, failures_of(back, context, 9)
    assert {h.part.key: h.count for h in holdings_of(lea, context)} == held
    assert firm.value("user", lea, "active")
    assert firm.ids("comment") == set()


def test_a_manager_hands_over_what_they_may_change_of_their_people_alone(
    firm: Project, people: dict[str, int]
) -> None:
    fill(firm, people["lea"], 2)
    boss = firm.acting(people["boss"])
    run = done(HandOver(people["lea"], EVERYTHING, (people["ann"],)), boss)
    assert (run.state, run.changed, run.failures) == ("done", 6, 0), failures_of(run, boss, 5)
    with pytest.raises(Forbidden):
        foresee(HandOver(people["bob"], EVERYTHING, (people["ann"],)), boss)
    with pytest.raises(Forbidden):
        foresee(HandOver(people["lea"], EVERYTHING, (people["ann"],)), firm.acting(people["ann"]))
    with pytest.raises(BadRequest):
        foresee(HandOver(people["lea"], EVERYTHING, (people["ann"],), deactivate=True), boss)


def test_records_are_shared_out_in_turn_by_formula_or_kept_together(firm: Project, people: dict[str, int]) -> None:
    lea, ann, bob = people["lea"], people["ann"], people["bob"]
    clients = fill(firm, lea)
    context = firm.acting(people["hr"])
    turn = foresee(HandOver(lea, EVERYTHING, (ann, bob), "round_robin"), context)
    assert {p: sum(c.values()) for p, c in turn.shares.items()} == {ann: 9, bob: 9}
    cases = (("region == 'north'", bob), ("client.region == 'north'", bob))
    by_case = foresee(HandOver(lea, EVERYTHING, (ann,), "cases", cases), context)
    assert by_case.shares[bob] == {"client.owner": 3, "deal.owner": 6}
    asked = HandOver(lea, EVERYTHING, (ann, bob), "together", together="client", exceptions={clients[0]: None})
    run = done(asked, context)
    assert (run.state, run.skipped, run.failures) == ("done", 1, 0)
    assert owners(firm, "client")[lea] == 1
    by_client = {r.id: r.values["owner"] for r in read.list_records(ListRequest("client"), firm.system).records}
    for deal in read.list_records(ListRequest("deal", limit=100), firm.system).records:
        if deal.values["client"] != clients[0]:
            assert deal.values["owner"] == by_client[deal.values["client"]]
    assert abs(owners(firm, "deal")[ann] - owners(firm, "deal")[bob]) <= 2


def test_a_day_to_come_is_waited_for_and_worked_out_anew(firm: Project, people: dict[str, int]) -> None:
    lea, ann = people["lea"], people["ann"]
    context = firm.acting(people["hr"])
    asked = HandOver(lea, EVERYTHING, (ann,), on=date(2026, 4, 1))
    planned, dropped = start_hand_over(asked, context), start_hand_over(asked, context)
    stop(dropped, context)
    fill(firm, lea, 1)
    _work(firm)
    assert load_run(planned.id, context).state == "planned"
    firm.clock.now += timedelta(days=31)
    _work(firm)
    assert load_run(planned.id, context).state == "done"
    assert load_run(dropped.id, context).state == "stopped"
    assert owners(firm, "deal") == {ann: 2}


def _work(firm: Project) -> None:
    runner = Runner(firm.store.write, lambda: {"jimu.hand_over": run_hand_over}, lambda: firm.system, firm.clock)
    LocalBackend(runner).take()
