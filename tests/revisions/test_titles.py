"""Titles stay right: when their template changes, and when a record changes that they read over a lookup."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jimu.access.actor import SYSTEM
from jimu.formulas.signature import REGISTRY, define, signature
from jimu.records import Create, Delete, ListRequest, Update, read, title_refresh, write
from jimu.storage import counted
from jimu.storage.query import Query
from tests.revisions.conftest import MACHINE, Workshop

MAKER = """
label: Maker
title: "{name}"
fields:
  name: {type: text}
  country: {type: text}
  part_of: {type: lookup, to: maker}
  machines: {type: rollup, of: machine.maker, function: count}
"""
PART = """
label: Part
title: "{machine.title} / {name}"
fields:
  name: {type: text}
  machine: {type: lookup, to: machine}
"""
TITLED = MACHINE.replace('title: "{name}"', 'title: "{name} by {maker.name}"')
LOOKUP = "maker: {type: lookup, to: maker}"


@pytest.fixture
def factory(workshop: Workshop) -> Workshop:
    """Machines called after themselves and their makers, parts called after machines."""
    workshop.write("objects/workshop/maker.yaml", MAKER)
    workshop.write("objects/workshop/part.yaml", PART)
    workshop.apply(workshop.machine(LOOKUP, base=TITLED))
    return workshop


def save(workshop: Workshop, object: str, id: int | None = None, **values: Any) -> int:
    command = Create(object, values) if id is None else Update(object, id, values)
    return write.write(command, workshop.runtime.context(SYSTEM)).id


def titles(workshop: Workshop, object: str = "machine") -> list[str]:
    """As the record, the table of identities and the view have them; they must agree."""
    store = workshop.runtime.current.store
    with store.read() as tx:
        rows = tx.select(Query(object, fields=("title",), deleted="any", limit=5000)).rows
        shared = tx.titles([row["id"] for row in rows])
    assert {row["id"]: row["title"] for row in rows} == {id: title.title for id, title in shared.items()}
    with workshop.runtime.database.reading() as connection:
        seen = {row[0] for row in connection.rows(f"SELECT title FROM v_{object}")}
    assert seen <= {row["title"] for row in rows}
    return sorted(row["title"] for row in rows)


def found(workshop: Workshop, text: str) -> set[str]:
    """What the search index finds."""
    request = ListRequest("machine", search=text, limit=500)
    return {record.title for record in read.list_records(request, workshop.runtime.context(SYSTEM)).records}


def work(workshop: Workshop) -> int:
    return workshop.runtime.build_worker().drain()


def test_a_new_template_gives_records_that_are_there_new_titles(factory: Workshop) -> None:
    maker = save(factory, "maker", name="Emco")
    for name in ("Lathe", "Mill"):
        save(factory, "machine", name=name, maker=maker)
    gone = save(factory, "machine", name="Saw")
    write.write(Delete("machine", gone), factory.runtime.context(SYSTEM))
    manifest = factory.machine(LOOKUP, base=MACHINE.replace('"{name}"', '"{maker.name}:  {upper(name)}"'))
    [finding] = [f for f in factory.plan(manifest).findings if f.code == "titles_recomputed"]
    assert (finding.address, finding.count) == ("machine", 2)
    assert titles(factory) == ["Lathe by Emco", "Mill by Emco", "Saw by"]
    factory.apply(manifest)
    assert titles(factory) == [": SAW", "Emco: LATHE", "Emco: MILL"]
    assert found(factory, "emco") == {"Emco: LATHE", "Emco: MILL"}


def test_a_formula_that_the_template_reads_changes_the_titles_too(workshop: Workshop) -> None:
    base = MACHINE.replace('"{name}"', '"{shown}"')
    workshop.apply(workshop.machine("shown: {type: formula, returns: text, formula: 'name'}", base=base))
    workshop.add(name="Lathe")
    workshop.apply(workshop.machine("shown: {type: formula, returns: text, formula: 'name + \"!\"'}", base=base))
    assert titles(workshop) == ["Lathe!"]
    assert not [f for f in workshop.plan(workshop.runtime.load_workspace()).findings if f.code == "titles_recomputed"]


def test_titles_follow_a_record_that_they_read_over_a_lookup(factory: Workshop) -> None:
    emco, other = save(factory, "maker", name="Emco"), save(factory, "maker", name="Other")
    lathe = save(factory, "machine", name="Lathe", maker=emco)
    save(factory, "machine", name="Mill", maker=other)
    save(factory, "part", name="Chuck", machine=lathe)
    save(factory, "maker", emco, name="Maier")
    assert titles(factory) == ["Lathe by Maier", "Mill by Other"]
    assert titles(factory, "part") == ["Lathe by Maier / Chuck"], "titles that read titles follow too"
    assert found(factory, "maier") == {"Lathe by Maier"}
    assert not found(factory, "emco")
    version = read.get("machine", lathe, factory.runtime.context(SYSTEM)).version
    assert version == 1, "nobody changed the machine"


def test_titles_equal_those_that_saving_again_gives(factory: Workshop) -> None:
    maker = save(factory, "maker", name="  A \u3000 very   long " + "x" * 220)
    machine = save(factory, "machine", name="M" * 60, maker=maker)
    save(factory, "maker", maker, name="  Other \u3000 very   long " + "y" * 220)
    refreshed = titles(factory)
    save(factory, "machine", machine, name="N")
    save(factory, "machine", machine, name="M" * 60)
    assert titles(factory) == refreshed


def test_the_number_of_statements_does_not_grow_with_the_titles(factory: Workshop) -> None:
    def statements(**values: Any) -> int:
        with counted() as meter:
            save(factory, "maker", maker, **values)
        return meter.queries

    maker = save(factory, "maker", name="Emco")
    save(factory, "machine", name="Lathe", maker=maker)
    plain, one = statements(country="AT"), statements(name="Maier")
    for number in range(20):
        save(factory, "machine", name=f"M{number}", maker=maker)
    assert statements(country="DE") == plain < one
    assert statements(name="Weiler") == one


def test_more_titles_than_one_write_refreshes_are_left_to_a_job(
    factory: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(title_refresh.TitleRefresh, "most", 2)
    monkeypatch.setattr(title_refresh.TitleRefresh.__init__, "__defaults__", (2,))
    monkeypatch.setattr("jimu.records.title_jobs.BATCH", 2)
    maker = save(factory, "maker", name="Emco")
    for number in range(5):
        save(factory, "machine", name=f"M{number}", maker=maker)
    save(factory, "maker", maker, name="Maier")
    assert titles(factory) == [f"M{n} by Emco" for n in range(5)]
    assert work(factory) == 1
    assert titles(factory) == [f"M{n} by Maier" for n in range(5)]
    assert work(factory) == 0


def test_a_title_that_shows_a_roll_up_follows_it(factory: Workshop) -> None:
    factory.write("objects/workshop/maker.yaml", MAKER.replace('"{name}"', '"{name} ({machines})"'))
    factory.apply(factory.runtime.load_workspace())
    maker = save(factory, "maker", name="Emco")
    assert titles(factory, "maker") == ["Emco (0)"]
    save(factory, "machine", name="Lathe", maker=maker)
    assert titles(factory, "maker") == ["Emco (1)"]


def test_titles_down_a_tree_follow_and_a_circle_ends(factory: Workshop) -> None:
    factory.write("objects/workshop/maker.yaml", MAKER.replace('"{name}"', '"{part_of.title} > {name}"'))
    factory.apply(factory.runtime.load_workspace())
    top = save(factory, "maker", name="A")
    middle = save(factory, "maker", name="B", part_of=top)
    save(factory, "maker", name="C", part_of=middle)
    save(factory, "maker", top, name="Z")
    assert titles(factory, "maker") == ["> Z", "> Z > B", "> Z > B > C"]
    save(factory, "maker", top, part_of=middle)
    save(factory, "maker", top, name="Y")


@pytest.fixture
def shout() -> Iterator[None]:
    """A function of a plugin that no database has."""
    loud = signature("a: text -> text", lambda a: a.upper() + "!", python_only=True)
    made = define("shout", "texts", "The text, loud.", loud)
    REGISTRY.register((made,))
    yield
    REGISTRY.functions.pop("shout")
    REGISTRY.by_key.pop("shout")


def test_a_template_that_only_python_can_compute_is_refreshed_by_a_job(factory: Workshop, shout: None) -> None:
    maker = save(factory, "maker", name="Emco")
    for number in range(3):
        save(factory, "machine", name=f"M{number}", maker=maker)
    manifest = factory.machine(LOOKUP, base=MACHINE.replace('"{name}"', '"{shout(maker.name)} {name}"'))
    [finding] = [f for f in factory.plan(manifest).findings if f.code == "titles_recomputed"]
    assert "by a job" in str(finding.message)
    factory.apply(manifest)
    assert titles(factory)[0] == "M0 by Emco"
    assert work(factory) == 1
    assert titles(factory) == ["EMCO! M0", "EMCO! M1", "EMCO! M2"]
    save(factory, "maker", maker, name="Maier")
    assert titles(factory) == ["MAIER! M0", "MAIER! M1", "MAIER! M2"]
