"""Duplicates that have to be approved: on create, edit, in batches and imports; approved they stay, refused they go."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from jimu.access.approvals import APPROVAL, TASK
from jimu.bulk import carry_on, failures_of, start_undo
from jimu.definitions import load_files
from jimu.errors import Invalid, Locked
from jimu.exchange.wizard.imports import load_import, receive, set_plan
from jimu.exchange.wizard.jobs import start_check
from jimu.exchange.wizard.running import carry_import_on, start_run
from jimu.flows.approvals import events, service
from jimu.flows.approvals.duplicates import matches_of
from jimu.flows.approvals.service import Answer
from jimu.records import Context, Create, Delete, ListRequest, Restore, Update, read, write
from tests.care.shop import FILES
from tests.records.project import Project


@dataclass
class Desk:
    """``seller`` asks, ``boss`` and ``chief`` review."""

    shop: Project
    seller: Context
    boss: Context
    chief: Context

    def rows(self, object: str) -> list[Mapping[str, Any]]:
        found = read.list_records(ListRequest(object, limit=100), self.shop.system).records
        return [{**record.values, "id": record.id} for record in found]

    def approval(self) -> Mapping[str, Any]:
        """The one that runs."""
        (row,) = [row for row in self.rows(APPROVAL) if row["key"]]
        with self.shop.store.read() as transaction:
            return transaction.fetch(APPROVAL, [row["id"]])[row["id"]]

    def answer(self, answer: str, context: Context | None = None) -> None:
        context = context or self.boss
        (task,) = [t for t in self.rows(TASK) if t["state"] == "pending" and t["holder"] == context.actor.id]
        service.decide(task["id"], Answer(answer), context)

    def is_there(self, id: int) -> bool:
        return id in self.shop.ids("vendor")


@pytest.fixture
def desk(shop: Project) -> Desk:
    people = [("sam", "seller"), ("bea", "boss"), ("chief", "boss")]
    made = Desk(shop, *(shop.acting(shop.user(*one)) for one in people))
    shop.create("vendor", made.boss, name="Acme Ltd.", tax_number="T1")
    return made


def test_a_new_record_waits_where_it_is_and_stays_once_it_is_approved(desk: Desk) -> None:
    made = write.write(Create("vendor", {"name": "ACME"}), desk.seller)
    assert made.waits
    assert [told.rule for told in made.duplicates] == ["alike"]
    with pytest.raises(Locked):
        write.write(Update("vendor", made.id, {"name": "Acme two"}), desk.seller)
    approval = desk.approval()
    assert (approval["purpose"], approval["flow"], approval["owner"]) == (
        "duplicate", "vendor.alike", desk.seller.actor.id,
    )  # fmt: skip
    assert [told.title for told in matches_of(approval, desk.boss)] == ["Acme Ltd."]
    assert [told.title for told in matches_of(approval, desk.seller)] == [""]  # it is not theirs to see
    desk.answer("approve")
    assert desk.is_there(made.id)
    assert not any(row["key"] for row in desk.rows(APPROVAL))
    write.write(Update("vendor", made.id, {"since": "2026-01-01"}), desk.seller)


@pytest.mark.parametrize("end", ["reject", "withdraw", "terminate"])
def test_a_new_record_that_is_not_approved_goes_into_the_bin(desk: Desk, end: str) -> None:
    made = write.write(Create("vendor", {"name": "ACME"}), desk.seller)
    if end == "reject":
        desk.answer("reject")
    else:
        kind, who = (events.Withdraw, desk.seller) if end == "withdraw" else (events.Terminate, desk.boss)
        service.on_approval(kind, desk.approval()["id"], who, comment="no")
    assert not desk.is_there(made.id)
    assert made.id in desk.shop.ids("vendor", None, deleted="only")
    with pytest.raises(Invalid) as error:
        write.write(Restore("vendor", made.id), desk.seller)
    assert [p.code for p in error.value.problems] == ["duplicate_request"]
    write.write(Restore("vendor", made.id), desk.boss)


def test_who_removes_the_waiting_record_has_decided(desk: Desk) -> None:
    made = write.write(Create("vendor", {"name": "ACME"}), desk.seller)
    write.write(Delete("vendor", made.id), desk.boss)
    assert [row["state"] for row in desk.rows(APPROVAL)] == ["terminated"]


@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_a_change_waits_beside_the_record(desk: Desk, answer: str) -> None:
    mine = desk.shop.create("vendor", desk.seller, name="Globex")
    changed = write.write(Update("vendor", mine, {"name": "ACME limited", "since": "2026-01-02"}), desk.seller)
    assert (changed.waits, changed.title, changed.changed) == (True, "Globex", ())
    assert [told.title for told in matches_of(desk.approval(), desk.boss)] == ["Acme Ltd."]
    desk.answer(answer)
    found = read.get("vendor", mine, desk.seller).values
    expected = ("ACME limited", "2026-01-02") if answer == "approve" else ("Globex", "None")
    assert (found["name"], str(found["since"])) == expected


def test_the_rule_may_name_the_flow_that_decides(desk: Desk) -> None:
    # Of matches that the seller may not see this rule says nothing, so only their own count.
    write.write(Create("vendor", {"name": "Other", "tax_number": "T9"}), desk.seller)
    made = write.write(Create("vendor", {"name": "Another", "tax_number": "T9"}), desk.seller)
    assert desk.approval()["flow"] == "vendor"
    desk.answer("reject", desk.chief)
    assert not desk.is_there(made.id)


def test_a_form_that_shows_what_was_found_has_it_said_before_anybody_is_asked(desk: Desk) -> None:
    with pytest.raises(Invalid) as error:
        write.write(Create("vendor", {"name": "ACME"}), replace(desk.seller, duplicates="stop"))
    assert {p.code for p in error.value.problems} == {"duplicate", "duplicate_request"}
    seen = write.preview(Create("vendor", {"name": "ACME"}), desk.seller)
    assert (seen.problems, seen.waits) == ((), True)
    assert not desk.rows(APPROVAL)


def test_without_anybody_to_have_it_approved_it_is_not_stored(desk: Desk) -> None:
    with pytest.raises(Invalid) as error:
        write.write(Create("vendor", {"name": "ACME"}), replace(desk.seller, hooks=None))
    assert [p.code for p in error.value.problems] == ["duplicate_request"]


def test_rows_of_an_import_wait_each_for_itself_and_are_taken_back_with_it(desk: Desk, tmp_path: Path) -> None:
    context = replace(desk.seller, settings={**desk.seller.settings, "home": tmp_path, "max_request_mb": 8})
    data = receive("v.csv", io.BytesIO("name\nACME\nInitech\nｉｎｉｔｅｃｈ\n".encode()), "vendor", context)
    data = start_check(set_plan(data, data.plan, context), context)
    start_run(data, context)
    run = carry_import_on(data.id, context)
    assert (run.state, run.made) == ("done", 3)
    waiting = [row for row in desk.rows(APPROVAL) if row["key"]]
    assert sorted(row["subject"] for row in waiting) == ["ACME", "ｉｎｉｔｅｃｈ"]
    undone = carry_on(start_undo(run, context).id, context)
    assert (undone.state, [i.reason for i in failures_of(undone, context, 9)]) == ("done", [])
    assert desk.shop.ids("vendor", desk.seller) == set()
    assert {row["state"] for row in desk.rows(APPROVAL)} == {"terminated"}
    assert load_import(data.id, context).unit == run.id


def test_a_rule_that_asks_says_whom_and_whom_it_names_is_there() -> None:
    def codes(more: str) -> set[str]:
        text = FILES["objects/shop/vendor.yaml"].replace("reviewers: [{role: boss}]", more)
        _, diagnostics = load_files({"workspace.yaml": "label: T\n", **FILES, "objects/shop/vendor.yaml": text})
        return {d.code for d in diagnostics if d.severity.value == "error"}

    assert codes("reviewers: [{role: boss}]") == set()
    assert codes("") == {"nobody_asked"}
    assert codes("reviewers: [{role: nobody}]") == {"unknown_role"}
    assert codes("approval: nothing") == {"unknown_flow"}
    assert codes("approval: vendor\n    reviewers: [{role: boss}]") == {"nothing_asked"}
    _, found = load_files({
        "workspace.yaml": "label: T\n", **FILES,
        "objects/shop/order.yaml": FILES["objects/shop/order.yaml"]
        + "duplicates: [{name: x, match: [{field: name}], on_match: request, approval: vendor}]\n",
    })  # fmt: skip
    assert [d.code for d in found if d.severity.value == "error"] == ["flow_of_other"]
