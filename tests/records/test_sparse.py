"""Sparse fields through the one write path and the one read path: nobody above the store can tell them from others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from jimu.errors import Invalid
from jimu.records import AggregateRequest, Create, Delete, ListRequest, Restore, Update, read, write
from tests.records.project import Project, prepared_project

FILES = {
    "objects/m/maker.yaml": """
label: Maker
title: "{name} {nickname}"
fields:
  name: {type: text, required: true}
  nickname: {type: text, sparse: true, search: true}
  rating: {type: decimal, scale: 1, sparse: true}
  paid: {type: rollup, of: order.maker, function: sum, field: price, where: "kind == 'new' and not refused"}
""",
    "objects/m/order.yaml": """
label: Order
title: "{name}"
features: [history]
fields:
  name: {type: text, required: true}
  maker: {type: lookup, to: maker}
  price: {type: decimal, scale: 2, min: 0, sparse: true, index: true}
  kind: {type: picklist, options: [new, used], default: new, sparse: true}
  refused: {type: boolean, sparse: true}
  due: {type: date, sparse: true}
  seen: {type: datetime, sparse: true}
  took: {type: duration, sparse: true}
  short: {type: text, max_length: 5, sparse: true}
  tags: {type: tags, sparse: true}
  extra: {type: json, sparse: true}
  site: {type: address, sparse: true}
  mail: {type: email, sparse: true, search: true}
  twice: {type: formula, returns: decimal, scale: 2, formula: "price * 2"}
  stars: {type: formula, returns: decimal, scale: 1, formula: "maker.rating"}
checks:
  - {name: price_of_used, check: "kind != 'used' or coalesce(price, 0) < 100", message: Too dear, fields: [price]}
""",
}
FULL: dict[str, Any] = {
    "price": Decimal("0.10"),
    "kind": "used",
    "refused": False,
    "due": date(2026, 3, 4),
    "seen": datetime(2026, 3, 4, 5, 6, 7, 123456, tzinfo=UTC),
    "took": timedelta(minutes=90),
    "short": "短",
    "tags": ["a", "b"],
    "extra": {"x": None},
    "mail": "ann@example.com",
}


@pytest.fixture
def shop(backend: str, tmp_path: Path) -> Iterator[Project]:
    with prepared_project(backend, tmp_path, FILES) as project:
        yield project


def sparse_values(shop: Project, id: int) -> dict[str, Any]:
    values = read.get("order", id, shop.system).values
    return {name: values[name] for name in FULL}


def test_values_come_back_one_by_one_and_in_bulk(shop: Project) -> None:
    one = shop.create("order", name="one", **FULL)
    commands = [Create("order", {"name": f"n{i}", **FULL}) for i in range(60)]
    many = [row.record.id for row in write.write_many(commands, shop.system).rows if row.record]
    assert [sparse_values(shop, id) for id in (one, many[0], many[-1])] == [FULL] * 3


def test_values_are_brought_to_their_form_and_judged_as_ever(shop: Project) -> None:
    id = shop.create("order", name="x", short=" e\u0301 ", price="12.5", mail="ANN@Example.COM", site={"city": "Rome"})
    values = read.get("order", id, shop.system).values
    assert (values["short"], values["price"], values["mail"]) == ("é", Decimal("12.50"), "ANN@example.com")
    assert values["site"]["city"] == "Rome"
    assert (values["kind"], values["twice"]) == ("new", Decimal("25.00"))
    with pytest.raises(Invalid) as caught:
        shop.create("order", name="x", short="too long", price="-1", kind="odd", due="soon")
    assert {p.field for p in caught.value.problems} == {"short", "price", "kind", "due"}
    with pytest.raises(Invalid) as caught:
        shop.create("order", name="x", kind="used", price="100")
    assert {p.code for p in caught.value.problems} == {"check:price_of_used"}


def test_an_update_keeps_what_it_does_not_name_and_history_tells_what_changed(shop: Project) -> None:
    id = shop.create("order", name="x", **FULL)
    write.write(Update("order", id, {"price": None, "short": "neu"}), shop.system)
    assert sparse_values(shop, id) == {**FULL, "price": None, "short": "neu"}
    [latest, *_] = read.history("order", id, shop.system).items
    told = {c.field: (c.before, c.after) for c in latest.changes}
    assert (told["price"], told["short"]) == ((Decimal("0.10"), None), ("短", "neu"))
    write.write(Delete("order", id), shop.system)
    write.write(Restore("order", id), shop.system)
    assert sparse_values(shop, id) == {**FULL, "price": None, "short": "neu"}


def test_roll_ups_titles_and_formulas_over_lookups_follow_sparse_fields(shop: Project) -> None:
    maker = shop.create("maker", name="Acme", nickname="Ace", rating="4.5")
    ids = [
        shop.create("order", name=f"o{i}", maker=maker, price=price, kind=kind, refused=refused)
        for i, (price, kind, refused) in enumerate(
            [("0.10", "new", None), ("0.20", "new", False), ("5", "new", True), ("7", "used", None)]
        )
    ]
    assert shop.value("maker", maker, "paid") == Decimal("0.30")
    write.write(Update("order", ids[2], {"refused": None}), shop.system)
    assert shop.value("maker", maker, "paid") == Decimal("5.30")
    assert read.get("maker", maker, shop.system).title == "Acme Ace"
    assert shop.value("order", ids[0], "stars") == Decimal("4.5")
    assert shop.ids("order", where="maker.rating > 4 and twice >= 10") == {ids[2], ids[3]}


def test_lists_filter_sort_page_and_count_by_sparse_fields(shop: Project) -> None:
    prices = [None, "0.10", "10", "9.99", "100", None, "0.2"]
    ids = [
        shop.create("order", name=f"o{i}", price=p, due=date(2026, 1, 1 + i), kind="new") for i, p in enumerate(prices)
    ]
    wanted = [ids[i] for i in (4, 2, 3, 6, 1)]
    found, after = [], None
    while True:
        request = ListRequest("order", order=("-price",), limit=2, after=after)
        page = read.list_records(request, shop.system)
        found += [r.id for r in page.records]
        after = page.next
        if after is None:
            break
    assert (found[:5], set(found[5:])) == (wanted, {ids[0], ids[5]})
    assert shop.ids("order", where="price < 10 and due > date(2026, 1, 2)") == {ids[3], ids[6]}
    [row] = read.aggregate(AggregateRequest("order", measures=("sum(price)",), groups=("year(due)",)), shop.system).rows
    assert Decimal("120.29") in row.values()


def test_sparse_fields_are_searched(shop: Project) -> None:
    id = shop.create("order", name="x", mail="zebra@example.com")
    maker = shop.create("maker", name="Acme", nickname="斑马")
    assert shop.ids("order", search="zebra") == {id}
    assert shop.ids("maker", search="斑马") == {maker}
    write.write(Update("order", id, {"mail": None}), shop.system)
    assert shop.ids("order", search="zebra") == set()
