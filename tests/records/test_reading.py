"""Reading: one record, pages, sums, titles, and how few queries that takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from jimu.errors import BadRequest, Conflict, NotFound
from jimu.records import AggregateRequest, ListRequest, read
from jimu.storage import counted
from tests.records.project import Project


@pytest.fixture
def deals(project: Project) -> list[int]:
    """Twelve deals of three customers, amounts 0 to 110."""
    user = project.user("ann", "admin")
    customers = [project.create("customer", name=f"C{i}", vip=i == 0) for i in range(3)]
    return [
        project.create(
            "deal",
            name=f"D{i:02}",
            customer=customers[i % 3],
            amount=10 * i,
            colleague=user,
            close_on=f"2026-0{i % 4 + 1}-15",
            helpers=customers[:2],
        )
        for i in range(12)
    ]


def queries(project: Project, ask: Callable[[], object]) -> int:
    """How many statements ``ask`` sends, opening a transaction left out."""
    ask()
    with counted() as nothing, project.store.read():
        pass
    with counted() as meter:
        ask()
    return meter.queries - nothing.queries


def test_reading_takes_one_query_and_one_for_all_titles(project: Project, deals: list[int]) -> None:
    customer = project.create("customer", name="Acme")
    assert queries(project, lambda: read.get("customer", customer, project.system, titles=False)) == 1
    assert queries(project, lambda: read.get("deal", deals[0], project.system, fields=["name", "customer"])) == 2
    lean = ListRequest("customer", fields=["name", "region", "won"], titles=False)
    assert queries(project, lambda: read.list_records(lean, project.system)) == 1
    page = ListRequest("deal", fields=["name", "customer", "colleague", "customer_name", "weighted"])
    assert queries(project, lambda: read.list_records(page, project.system)) == 2


def test_a_page_of_many_takes_as_many_queries_as_a_page_of_few(project: Project, deals: list[int]) -> None:
    def ask(limit: int) -> int:
        request = ListRequest("deal", limit=limit, expand=["customer", "helpers"], count="exact")
        return queries(project, lambda: read.list_records(request, project.system))

    assert ask(11) == ask(2)
    assert ask(12) == ask(2) - 1  # a page that shows everything needs no count


def test_pages_follow_each_other_without_gaps_or_doubles(project: Project, deals: list[int]) -> None:
    seen: list[int] = []
    after: str | None = None
    while True:
        page = read.list_records(
            ListRequest("deal", order=["-close_on", "name"], limit=5, after=after), project.system
        )
        seen += [r.id for r in page.records]
        after = page.next
        if after is None:
            break
    assert sorted(seen) == sorted(deals)
    assert len(seen) == len(set(seen))


def test_filters_are_formulas_and_may_go_over_lookups(project: Project, deals: list[int]) -> None:
    assert len(project.ids("deal", where="amount >= 60 and customer.name == 'C0'")) == 2
    assert len(project.ids("deal", where="customer_name == 'C1'")) == 4
    assert len(project.ids("deal", where="customer.vip", also=["amount > 0"])) == 3


def test_a_list_may_be_limited_to_certain_records(project: Project, deals: list[int]) -> None:
    assert project.ids("deal", ids=[deals[0], deals[-1], 12345]) == {deals[0], deals[-1]}
    assert project.ids("deal", ids=[]) == set()


def test_sorting_by_a_lookup_sorts_by_its_title(project: Project, deals: list[int]) -> None:
    page = read.list_records(ListRequest("deal", order=["-customer", "-amount"], limit=2), project.system)
    assert [r.titles[r.values["customer"]] for r in page.records] == ["C2", "C2"]
    assert [r.values["amount"] for r in page.records] == [110, 80]


def test_expanded_records_come_along(project: Project, deals: list[int]) -> None:
    record = read.get("deal", deals[0], project.system, expand=["customer", "helpers", "colleague"])
    customer = record.expanded["customer"]
    assert not isinstance(customer, list)
    assert customer.values["deals"] == 4
    assert [h.title for h in record.expanded["helpers"]] == ["C0", "C1"]  # type: ignore[union-attr]


def test_only_the_fields_asked_for_come_back(project: Project, deals: list[int]) -> None:
    record = read.get("deal", deals[3], project.system, fields=["amount", "customer_name"])
    assert record.values == {"amount": Decimal(30), "customer_name": "C0"}
    assert record.title.startswith("D03")


def test_everything_wrong_with_a_request_is_told_at_once(project: Project) -> None:
    request = ListRequest("deal", where="amuont > 3", order=["nmae", "tags"], fields=["x"], expand=["name"], limit=0)
    with pytest.raises(BadRequest) as caught:
        read.list_records(request, project.system)
    assert {(p.code, p.field) for p in caught.value.problems} == {
        ("unknown_field", "where"),
        ("unknown_field", "order"),
        ("not_sortable", "order"),
        ("unknown_field", "fields"),
        ("not_a_reference", "expand"),
        ("bad_limit", "limit"),
    }
    assert "name" in {p["suggestion"] for p in caught.value.details["places"]}


def test_a_made_up_cursor_is_refused(project: Project) -> None:
    with pytest.raises(BadRequest):
        read.list_records(ListRequest("deal", after="nonsense"), project.system)


def test_sums_by_group(project: Project, deals: list[int]) -> None:
    request = AggregateRequest(
        "deal", ["sum(amount)", "count()", "avg(amount) as mean"], ["customer"], order=["-sum_amount"]
    )
    result = read.aggregate(request, project.system)
    assert [r["sum_amount"] for r in result.rows] == [260, 220, 180]
    assert [result.titles[r["customer"]] for r in result.rows] == ["C2", "C1", "C0"]
    assert result.rows[0]["mean"] == 65
    as_written = replace(request, order=["-sum( amount )", "customer"])
    assert read.aggregate(as_written, project.system).rows == result.rows
    as_named = replace(request, order=["mean"])
    assert read.aggregate(as_named, project.system).rows == result.rows[::-1]
    by_month = read.aggregate(
        AggregateRequest("deal", ["count()"], ["month(close_on)"], order=["-month(close_on)"]), project.system
    )
    assert [r["count"] for r in by_month.rows] == [3, 3, 3, 3]


@pytest.mark.parametrize(
    ("measures", "groups"),
    [
        (["sum(name)"], []),
        (["median(amount)"], []),
        (["sum()"], []),
        (["count()"], ["month(name)"]),
        (["count()"], ["week_of(close_on)"]),
        (["sum(amount"], []),
    ],
)
def test_aggregates_that_mean_nothing_are_refused(project: Project, measures: list[str], groups: list[str]) -> None:
    with pytest.raises(BadRequest):
        read.aggregate(AggregateRequest("deal", measures, groups), project.system)


def test_a_record_is_found_by_its_values(project: Project, deals: list[int]) -> None:
    found = read.find("deal", {"name": "D05"}, project.system)
    assert found is not None
    assert found.id == deals[5]
    assert read.find("deal", {"name": "none"}, project.system) is None
    with pytest.raises(Conflict):
        read.find("deal", {"stage": "open"}, project.system)


def test_what_does_not_exist_is_not_found(project: Project) -> None:
    for ask in (
        lambda: read.get("deal", 5, project.system),
        lambda: read.get("planet", 5, project.system),
        lambda: read.list_records(ListRequest("planet"), project.system),
        lambda: read.related("customer", 5, "deal", "customer", ListRequest("deal"), project.system),
    ):
        with pytest.raises(NotFound):
            ask()


def test_search_finds_across_objects(project: Project, deals: list[int]) -> None:
    customer = project.create("customer", name="Findable")
    deal = project.create("deal", name="Findable too")
    assert {hit.id for hit in read.search("findable", project.system)} == {customer, deal}
    assert {hit.id for hit in read.search("findable", project.system, ["deal"])} == {deal}
    assert read.search("  ", project.system) == []
