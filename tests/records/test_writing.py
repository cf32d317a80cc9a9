"""Creating and updating records."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jimu.errors import Forbidden, Invalid, NotFound
from jimu.hookspecs import hookimpl
from jimu.messages import Message
from jimu.records import Command, Context, Create, Delete, Update, read, write
from jimu.records.draft import Draft
from tests.records.project import Project


def test_a_record_is_created_and_read_back(project: Project) -> None:
    record = write.write(
        Create("customer", {"name": "Acme", "limit": "1000.00", "address": {"city": "Rome"}}), project.system
    )
    assert record.created
    assert record.title == "Acme"
    again = read.get("customer", record.id, project.system)
    assert again.values["limit"] == Decimal(1000)
    assert again.values["address"]["city"] == "Rome"
    assert again.values["shout"] == "ACME"
    assert again.values["deals"] == 0
    assert again.version == 1


def test_an_update_changes_only_what_is_given(project: Project) -> None:
    customer = project.create("customer", name="Acme", code="A1")
    changed = write.write(Update("customer", customer, {"name": "Bolt"}, version=1), project.system)
    assert changed.version == 2
    assert set(changed.changed) == {"name", "shout", "title"}
    again = read.get("customer", customer, project.system)
    assert (again.title, again.values["code"], again.values["shout"]) == ("Bolt", "A1", "BOLT")


def test_defaults_numbers_and_formulas_are_filled_in(project: Project) -> None:
    user = project.user("ann", "seller")
    record = write.write(Create("deal", {"name": "Big", "amount": 200}), project.acting(user))
    assert record.values["owner"] == user
    assert record.values["stage"] == "open"
    assert record.values["close_on"] == date(2026, 3, 2)
    assert record.values["weighted"] == Decimal(100)
    assert record.values["double"] == Decimal(200)
    assert record.values["number"] == "D-2026-001"
    assert record.title == "Big · D-2026-001"


def problems(context: Context, command: Command) -> set[tuple[str, str | None]]:
    """The (code, field) of everything that is wrong with ``command``."""
    with pytest.raises(Invalid) as caught:
        write.write(command, context)
    return {(p.code, p.field) for p in caught.value.problems}


@pytest.fixture
def seller(project: Project) -> Context:
    return project.acting(project.user("sam", "seller"))


def test_an_unknown_object_is_not_found(project: Project) -> None:
    with pytest.raises(NotFound):
        write.write(Create("planet", {"name": "Mars"}), project.system)


def test_who_may_not_create_is_refused_before_anything_is_judged(project: Project) -> None:
    reader = project.acting(project.user("rea", "reader"))
    with pytest.raises(Forbidden):
        write.write(Create("customer", {"nonsense": 1}), reader)


def test_who_may_not_read_an_object_is_told_that_there_is_none(project: Project) -> None:
    nobody = project.acting(project.user("nob", "nobody"))
    with pytest.raises(NotFound):
        write.write(Create("customer", {"name": "Acme"}), nobody)


def test_a_missing_record_is_not_found(project: Project) -> None:
    with pytest.raises(NotFound):
        write.write(Update("customer", 12345, {"name": "x"}), project.system)


def test_a_record_of_somebody_else_is_not_found(project: Project, seller: Context) -> None:
    customer = project.create("customer", name="Acme")
    with pytest.raises(NotFound):
        write.write(Update("customer", customer, {"name": "x"}), seller)


def test_a_record_that_may_be_read_but_not_changed_is_forbidden(project: Project, seller: Context) -> None:
    ticket = project.create("ticket", subject="Hello")
    with pytest.raises(Forbidden):
        write.write(Update("ticket", ticket, {"subject": "x"}), seller)


def test_unwritable_fields_are_refused_loudly_and_all_at_once(project: Project, seller: Context) -> None:
    given = {
        "name": "Acme",
        "naem": "x",
        "secret_note": "x",
        "limit": 5,
        "won": 7,
        "shout": "X",
        "id": 5,
        "version": 3,
    }
    assert problems(seller, Create("customer", given)) == {
        ("unknown_field", "naem"),
        ("unknown_field", "secret_note"),
        ("forbidden_field", "limit"),
        ("read_only", "won"),
        ("read_only", "shout"),
        ("read_only", "id"),
        ("read_only", "version"),
    }


def test_a_misspelt_field_is_told_with_the_nearest_right_name(project: Project) -> None:
    with pytest.raises(Invalid) as caught:
        write.write(Create("customer", {"name": "Acme", "vipp": True}), project.system)
    assert "vip" in str(caught.value.problems[0].message)


def test_a_hidden_field_is_never_suggested(project: Project, seller: Context) -> None:
    with pytest.raises(Invalid) as caught:
        write.write(Create("customer", {"name": "Acme", "secret_not": "x"}), seller)
    assert "secret_note" not in str(caught.value.problems[0].message)


def test_read_only_fields_are_for_the_system_alone(project: Project) -> None:
    admin = project.acting(project.user("adm", "admin"))
    assert problems(admin, Create("deal", {"name": "D", "approved": True})) == {("read_only", "approved")}
    deal = project.create("deal", name="D", approved=True)
    assert project.value("deal", deal, "approved") is True


def test_values_of_the_wrong_type_are_all_reported_with_missing_ones(project: Project) -> None:
    found = problems(project.system, Create("deal", {"amount": "much", "close_on": "soon", "stage": "nowhere"}))
    assert {field for _, field in found} == {"amount", "close_on", "stage", "name"}
    assert ("required", "name") in found


def test_a_blank_that_is_asked_for_is_not_replaced_by_the_default(project: Project) -> None:
    deal = project.create("deal", name="D", probability=None)
    assert project.value("deal", deal, "probability") is None


@pytest.mark.parametrize(
    ("target", "code"),
    [("missing", "unknown_reference"), ("deleted", "unknown_reference"), ("wrong object", "unknown_reference")],
)
def test_references_must_point_at_living_records_of_the_object(project: Project, target: str, code: str) -> None:
    customer = project.create("customer", name="Acme")
    ids = {"missing": 77, "deleted": customer, "wrong object": project.create("region", name="North")}
    write.write(Delete("customer", customer), project.system)
    assert problems(project.system, Create("deal", {"name": "D", "customer": ids[target]})) == {(code, "customer")}


def test_a_reference_to_what_one_may_not_read_looks_like_one_to_nothing(project: Project, seller: Context) -> None:
    foreign = project.create("customer", name="Foreign")
    mine = project.create("customer", seller, name="Mine")
    assert problems(seller, Create("deal", {"name": "D", "customer": foreign})) == {("unknown_reference", "customer")}
    write.write(Create("deal", {"name": "D", "customer": mine}), seller)


def test_a_lookup_takes_only_what_its_filter_lets_in(project: Project) -> None:
    plain, vip = project.create("customer", name="Plain"), project.create("customer", name="Vip", vip=True)
    assert problems(project.system, Create("deal", {"name": "D", "partner": plain})) == {
        ("filtered_reference", "partner")
    }
    write.write(Create("deal", {"name": "D", "partner": vip}), project.system)


def test_users_must_be_active(project: Project) -> None:
    gone = project.user("gone", active=False)
    assert problems(project.system, Create("deal", {"name": "D", "colleague": gone})) == {
        ("inactive_user", "colleague")
    }


def test_references_to_many_are_judged_one_by_one(project: Project) -> None:
    first = project.create("customer", name="One")
    assert problems(project.system, Create("deal", {"name": "D", "helpers": [first, 99]})) == {
        ("unknown_reference", "helpers")
    }
    deal = project.create("deal", name="D", helpers=[first])
    assert project.value("deal", deal, "helpers") == [first]


def test_a_retired_option_stays_but_cannot_be_chosen(project: Project) -> None:
    assert problems(project.system, Create("deal", {"name": "D", "stage": "old"})) == {("retired_choice", "stage")}


def test_a_dependent_option_needs_its_controlling_value(project: Project) -> None:
    assert problems(project.system, Create("deal", {"name": "D", "reason": "quality"})) == {
        ("choice_depends", "reason")
    }
    deal = project.create("deal", name="D", stage="won", reason="quality")
    assert problems(project.system, Update("deal", deal, {"stage": "open"})) == {("choice_depends", "reason")}


def test_record_types_have_their_own_options_defaults_and_required_fields(project: Project) -> None:
    question = project.create("ticket", subject="Why?", topic="why")
    assert project.value("ticket", question, "record_type") == "question"
    assert problems(project.system, Create("ticket", {"subject": "x", "topic": "broken"})) == {
        ("choice_not_for_record_type", "topic")
    }
    assert problems(project.system, Create("ticket", {"record_type": "complaint"})) == {("required", "subject")}
    complaint = project.create("ticket", record_type="complaint", subject="It broke")
    assert project.value("ticket", complaint, "topic") == "broken"


def test_conditions_demand_hide_and_protect_fields(project: Project) -> None:
    assert problems(project.system, Create("deal", {"name": "D", "stage": "lost"})) >= {("required", "lost_reason")}
    admin = project.acting(project.user("adm", "admin"))
    deal = project.create("deal", admin, name="D", frozen="as it is")
    write.write(Update("deal", deal, {"stage": "won", "frozen": "still free"}), admin)
    assert problems(admin, Update("deal", deal, {"frozen": "late"})) == {("read_only", "frozen")}
    write.write(Update("deal", deal, {"frozen": "by the system"}), project.system)


def test_checks_speak_beside_their_fields_and_reach_over_lookups(project: Project) -> None:
    customer = project.create("customer", name="Acme", limit=100)
    assert problems(project.system, Create("deal", {"name": "D", "customer": customer, "amount": 200})) == {
        ("check:within_limit", None)
    }
    lost = {"name": "D", "stage": "lost", "lost_reason": "price", "amount": 5000}
    assert problems(project.system, Create("deal", lost)) == {("check:small_when_lost", "amount")}


def test_unique_keys_hold_also_over_several_fields_and_let_blanks_off(project: Project) -> None:
    customer = project.create("customer", name="Acme", code="A")
    assert problems(project.system, Create("customer", {"name": "Other", "code": "A"})) == {("not_unique", "code")}
    project.create("deal", name="D", customer=customer)
    assert problems(project.system, Create("deal", {"name": "D", "customer": customer})) == {
        ("not_unique", "customer"),
        ("not_unique", "name"),
    }
    project.create("deal", name="D")
    project.create("deal", name="D")


def test_taken_keys_are_reported_together_with_other_problems(project: Project) -> None:
    project.create("customer", name="Acme", code="A")
    assert problems(project.system, Create("customer", {"code": "A", "limit": "x"})) == {
        ("not_unique", "code"),
        ("required", "name"),
        *problems(project.system, Create("customer", {"name": "B", "limit": "x"})),
    }


def test_an_update_that_changes_nothing_writes_nothing(project: Project) -> None:
    customer = project.create("customer", name="Acme", limit="10.00")
    result = write.write_many([Update("customer", customer, {"name": "Acme", "limit": "10"})], project.system)
    assert [r.status for r in result.rows] == ["unchanged"]
    assert project.value("customer", customer, "version") == 1
    assert len(read.history("customer", customer, project.system).items) == 1


def test_an_amount_without_a_currency_is_in_the_workspaces(project: Project) -> None:
    deal = project.create("deal", name="D", fee=10)
    assert project.value("deal", deal, "fee_currency") == "USD"


def test_a_composite_is_written_whole_or_by_parts(project: Project) -> None:
    customer = project.create("customer", name="Acme", address={"city": "Rome", "street": "Via 1"})
    write.write(Update("customer", customer, {"address_city": "Milan"}), project.system)
    address = project.value("customer", customer, "address")
    assert (address["city"], address["street"]) == ("Milan", "Via 1")
    write.write(Update("customer", customer, {"address": {"city": "Turin"}}), project.system)
    assert project.value("customer", customer, "address")["street"] is None


def test_a_secret_is_sealed_and_its_history_keeps_no_value(project: Project) -> None:
    ticket = project.create("ticket", subject="x", password="hunter2")
    write.write(Update("ticket", ticket, {"password": "hunter3"}), project.system)
    assert "hunter" not in project.value("ticket", ticket, "password")
    (change,) = read.history("ticket", ticket, project.system).items[0].changes
    assert (change.field, change.before, change.after) == ("password", None, None)


def test_numbers_go_on_each_year_and_refused_records_take_none(project: Project) -> None:
    project.create("deal", name="A")
    problems(project.system, Create("deal", {"name": "B", "amount": -1}))
    second = project.create("deal", name="C")
    assert project.value("deal", second, "number") == "D-2026-002"
    project.clock.forward(days=365)
    assert project.value("deal", project.create("deal", name="E"), "number") == "D-2027-001"


def test_a_hook_may_change_values_and_may_refuse(project: Project) -> None:
    class Plugin:
        @hookimpl
        def jimu_before_write(self, draft: Draft, context: Context) -> None:
            if draft.object == "customer" and draft.get("name") == "bad":
                draft.add_problem("bad_name", Message("Not this one."), "name")
            elif draft.object == "customer":
                draft.set("name", f" {draft.get('name')}!")

    project.plugins.register(Plugin())
    customer = project.create("customer", name="Acme")
    assert project.value("customer", customer, "shout") == "ACME!"
    assert problems(project.system, Create("customer", {"name": "bad"})) == {("bad_name", "name")}


def test_a_preview_shows_what_would_be_stored_and_stores_nothing(project: Project, seller: Context) -> None:
    shown = write.preview(Create("deal", {"name": "D", "amount": 10, "stage": "lost"}), seller)
    assert shown.action == "create"
    assert shown.values["weighted"] == Decimal(5)
    assert {p.field for p in shown.problems} == {"lost_reason"}
    assert "lost_reason" in shown.required
    assert "lost_reason" in shown.visible
    assert {"weighted", "approved", "number"} <= shown.read_only
    assert project.ids("deal") == set()
    assert project.value("deal", project.create("deal", name="first"), "number") == "D-2026-001"


def test_a_preview_says_what_stops_it(project: Project, seller: Context) -> None:
    foreign = project.create("customer", name="Foreign")
    assert isinstance(write.preview(Update("customer", foreign, {"name": "x"}), seller).error, NotFound)


def test_nobody_gives_themselves_more_roles(project: Project) -> None:
    seller = project.user("sam", "seller")
    assert problems(project.acting(seller), Update("user", seller, {"roles": ["admin"]})) == {
        ("forbidden_field", "roles")
    }
    write.write(Update("user", seller, {"language": "zh-CN"}), project.acting(seller))


def test_a_role_may_keep_the_owner_from_being_changed(project: Project) -> None:
    pat, sam = project.user("pat", "porter"), project.user("sam", "seller")
    porter = project.acting(pat)
    customer = write.write(Create("customer", {"name": "Acme"}), porter)
    assert customer.values["owner"] == pat
    assert problems(porter, Update("customer", customer.id, {"owner": sam})) == {("read_only", "owner")}
