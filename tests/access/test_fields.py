"""What somebody sees and edits of a record."""

from __future__ import annotations

import pytest

from jimu.access import field_access
from jimu.errors import BadRequest
from jimu.records import AggregateRequest, Context, ListRequest, read
from tests.records.project import Project


@pytest.fixture
def seller(project: Project) -> Context:
    return project.acting(project.user("sam", "seller"))


def test_levels_come_from_the_roles_and_from_the_fields_themselves(project: Project, seller: Context) -> None:
    levels = field_access(seller.actor, project.manifest, "customer")
    expected = {
        "name": "edit",
        "limit": "read",
        "secret_note": "none",
        "won": "read",
        "shout": "read",
        "secret_length": "none",
        "owner": "edit",
        "created_at": "read",
        "address_city": "edit",
    }
    assert {name: levels[name] for name in expected} == expected


def test_several_roles_add_up(project: Project) -> None:
    both = project.acting(project.user("both", "seller", "reader"))
    assert field_access(both.actor, project.manifest, "customer")["secret_note"] == "edit"


def test_a_hidden_field_is_not_in_what_is_read(project: Project, seller: Context) -> None:
    customer = project.create("customer", seller, name="Acme")
    values = read.get("customer", customer, seller).values
    assert "secret_note" not in values
    assert "secret_length" not in values
    assert values["limit"] is None


@pytest.mark.parametrize(
    "request_",
    [
        {"where": "secret_note == 'x'"},
        {"where": "secret_length > 3"},
        {"order": ["secret_note"]},
        {"order": ["-secret_length"]},
        {"fields": ["name", "secret_note"]},
        {"expand": ["secret_note"]},
    ],
)
def test_a_hidden_field_is_refused_like_an_unknown_one(seller: Context, request_: dict[str, object]) -> None:
    hidden = codes(ListRequest("customer", **request_), seller)  # type: ignore[arg-type]
    unknown = codes(
        ListRequest(
            "customer",
            **{  # type: ignore[arg-type]
                k: v.replace("secret_note", "no_such_one").replace("secret_length", "no_such_one")
                if isinstance(v, str)
                else [str(x).replace("secret_note", "no_such_one").replace("secret_length", "no_such_one") for x in v]  # type: ignore[attr-defined]
                for k, v in request_.items()
            },
        ),
        seller,
    )
    assert hidden == unknown
    assert hidden


def test_also_at_the_end_of_a_path_and_in_aggregates(seller: Context) -> None:
    assert codes(ListRequest("deal", where="customer.secret_note == 'x'"), seller)
    assert codes(ListRequest("deal", order=["customer.secret_length"]), seller)
    for request in (
        AggregateRequest("customer", measures=["count(secret_note)"]),
        AggregateRequest("customer", groups=["secret_note"]),
    ):
        with pytest.raises(BadRequest):
            read.aggregate(request, seller)


def test_search_does_not_find_by_what_is_hidden(project: Project, seller: Context) -> None:
    customer = project.create("customer", name="Acme", secret_note="confidential", owner=seller.actor.id)
    assert [hit.id for hit in read.search("confidential", project.system)] == [customer]
    assert read.search("confidential", seller) == []
    assert [hit.id for hit in read.search("Acme", seller)] == [customer]


def codes(request: ListRequest, context: Context) -> list[tuple[str, str | None]]:
    with pytest.raises(BadRequest) as caught:
        read.list_records(request, context)
    return [(p.code, p.field) for p in caught.value.problems]
