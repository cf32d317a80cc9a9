"""The life of sparse fields: added, filled, moved there and back, renamed, retired, of another type, rolled back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jimu import revisions
from jimu.access.actor import SYSTEM
from jimu.records import Update, write
from jimu.storage.ddl import apply as ddl_apply
from tests.revisions.conftest import MACHINE, Workshop

PLAIN = "margin: {type: decimal, scale: 2, index: true}"
SPARSE = "margin: {type: decimal, scale: 2, index: true, sparse: true}"
NOTE = "note: {type: text, search: true, sparse: true}"


def findings(plan: revisions.Plan) -> dict[str, tuple[str, int | None]]:
    """Code -> what is said, and the count."""
    return {f.code: (str(f.message), f.count) for f in plan.findings}


def first(workshop: Workshop) -> int:
    return revisions.list_revisions(workshop.runtime.database)[0].id


def test_a_field_becomes_sparse_and_is_so_no_longer_with_all_its_values(workshop: Workshop) -> None:
    workshop.apply(workshop.machine(PLAIN))
    a = workshop.add(name="A", margin="0.10")
    workshop.add(name="B", margin="99.99")
    workshop.add(name="C")

    planned = workshop.plan(workshop.machine(SPARSE))
    told = "Field machine.margin becomes sparse; values that move to the column of sparse fields: 2."
    assert findings(planned)["values_moved"] == (told, 2)
    steps = [(c["kind"], c.get("column"), c.get("before"), c.get("after")) for c in planned.schema_changes]
    assert ("move_column", "margin", "column", "ext") in steps
    assert workshop.values("margin") == [Decimal("0.10"), Decimal("99.99"), None]

    workshop.apply(workshop.machine(SPARSE))
    assert workshop.values("margin") == [Decimal("0.10"), Decimal("99.99"), None]
    assert workshop.plan(workshop.runtime.load_workspace()).is_empty
    write.write(Update("machine", a, {"margin": None}), workshop.runtime.context(SYSTEM))
    workshop.add(name="D", margin="7")

    planned = workshop.plan(workshop.machine(PLAIN))
    told = "Field machine.margin is sparse no longer; values that move to a column of its own: 2."
    assert findings(planned)["values_moved"] == (told, 2)
    workshop.apply(workshop.machine(PLAIN))
    assert workshop.values("margin") == [None, Decimal("99.99"), None, Decimal("7.00")]


def test_rolling_back_and_forth_over_a_sparse_field_loses_no_value(workshop: Workshop) -> None:
    start = first(workshop)
    with_note = workshop.apply(workshop.machine(NOTE)).revision
    workshop.add(name="A", note="kept")
    workshop.rollback(start)
    assert "note" not in workshop.fields
    workshop.add(name="B")
    workshop.rollback(with_note)
    assert workshop.values("note") == ["kept", None]

    own = workshop.apply(workshop.machine("note: {type: text, search: true}")).revision
    workshop.add(name="C", note="later")
    workshop.rollback(start)
    workshop.rollback(with_note)
    assert workshop.values("note") == ["kept", None, "later"]
    workshop.rollback(own)
    assert workshop.values("note") == ["kept", None, "later"]


def test_a_sparse_field_is_renamed_and_moved_at_once(workshop: Workshop) -> None:
    workshop.apply(workshop.machine(PLAIN))
    workshop.add(name="A", margin="1.5")
    manifest = workshop.machine("profit: {type: decimal, scale: 2, sparse: true, was: [margin]}")
    found = findings(workshop.plan(manifest))
    assert (found["field_renamed"][1], found["values_moved"][1]) == (1, 1)
    workshop.apply(manifest)
    assert workshop.values("profit") == [Decimal("1.50")]
    before = revisions.list_revisions(workshop.runtime.database)[1].id
    workshop.rollback(before)
    assert workshop.values("margin") == [Decimal("1.50")]


def test_a_retired_sparse_field_keeps_its_values_and_comes_back(workshop: Workshop) -> None:
    workshop.apply(workshop.machine(SPARSE))
    workshop.add(name="A", margin="1.5")
    retired = workshop.machine(SPARSE.replace("}", ", retired: true}"))
    assert findings(workshop.plan(retired))["field_retired"][1] == 1
    workshop.apply(retired)
    assert "margin" not in workshop.fields
    manifest = workshop.machine(PLAIN)
    assert findings(workshop.plan(manifest))["field_restored"][1] == 1
    workshop.apply(manifest)
    assert workshop.values("margin") == [Decimal("1.50")]


def test_a_sparse_field_changes_its_type(workshop: Workshop) -> None:
    workshop.apply(workshop.machine("made: {type: text, sparse: true}"))
    workshop.add(name="A", made="2026-03-04")
    workshop.add(name="B", made="soon")
    manifest = workshop.machine("made: {type: date, sparse: true}")
    assert findings(workshop.plan(manifest))["type_misfit"][1] == 1
    workshop.apply(manifest, allow=("type_misfit",))
    assert workshop.values("made") == [date(2026, 3, 4), None]
    workshop.apply(workshop.machine("made: {type: text}"), allow=("all",))
    assert workshop.values("made") == ["2026-03-04", None]
    workshop.apply(workshop.machine("made: {type: text, sparse: true}"), allow=("all",))
    assert workshop.values("made")[0] == "2026-03-04"


def test_the_parts_of_a_sparse_address_move_with_it(workshop: Workshop) -> None:
    workshop.apply(workshop.machine("site: {type: address}", "fee: {type: currency}"))
    workshop.add(name="A", site={"city": "Rome", "street": "Via Appia"}, fee="10")
    manifest = workshop.machine("site: {type: address, sparse: true}", "fee: {type: currency, sparse: true}")
    planned = workshop.plan(manifest)
    assert {(f.address, f.count) for f in planned.findings} == {("machine.site", 2), ("machine.fee", 1)}
    workshop.apply(manifest)
    assert workshop.values("site")[0]["city"] == "Rome"
    assert (workshop.values("fee"), workshop.values("fee_currency")) == ([Decimal("10.00")], ["USD"])


def test_a_move_that_fails_halfway_changes_nothing(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.apply(workshop.machine(PLAIN))
    workshop.add(name="A", margin="1.5")
    move = ddl_apply.move_column

    def fail(*args: object) -> None:
        move(*args)  # type: ignore[arg-type]
        raise RuntimeError("the power went")

    monkeypatch.setattr(ddl_apply, "move_column", fail)
    with pytest.raises(RuntimeError):
        workshop.apply(workshop.machine(SPARSE))
    monkeypatch.undo()
    assert workshop.values("margin") == [Decimal("1.50")]
    workshop.apply(workshop.machine(SPARSE))
    assert workshop.values("margin") == [Decimal("1.50")]


def test_a_list_sorted_by_a_sparse_field_gets_an_index_for_it(workshop: Workshop) -> None:
    workshop.apply(workshop.machine("note: {type: text, sparse: true}", base=MACHINE))
    layout = "object: machine\nlabel: Machines\ncolumns: [name, note]\nsort: [note]\n"
    workshop.write("layouts/lists/machine.yaml", layout)
    planned = workshop.plan(workshop.runtime.load_workspace())
    assert {"kind": "add_index", "object": "machine", "columns": ["note"]} in [dict(c) for c in planned.schema_changes]
