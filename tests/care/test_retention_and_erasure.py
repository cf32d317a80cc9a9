"""What is kept no longer than it may be, and what is known of a person: found, handed out, erased."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

import pytest

from jimu.bulk import do_now, load_run, start_undo
from jimu.care.erasing import erase, export_traces, find_traces
from jimu.care.merging import Merge, merge_records
from jimu.care.retention import preview_retention, run_retention
from jimu.errors import Forbidden
from jimu.records import Delete, Update, read, write
from tests.records.project import Project


def test_the_recycle_bin_is_emptied_of_what_lies_in_it_long_enough(shop: Project) -> None:
    old, fresh = shop.create("person", name="Old"), shop.create("person", name="Fresh")
    write.write(Delete("person", old), shop.system)
    shop.clock.forward(days=20)
    write.write(Delete("person", fresh), shop.system)
    shop.clock.forward(days=11)
    due = {(d.object, d.rule): (d.count, d.first) for d in preview_retention(shop.system)}
    assert due["person", "bin"] == (1, [(old, "Old")])
    assert run_retention(shop.system)["person.bin"] == 1
    assert run_retention(shop.system)["person.bin"] == 0
    assert shop.ids("person", deleted="deleted") == {fresh}


def test_a_rule_takes_what_it_is_about_and_nothing_else(shop: Project) -> None:
    today = shop.clock().date()
    values = [("void", date(2025, 1, 1)), ("void", today), ("new", date(2025, 1, 1))]
    ids = [shop.create("prospect", company="X", status=status, received_on=day) for status, day in values]
    assert run_retention(shop.system)["prospect.old"] == 1
    assert shop.ids("prospect") == set(ids[1:])


def test_a_merged_record_stays_while_the_merge_may_be_taken_back(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    one, other = shop.create("person", boss, name="Eve"), shop.create("person", boss, name="Eva")
    merged = merge_records(Merge("person", (one, other), one), boss)
    shop.clock.forward(days=30, hours=-1)
    assert run_retention(shop.system)["person.bin"] == 0
    run = do_now(start_undo(load_run(merged.unit, boss), boss).id, boss)
    assert run.failures == 0


def _person(shop: Project) -> tuple[int, dict[str, int]]:
    boss = shop.acting(shop.user("ann", "boss"))
    eve = shop.create("person", boss, name="Eve Sample", email="eve@sample.org", mobile="+8613800138000")
    write.write(Update("person", eve, {"note": "likes tea"}), boss)
    write.write(Update("person", eve, {"note": "likes coffee", "name": "Eve Example"}), boss)
    twin = shop.create("person", name="E. Sample", email="eve@sample.org", note="met at fair")
    merge_records(Merge("person", (eve, twin), eve), boss)
    made = {
        "comment": shop.create("comment", boss, record=eve, text="Eve called from home"),
        "activity": shop.create("activity", boss, record=eve, subject="Call Eve"),
        "alike": shop.create("person", name="Eve", email="eve@sample.org"),
        "other": shop.create("person", name="Somebody", email="somebody@sample.org"),
        "twin": twin,
    }
    return eve, made


def test_everything_about_a_person_is_found_and_handed_out(shop: Project) -> None:
    eve, made = _person(shop)
    chief = shop.acting(shop.user("chief", "boss"))
    traces = find_traces("person", eve, chief)
    how = {trace.id: trace.how for trace in traces.found}
    assert how == {eve: "self", made["twin"]: "merged", made["comment"]: "about", made["activity"]: "about",
                   made["alike"]: "alike"}  # fmt: skip
    data = zipfile.ZipFile(io.BytesIO(export_traces("person", eve, chief))).read("data.json")
    told = json.loads(data)
    assert {record["title"] for record in told["records"]} >= {"Eve Example"}
    assert b"likes tea" in data
    assert b"Eve called from home" in data
    assert len(told["records"]) == 4


def test_an_erased_person_is_nowhere_any_more(shop: Project) -> None:
    eve, made = _person(shop)
    chief = shop.acting(shop.user("chief", "boss"))
    done = erase("person", eve, chief, also=[made["alike"]])
    assert done.changed == {"person": 2, "comment": 1, "activity": 1}
    assert done.removed == {"person": 1}
    assert read.get("person", eve, chief).title.startswith("Erased ")
    assert shop.value("person", made["other"], "name") == "Somebody"
    assert not read.search("sample", chief, ["person"])[1:]
    with shop.store.read() as transaction:
        left = _everything(transaction)
    for word in ("eve@sample", "Eve Example", "Eve Sample", "likes tea", "coffee", "138001380", "from home", "met at"):
        assert word not in left


def _everything(transaction: object) -> str:
    """All rows of all tables, as text."""
    connection = transaction.connection  # type: ignore[attr-defined]
    if connection.capabilities.arrays:
        names = connection.ask("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
                               " AND table_type = 'BASE TABLE'")  # fmt: skip
    else:
        names = connection.ask("SELECT name FROM sqlite_master WHERE type = 'table' AND instr(name, '_fts') = 0")
    return "".join(str(connection.ask(f'SELECT * FROM "{name}"')) for (name,) in names)


def test_the_right_is_needed(shop: Project) -> None:
    eve, _ = _person(shop)
    bob = shop.acting(shop.user("bob", "seller"))
    for act in (find_traces, export_traces, erase):
        with pytest.raises(Forbidden):
            act("person", eve, bob)
