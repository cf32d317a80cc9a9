"""From a roll-up to its list: exactly the records that were counted, for whoever sees them all; never more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from jimu.records import Context, Delete, ListRequest, Update, read, write
from jimu.translation import translator
from jimu.web.pages.drilling import rolled_up_address
from jimu.web.pages.reader import Reader
from tests.databases import BACKENDS_MARKED
from tests.records.project import Project, prepared_project

FILES = {
    "objects/roles/boss.yaml": "label: Boss\nobjects: {'*': {create: true, read: all, update: all, delete: all}}\n",
    "objects/roles/seller.yaml": "label: Seller\nobjects: {firm: {read: all}, deal: {create: true, read: own}}\n",
    "objects/roles/blind.yaml": "label: Blind\nobjects: {firm: {read: all}, deal: {read: all, fields: {amount: none}}}",
    "objects/shop/firm.yaml": """
label: Firm
title: "{name}"
fields:
  name: {type: text, required: true}
  least: {type: decimal, scale: 2}
  big: {type: rollup, of: deal.firm, function: count, where: "stage == 'won' or amount > 100 and stage != 'lost'"}
  worth: {type: rollup, of: deal.firm, function: sum, field: amount, where: "amount >= 50"}
  calls: {type: rollup, of: deal.firm, function: count}
""",
    "objects/shop/deal.yaml": """
label: Deal
title: "{name}"
fields:
  name: {type: text, required: true}
  firm: {type: lookup, to: firm, on_delete: restrict}
  stage: {type: picklist, options: [open, won, lost]}
  amount: {type: decimal, scale: 2}
""",
}


@pytest.fixture(scope="module", params=BACKENDS_MARKED)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with prepared_project(str(request.param), tmp_path_factory.mktemp("drill"), FILES) as project:
        yield project


def filled(shop: Project, *owners: Context) -> int:
    """A firm with deals of every kind by each of ``owners``; others are elsewhere, in the bin, moved, lost."""
    firm, other = (shop.create("firm", name=name) for name in ("One", "Two"))
    for acting in owners:
        for stage in ("open", "won", "lost", None):
            for amount in ("10", "50", "200", None):
                shop.create("deal", acting, name=f"{stage} {amount}", firm=firm, stage=stage, amount=amount)
    shop.create("deal", name="elsewhere", firm=other, stage="won", amount="500")
    gone, moved, late = (shop.create("deal", name=n, firm=firm, stage="won", amount="300") for n in "abc")
    write.write(Delete("deal", gone), shop.system)
    write.write(Update("deal", moved, {"firm": other}), shop.system)
    write.write(Update("deal", late, {"stage": "lost"}), shop.system)
    return firm


def listed(shop: Project, field: str, firm: int, context: Context) -> list[dict[str, object]] | None:
    """The records of the list that the number leads to; None where it leads nowhere."""
    reader = Reader(context, "en", ZoneInfo("UTC"), translator("en"))
    address = rolled_up_address(shop.manifest.field("firm", field), firm, reader)
    if not address:
        return None
    (where,) = parse_qs(urlsplit(address).query)["where"]
    return [r.values for r in read.list_records(ListRequest("deal", where=where, limit=500), context).records]


@pytest.mark.parametrize("field", ["big", "calls"])
def test_the_list_has_exactly_what_was_counted(shop: Project, field: str) -> None:
    boss, seller = shop.acting(shop.user(f"b{field}", "boss")), shop.acting(shop.user(f"s{field}", "seller"))
    firm = filled(shop, boss, seller)
    assert len(listed(shop, field, firm, boss) or ()) == shop.value("firm", firm, field) > 0


def test_the_list_adds_up_to_what_was_added_up(shop: Project) -> None:
    boss = shop.acting(shop.user("adding", "boss"))
    firm = filled(shop, boss)
    found = listed(shop, "worth", firm, boss) or []
    assert sum(deal["amount"] for deal in found) == shop.value("firm", firm, "worth")  # type: ignore[misc]


def test_who_may_see_some_is_led_to_those_of_what_was_counted_that_they_see(shop: Project) -> None:
    boss, seller = shop.acting(shop.user("boss", "boss")), shop.acting(shop.user("some", "seller"))
    firm = filled(shop, boss, seller)
    mine, every = listed(shop, "big", firm, seller) or [], listed(shop, "big", firm, boss) or []
    assert {deal["id"] for deal in mine} == {deal["id"] for deal in every if deal["owner"] == seller.actor.id}
    assert 0 < len(mine) < len(every) == shop.value("firm", firm, "big")


def test_who_may_not_read_what_decides_is_led_nowhere(shop: Project) -> None:
    blind = shop.acting(shop.user("blind", "blind"))
    firm = filled(shop, shop.system)
    assert listed(shop, "big", firm, blind) is None
    assert listed(shop, "calls", firm, replace(blind)) is not None
