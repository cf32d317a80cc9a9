"""Imports as a conversation: mapped by headers and content, tried row by row, taken in as a unit, gone on with after a
crash, taken back."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jimu.bulk import Run, carry_on, failures_of, foresee_undo, load_run, pause, resume, start_undo, stop
from jimu.errors import BadRequest, Conflict, Forbidden, NotFound
from jimu.exchange.readers import UnreadableFile
from jimu.exchange.wizard import running
from jimu.exchange.wizard.checking import RowFilter, checked_rows
from jimu.exchange.wizard.imports import DataImport, load_import, receive, set_plan
from jimu.exchange.wizard.jobs import start_check
from jimu.exchange.wizard.reasons import reasons_of
from jimu.exchange.wizard.running import carry_import_on, start_run
from jimu.exchange.wizard.telling import plan_yaml, result_rows
from jimu.records import Context, Create, ListRequest, Update, read, write
from jimu.translation import translator
from tests.exchange.conftest import FILES, SAMPLES
from tests.records.project import Project, open_project

BOSS = """
label: Boss
objects:
  machine: {create: true, read: all, update: all, delete: all}
  maker: {create: true, read: all, update: all, delete: all}
"""


@pytest.fixture
def shop(database_url: str) -> Iterator[Project]:
    with open_project(database_url, {**FILES, "objects/roles/boss.yaml": BOSS}) as project:
        yield project


@pytest.fixture
def boss(shop: Project, tmp_path: Path) -> Context:
    return at_home(shop.acting(shop.user("bea", "boss")), tmp_path)


def at_home(context: Context, folder: Path) -> Context:
    return Context(**{**vars(context), "settings": {**context.settings, "home": folder, "max_request_mb": 32}})


def sent(text: str, object: str, context: Context, **plan: Any) -> DataImport:
    data = receive("file.csv", io.BytesIO(text.encode()), object, context)
    return set_plan(data, {**data.plan, **plan}, context) if plan else data


def checked(data: DataImport, context: Context) -> DataImport:
    return start_check(data, context)


def run(data: DataImport, context: Context) -> Run:
    return carry_import_on(start_run(data, context).id, context)


def names(shop: Project, object: str = "machine") -> list[str]:
    page = read.list_records(ListRequest(object, order=("id",), limit=500), shop.system)
    return [r.values["name"] for r in page.records]


def test_columns_are_mapped_by_name_label_and_content_and_blanks_and_dates_are_recognised(
    shop: Project, boss: Context
) -> None:
    data = sent(
        "序列号,Machine  Name,condition,bought on,,maker\n"
        "1,A,Brand new,31/12/2025,x,?\n2,B,Usd,01/02/2026,x,?\n3,C,used,,x,N/A\n4,D,used,,,\n",
        "machine",
        boss,
    )
    assert data.rows == 4
    assert data.profile is not None
    assert data.profile.headers[4] == "column 5"
    columns = data.plan["columns"]
    assert columns["序列号"] == {"field": "number"}
    assert columns["Machine Name"] == {"field": "name"}
    assert columns["condition"] == {"field": "state", "values": {"Usd": "used"}}
    assert columns["bought on"] == {"field": "bought_on", "dates": "day_first"}
    assert columns["column 5"] is None
    assert columns["maker"]["empty"] == ["?", "N/A"]
    assert data.plan["key"] == ["number"]
    assert "field: state" in plan_yaml(data)


def test_a_column_whose_texts_name_records_is_the_lookup_to_them(shop: Project, boss: Context) -> None:
    write.write_many([Create("maker", {"name": f"Maker {n}", "code": f"M-{n}"}) for n in range(4)], boss)
    text = "what,built at,machine_state,amount\nSaw,M-1,new,3\nAxe,M-2,used,4\nHammer,M-9,used,5\n"
    columns = sent(text, "machine", boss).plan["columns"]
    assert (columns["built at"], columns["machine_state"]) == ({"field": "maker"}, {"field": "state"})
    # A likeness of the header alone is nothing where the texts name no record.
    assert sent("name,maker nr\nSaw,3\nAxe,4\n", "machine", boss).plan["columns"]["maker nr"] is None


def test_rows_known_by_records_that_are_made_along_are_foreseen_as_they_come(shop: Project, boss: Context) -> None:
    text = "name,maker\nSaw,One\nSaw,Two\nSaw,One\nAxe,\n"
    data = sent(text, "machine", boss, key=["name", "maker"])
    rule = {"maker": {"field": "maker", "create": True}}
    data = set_plan(data, {**data.plan, "columns": {**data.plan["columns"], **rule}}, boss)
    told = checked(data, boss).forecast
    assert (told["counts"], told["made"]) == ({"created": 3, "updated": 1}, {"maker": 2})
    done = run(data, boss)
    assert (done.made, done.unchanged, done.related) == (3, 1, 2)


def test_every_row_is_tried_without_a_trace(shop: Project, boss: Context) -> None:
    write.write(Create("machine", {"number": "1", "name": "Old"}), boss)
    data = sent(
        "number,name,price,maker,state\n1,New,5,,\n2,B,13,,\n3,C,x,,\n4,D,1,Nobody,\n5,E,1,,\n5,F,1,,\n,G,1,,\n",
        "machine",
        boss,
    )
    data = checked(data, boss)
    assert data.state == "checked"
    assert data.forecast["counts"] == {"updated": 2, "failed": 4, "created": 1}
    reasons = {(one.code, one.header) for one in reasons_of(data.forecast)}
    assert {("check:not_cheap", "price"), ("unknown_reference", "maker"), ("key_blank", "number")} <= reasons
    rows, more = checked_rows(data.id, boss, RowFilter(action="failed", header="price"))
    assert ([row["row"] for row in rows], more) == ([3, 4], False)
    rows, more = checked_rows(data.id, boss, RowFilter(after=2), limit=2)
    assert ([row["row"] for row in rows], more) == ([3, 4], True)
    assert names(shop) == ["Old"]
    assert read.list_records(ListRequest("mass_change"), shop.system).records == []


def test_why_rows_fail_is_told_in_the_language_of_whoever_reads_it(shop: Project, boss: Context) -> None:
    data = checked(sent("number,name,plate,maker\n1,A,abc,\n2,,X,Nobody\n", "machine", boss), boss)
    words = {(one.code, one.header): one.message for one in reasons_of(data.forecast)}
    plate = words["bad_format", "plate"]
    assert [plate.render(translator(locale)) for locale in ("en", "zh-CN")] == ["Capitals only.", "只用大写字母。"]
    rows, _ = checked_rows(data.id, boss, RowFilter(header="maker"))
    told = [text.render(translator("zh-CN")) for _, header, text in rows[0]["problems"] if header == "maker"]
    assert "Nobody" in told[0]
    assert not re.search(r"\b(there|called)\b", told[0])
    run(data, boss)
    done = load_import(data.id, boss)
    for locale, told_so in (("en", "failed,plate: Capitals only."), ("zh-CN", "失败,plate：只用大写字母。")):
        reader = replace(boss, actor=replace(boss.actor, locale=locale))
        line = next(line for line in result_rows(done, "http://here", reader) if line.startswith("1,"))
        assert told_so in line


def test_what_a_check_foresees_is_what_comes(shop: Project, boss: Context) -> None:
    text = "number,name,price,maker\n" + "".join(
        f"{n % 40},M{n},{13 if n % 7 == 0 else n},{'M' + str(n % 3) if n % 5 else ''}\n" for n in range(60)
    )
    columns = {
        "number": {"field": "number"}, "name": {"field": "name"}, "price": {"field": "price"},
        "maker": {"field": "maker", "create": True},
    }
    data = checked(sent(text, "machine", boss, columns=columns), boss)
    counts = data.forecast["counts"]
    assert data.forecast["made"] == {"maker": 3}
    done = run(data, boss)
    assert (done.made, done.failures) == (counts["created"], counts["failed"]), failures_of(done, boss, 3)
    assert done.changed - done.made + done.unchanged == counts["updated"]
    assert done.related == 3
    lines = list(result_rows(load_import(data.id, boss), "https://x.example", boss))
    assert len(lines) == 61
    assert sum(",created," in line for line in lines) == done.made
    assert "Nobody sells for 13" in lines[1]


def test_an_import_is_taken_back_to_what_was_there_before(shop: Project, boss: Context) -> None:
    old = write.write(Create("machine", {"number": "1", "name": "Old", "price": "4"}), boss).id
    other = write.write(Create("machine", {"number": "2", "name": "Other"}), boss).id
    text = "number,name,price,maker\n1,New,5,Acme\n2,Changed,6,\n3,Three,7,Acme\n"
    done = run(sent(text, "machine", boss, columns={
        "number": {"field": "number"}, "name": {"field": "name"}, "price": {"field": "price"},
        "maker": {"field": "maker", "create": True},
    }), boss)
    assert (done.made, done.changed, done.related) == (1, 3, 1)
    write.write(Update("machine", other, {"notes": "Mine"}), shop.system)
    assert foresee_undo(done, boss).conflicts == 1
    back = carry_on(start_undo(done, boss).id, boss)
    assert (back.changed + back.related, back.failures) == (3, 1)
    assert [str(shop.value("machine", old, name)) for name in ("name", "price")] == ["Old", "4.00"]
    assert names(shop) == ["Old", "Changed"]
    assert names(shop, "maker") == []
    assert carry_on(start_undo(back, boss).id, boss).failures == 0
    assert sorted(names(shop)) == ["Changed", "New", "Three"]


def test_rows_that_refer_to_rows_of_the_same_file_find_each_other(shop: Project, boss: Context) -> None:
    text = "name,code,parent\nChild,1,Top\nLost,2,Nowhere\nTop,3,\n"
    data = checked(sent(text, "maker", boss, key=["code"]), boss)
    assert data.forecast["counts"] == {"created": 3}
    (reason,) = reasons_of(data.forecast)
    assert (reason.code, reason.first) == ("unknown_reference", [3])
    rows, _ = checked_rows(data.id, boss, RowFilter(kind=reason.kind))
    assert [row["row"] for row in rows] == [3]
    done = run(data, boss)
    assert (done.made, done.failures) == (3, 0)
    child = read.list_records(ListRequest("maker", where="code == '1'"), boss).records[0]
    assert child.titles[child.values["parent"]] == "Top"
    (lost,) = [line for line in result_rows(load_import(data.id, boss), "", boss) if line.startswith("Lost")]
    assert "Nowhere" in lost.split(",", 4)[-1]
    assert carry_on(start_undo(done, boss).id, boss).failures == 0
    assert names(shop, "maker") == []


def test_a_mapping_is_remembered_for_files_with_the_same_headers_in_any_order(shop: Project, boss: Context) -> None:
    columns = {"Nr": {"field": "number"}, "Bezeichnung": {"field": "name"}}
    run(sent("Nr,Bezeichnung\n1,A\n", "machine", boss, columns=columns, key=["number"]), boss)
    again = sent("bezeichnung,NR\nB,2\n", "machine", boss)
    assert again.plan["columns"] == {"bezeichnung": {"field": "name"}, "NR": {"field": "number"}}
    other = at_home(shop.acting(shop.user("otto", "boss")), Path(boss.settings["home"]))
    assert sent("Nr,Bezeichnung\n1,A\n", "machine", other).plan["columns"]["Bezeichnung"] is None


def test_an_import_waits_goes_on_and_stops_between_two_batches(
    shop: Project, boss: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    store = running._Running._store
    data = start_run(sent("number,name\n" + "".join(f"{n},M{n}\n" for n in range(10)), "machine", boss), boss)
    assert data.unit is not None
    orders: list[Any] = [pause, stop]

    def store_and_order(self: Any, rows: Any, later: Any) -> None:
        """After a batch somebody else, who knows nothing of the worker, says how to go on."""
        store(self, rows, later)
        if orders:
            orders.pop(0)(load_run(data.unit or 0, shop.system), shop.system)

    monkeypatch.setattr(running._Running, "_store", store_and_order)
    waiting = carry_import_on(data.id, boss)
    assert (waiting.state, waiting.handled) == ("paused", 2)
    assert carry_import_on(data.id, boss).handled == 2
    resume(waiting, boss)
    stopped = carry_import_on(data.id, boss)
    assert (stopped.state, stopped.handled, len(names(shop))) == ("stopped", 4, 4)
    with pytest.raises(Conflict):
        resume(stopped, boss)
    lines = list(result_rows(load_import(data.id, boss), "", boss))
    assert sum(",not reached," in line for line in lines) == 6
    assert carry_on(start_undo(stopped, boss).id, boss).changed == 4


def test_who_may_not_create_records_imports_none_and_sees_no_imports_of_others(shop: Project, boss: Context) -> None:
    data = sent("number,name\n1,A\n", "machine", boss)
    clerk = at_home(shop.acting(shop.user("cleo", "clerk")), Path(boss.settings["home"]))
    with pytest.raises(NotFound):
        load_import(data.id, clerk)
    nobody = at_home(shop.acting(shop.user("nora", "looker")), Path(boss.settings["home"]))
    with pytest.raises(Forbidden):
        sent("number,name\n1,A\n", "machine", nobody)
    own = sent("number,name,price\n1,A,5\n", "machine", clerk)
    assert own.plan["columns"]["price"] is None
    forced = {**own.plan["columns"], "price": {"field": "price"}}
    own = checked(set_plan(own, {**own.plan, "columns": forced}, clerk), clerk)
    assert own.forecast["counts"] == {"failed": 1}
    with pytest.raises(BadRequest):
        start_run(set_plan(own, {**own.plan, "columns": {"number": {"field": "nothing"}}}, clerk), clerk)


_KILLED = """
import sys
from pathlib import Path
from jimu.exchange.wizard import running
from jimu.exchange.wizard.running import carry_import_on
from tests.exchange.test_wizard import BOSS, FILES, at_home
from tests.records.project import empty_project
from tests.records import project
project.remove_rows = lambda database: None
running.BATCH = 20
with project.empty_project(sys.argv[1], {**FILES, "objects/roles/boss.yaml": BOSS}) as shop:
    context = at_home(shop.acting(int(sys.argv[3])), Path(sys.argv[4]))
    saved = running._Running._store
    def store(self, rows, later):
        saved(self, rows, later)
        print(rows[-1][0].number, flush=True)
    running._Running._store = store
    carry_import_on(int(sys.argv[2]), context)
