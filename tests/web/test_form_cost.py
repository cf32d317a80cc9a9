"""What a form costs: the same number of statements whatever the number of its fields, lines and references."""

from __future__ import annotations

from collections.abc import Callable

from jimu.storage import counted
from tests.web.site import Site, Visitor, url
from tests.web.test_lines import lines, new_kit, row, spec_of


def queries(ask: Callable[[], object]) -> int:
    ask()
    with counted() as meter:
        ask()
    return meter.queries


def test_a_form_asks_no_query_per_field(site: Site, ada: Visitor) -> None:
    makers = list(site.makers.values())
    plain = site.create("thing", name="Plain")
    full = site.create("thing", name="Full", maker=makers[0], about=makers[1], partners=makers, pieces=3, cost=5)
    forms = [queries(lambda id=id: ada.get(url("thing", id, "/edit"))) for id in (plain, full)]
    assert forms[1] - forms[0] <= 1  # the titles of what it points at, all at once
    assert forms[1] <= 8


def test_lines_ask_no_query_per_row(site: Site, ada: Visitor) -> None:
    few, many = (
        new_kit(site, ada, *(row(str(n), name=f"Part {n}", price="1") for n in range(count))) for count in (2, 40)
    )
    forms = [queries(lambda kit=kit: ada.get(url("kit", kit, "/edit"))) for kit in (few, many)]
    assert forms[0] == forms[1]
    states = []
    for kit in (few, many):
        rows = spec_of(ada.get(url("kit", kit, "/edit")).text)["rows"]
        touched = [r | {"values": r["values"] | {"amount": ["7"]}} for r in rows]
        data = {"csrf_token": ada.token, "name": "Kit", "_base": "{}", "_lines": lines(*touched)}
        states.append(queries(lambda kit=kit, data=data: ada.client.post(url("kit", kit, "/state"), data=data)))
    assert states[0] == states[1]
    assert states[0] <= 16
