"""Names of people in records: whole and parts follow from each other, and everything that reads a field reads both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from jimu.bulk.model import Change, MassRequest, Selection
from jimu.bulk.running import do_now, start
from jimu.care.anonymising import anonymise
from jimu.errors import Invalid
from jimu.records import Create, ListRequest, Update, read, write
from jimu.records.write_steps.ties import FILL_JOB, fill_later, fill_parts
from tests.exchange.conftest import run_import
from tests.records.project import Project, build_manifest, prepared_project

FILES = {
    "objects/people/person.yaml": """
label: Person
title: "{name}"
features: [history]
fields:
  name: {type: person_name, label: Name, required: true, max_length: 40, pinyin: true, prefix: true, middle: true}
  plain: {type: text}
  greeting: {type: formula, returns: text, formula: "'Dear ' + name.given + ' / ' + name"}
personal:
  fields: [name]
  keep: {name: "#{id}"}
duplicates:
  - {name: same_person, label: Same person, match: [{field: name, how: fuzzy, least: 0.9}], on_match: warn}
""",
    "objects/roles/boss.yaml": "label: Boss\nsystem: [modify_all]\n",
}


@pytest.fixture
def people(backend: str, tmp_path: Path) -> Iterator[Project]:
    with prepared_project(backend, tmp_path, FILES) as opened:
        yield opened


def parts(people: Project, id: int) -> tuple[object, ...]:
    values = read.get("person", id, people.system).values
    return tuple(values[f"name{part}"] for part in ("", "_family", "_given", "_middle", "_prefix"))


def change(people: Project, id: int, **values: object) -> None:
    write.write(Update("person", id, values), people.system)


def test_whichever_is_written_the_other_follows(people: Project) -> None:
    whole = people.create("person", name="Mr. Wei Wang")
    assert parts(people, whole) == ("Wei Wang", "Wang", "Wei", None, "Mr")
    apart = people.create("person", name_family="欧阳", name_given="娜娜", name_prefix="女士")
    assert parts(people, apart) == ("欧阳娜娜", "欧阳", "娜娜", None, "Ms")
    change(people, whole, name_given="Ann", name_middle="Mary")
    assert parts(people, whole)[0] == "Ann Mary Wang"
    change(people, whole, name="李 雷")
    assert parts(people, whole)[:3] == ("李雷", "李", "雷")
    change(people, whole, plain="x")
    assert parts(people, whole)[:3] == ("李雷", "李", "雷")


def test_what_was_changed_counts_where_both_come_together(people: Project) -> None:
    id = people.create("person", name="王伟")
    change(people, id, name="李伟", name_family="王", name_given="伟")
    assert parts(people, id)[:3] == ("李伟", "李", "伟")
    change(people, id, name="李伟", name_family="赵", name_given="伟")
    assert parts(people, id)[:3] == ("赵伟", "赵", "伟")


def test_a_name_that_is_emptied_or_too_long_is_refused_as_any_value(people: Project) -> None:
    id = people.create("person", name="王伟")
    for values in ({"name": None}, {"name_family": None, "name_given": None}, {"name_given": "x" * 40}):
        with pytest.raises(Invalid) as caught:
            change(people, id, **values)
        assert {p.field for p in caught.value.problems} == {"name"}
    assert parts(people, id)[0] == "王伟"


def test_titles_formulas_search_and_filters_read_whole_and_parts(people: Project) -> None:
    wei, nana = people.create("person", name="Wei Wang"), people.create("person", name="欧阳娜娜")
    record = read.get("person", wei, people.system)
    assert (record.title, record.values["greeting"]) == ("Wei Wang", "Dear Wei / Wei Wang")
    for text, id in (("wei wang", wei), ("wang wei", wei), ("欧阳", nana), ("ouyang", nana), ("oynn", nana)):
        assert [hit.id for hit in read.search(text, people.system, ["person"])] == [id], text
    assert people.ids("person", where="name.family == '欧阳'") == {nana}
    assert people.ids("person", where="name_given == 'Wei'") == {wei}


def test_people_are_sorted_by_family_then_given_name(people: Project) -> None:
    for name in ("Zoe Adams", "Ann Young", "Bob Adams"):
        people.create("person", name=name)
    page = read.list_records(ListRequest("person", order=("name",), limit=2), people.system)
    rest = read.list_records(ListRequest("person", order=("name",), limit=2, after=page.next), people.system)
    assert [r.title for r in (*page.records, *rest.records)] == ["Bob Adams", "Zoe Adams", "Ann Young"]


def test_history_tells_of_the_name_once(people: Project) -> None:
    id = people.create("person", name="王伟")
    change(people, id, name_given="强")
    with people.store.read() as transaction:
        latest = transaction.history(id)[0]
    assert set(latest.changes) - {"title", "greeting"} == {"name"}


def test_names_written_before_the_field_had_parts_get_them_by_a_job(people: Project) -> None:
    old = build_manifest({k: v.replace("type: person_name", "type: text").replace(
        ", prefix: true, middle: true", "").replace("name.given", "name") for k, v in FILES.items()})  # fmt: skip
    ids = [people.create("person", name=name) for name in ("王伟", "Ann Lee")]
    blank = {"name_family": None, "name_given": None}
    with people.store.write() as transaction:
        transaction.update("person", [(id, blank, None) for id in ids])
        fill_later(transaction, old, people.manifest)
    with people.store.read() as transaction:
        jobs = [job for job in transaction.list_jobs("waiting") if job["kind"] == FILL_JOB]
    for job in jobs:
        fill_parts(SimpleNamespace(payload=job["payload"]), people.system)
    assert [parts(people, id)[:3] for id in ids] == [("王伟", "王", "伟"), ("Ann Lee", "Lee", "Ann")]


def test_a_name_is_erased_with_its_parts(people: Project) -> None:
    id = people.create("person", name="Wei Wang")
    anonymise("person", [id], people.system)
    found = parts(people, id)
    assert "Wei" not in found
    assert "Wang" not in found


def test_a_rule_for_duplicates_compares_the_whole_name_however_it_was_written(people: Project) -> None:
    boss = people.acting(people.user("ann", "boss"))
    first = people.create("person", boss, name="Smith, John")
    made = write.write(Create("person", {"name_given": "John", "name_family": "Smith"}), boss)
    assert [told.id for told in made.duplicates] == [first]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [("name", "王小明", ("王小明", "王", "小明")), ("name_family", "Jones", ("Wei Jones", "Jones", "Wei"))],
)
def test_a_mass_edit_writes_the_whole_or_a_part(
    people: Project, field: str, value: str, expected: tuple[str, ...]
) -> None:
    ids = [people.create("person", name="Wei Wang"), people.create("person", name="Wei Li")]
    asked = MassRequest(Selection("person", tuple(ids)), "edit", (Change(field, "set", value),))
    run = do_now(start(asked, people.system).id, people.system)
    assert (run.changed, run.failures) == (2, 0)
    assert [parts(people, id)[:3] for id in ids] == [expected, expected]


def test_an_import_takes_a_column_for_the_name_or_one_for_each_part(people: Project, tmp_path: Path) -> None:
    for header, row in (("name", '"Smith, John"'), ("name_family,name_given", "Smith,John")):
        path = tmp_path / "people.csv"
        path.write_text(f"{header}\n{row}\n", encoding="utf-8")
        report = run_import(people, "person", path)
        assert report.created == 1
    request = ListRequest("person", where="name == 'John Smith' and name.family == 'Smith'", fields=("id",))
    assert len(read.list_records(request, people.system).records) == 2