"""


def test_an_import_whose_process_is_killed_goes_on_without_doubling_or_losing_a_row(
    shop: Project, boss: Context, database_url: str, tmp_path: Path
) -> None:
    text = "name,notes\n" + "".join(f"M{n},{'x' * 50}\n" for n in range(400))
    data = start_run(sent(text, "machine", boss), boss)
    script = tmp_path / "killed.py"
    script.write_text(textwrap.dedent(_KILLED))
    arguments = [sys.executable, str(script), database_url, str(data.id), str(boss.actor.id), str(tmp_path)]
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, str(Path(root) / "platform")])}
    worker = subprocess.Popen(arguments, stdout=subprocess.PIPE, cwd=root, env=environment)
    assert worker.stdout is not None
    for _ in range(3):
        assert worker.stdout.readline()
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    there = len(names(shop))
    assert 60 <= there < 400
    done = carry_import_on(data.id, boss)
    assert (done.state, done.made, done.handled) == ("done", 400, 400)
    assert sorted(names(shop)) == sorted(f"M{n}" for n in range(400))
    assert carry_on(start_undo(done, boss).id, boss).changed == 400
    assert names(shop) == []


@pytest.mark.parametrize("name", sorted(p.name for p in (SAMPLES / "messy_csv/encodings").glob("*")) or ["missing"])
def test_the_same_rows_in_eight_encodings_are_profiled_alike(workshop: Project, name: str, tmp_path: Path) -> None:
    path = SAMPLES / "messy_csv/encodings" / name
    if not path.exists():
        pytest.skip("the public sample files are not here")
    context = at_home(workshop.system, tmp_path)
    with path.open("rb") as stream:
        data = receive(name, stream, "machine", context)
    assert data.rows == 264
    assert data.profile is not None
    assert [c.filled for c in data.profile.columns][1:] == [264, 264, 264, 264]


def test_a_file_that_cannot_be_read_is_named_as_it_was_sent(shop: Project, boss: Context) -> None:
    with pytest.raises(UnreadableFile, match=r"^The file nothing\.csv is empty"):
        receive("nothing.csv", io.BytesIO(b""), "machine", boss)
