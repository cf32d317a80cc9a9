"""From YAML to a running system and on: plan, apply, seen by every process, roll back without losing a value."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from jimu import revisions
from jimu.errors import DefinitionErrors, NotFound
from jimu.revisions import Refused, Severity
from tests.revisions.conftest import MACHINE, Workshop


def codes(plan: revisions.Plan) -> set[str]:
    return {f.code for f in plan.findings}


def test_a_new_database_gets_the_workspace_as_its_first_revision(workshop: Workshop) -> None:
    assert workshop.fields >= {"name", "price", "state"}
    listed = revisions.list_revisions(workshop.runtime.database)
    assert [r.hash for r in listed] == [workshop.runtime.current.manifest.revision]
    assert workshop.plan(workshop.runtime.load_workspace()).is_empty


def test_a_new_field_is_planned_applied_and_used(workshop: Workshop) -> None:
    workshop.add(name="Lathe", price="100.50")
    manifest = workshop.machine("weight: {type: integer}")

    planned = workshop.plan(manifest)
    assert codes(planned) == {"field_added"}
    assert planned.worst() is Severity.SAFE
    assert any(c["kind"] == "add_column" and c["column"] == "weight" for c in planned.schema_changes)
    assert "weight" not in workshop.fields

    applied = workshop.apply(manifest, note="weights")
    assert applied.changed
    assert "weight" in workshop.fields
    workshop.add(name="Mill", weight=900)
    assert workshop.values("weight") == [None, 900]
    assert workshop.values("price") == [Decimal("100.50"), None]


def test_applying_the_same_again_changes_nothing(workshop: Workshop) -> None:
    manifest = workshop.machine("weight: {type: integer}")
    first = workshop.apply(manifest)
    again = workshop.apply(workshop.runtime.load_workspace())
    assert (again.changed, again.revision) == (False, first.revision)
    assert len(revisions.list_revisions(workshop.runtime.database)) == 2


def test_a_revision_keeps_its_files_author_commit_and_note(workshop: Workshop) -> None:
    applied = workshop.apply(workshop.machine("weight: {type: integer}"), note="weights")
    row = revisions.find_revision(workshop.runtime.database, applied.revision)
    assert (row.author, row.commit, row.note) == ("Ada", "c0ffee", "weights")
    assert any("weight:" in text for text in row.files.values())
    assert revisions.find_revision(workshop.runtime.database, row.hash[:10]).id == row.id
    with pytest.raises(NotFound):
        revisions.find_revision(workshop.runtime.database, 4711)


def test_another_process_sees_the_new_revision_by_its_pulse(workshop: Workshop) -> None:
    other = workshop.open()
    before = other.current
    workshop.apply(workshop.machine("weight: {type: integer}"))

    assert other.current is before
    assert other.notice(before.pulse) is before
    snapshot = other.notice(other.database.pulse())
    assert "weight" in snapshot.manifest.object("machine").fields
    assert other.refresh() is snapshot
    assert "weight" not in before.manifest.object("machine").fields
    other.close()


def test_a_process_of_its_own_sees_the_new_revision(workshop: Workshop) -> None:
    program = """
import sys
from pathlib import Path
from jimu.runtime import Runtime
from jimu.settings import Settings
folder = Path(sys.argv[1])
runtime = Runtime(Settings(workspace=folder, home=folder / "var", database_url=sys.argv[2])).start()
print("weight" in runtime.current.manifest.object("machine").fields, flush=True)
sys.stdin.readline()
runtime.refresh()
print("weight" in runtime.current.manifest.object("machine").fields, flush=True)
"""
    arguments = [sys.executable, "-c", program, str(workshop.folder), workshop.url]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "False"
        workshop.apply(workshop.machine("weight: {type: integer}"))
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.stdout.readline().strip() == "True"
    assert other.returncode == 0


def test_a_rollback_hides_what_came_later_and_loses_no_value(workshop: Workshop) -> None:
    first = revisions.list_revisions(workshop.runtime.database)[0].id
    second = workshop.apply(workshop.machine("weight: {type: integer}")).revision
    workshop.add(name="Mill", weight=900)

    back = workshop.rollback(first)
    assert "weight" not in workshop.fields
    assert {(f.code, f.count) for f in back.plan.findings if f.code == "field_removed"} == {("field_removed", 1)}
    workshop.add(name="Saw")

    workshop.rollback(second)
    assert workshop.values("weight") == [900, None]
    notes = [r.note for r in revisions.list_revisions(workshop.runtime.database)]
    assert notes[:2] == [f"rollback to revision {second}", f"rollback to revision {first}"]


def test_a_retired_field_keeps_its_values(workshop: Workshop) -> None:
    workshop.add(name="Lathe", price="7.25")
    retired = MACHINE.replace("{type: decimal, scale: 2}", "{type: decimal, scale: 2, retired: true}")
    planned = workshop.plan(workshop.machine(base=retired))
    finding = next(f for f in planned.findings if f.code == "field_retired")
    assert (finding.count, finding.severity) == (1, Severity.WARNING)
    assert "values that are kept, hidden: 1." in str(finding.message)

    workshop.apply(workshop.runtime.load_workspace())
    assert "price" not in workshop.fields
    workshop.apply(workshop.machine())
    assert workshop.values("price") == [Decimal("7.25")]


def test_a_renamed_field_keeps_its_values(workshop: Workshop) -> None:
    workshop.add(name="Lathe", price="7.25")
    renamed = MACHINE.replace("price: {type: decimal, scale: 2}", "cost: {type: decimal, scale: 2, was: [price]}")
    manifest = workshop.machine(base=renamed)
    assert "field_renamed" in codes(workshop.plan(manifest))
    workshop.apply(manifest)
    assert workshop.values("cost") == [Decimal("7.25")]


def test_a_rollback_over_a_rename_brings_the_values_back_under_the_old_name(workshop: Workshop) -> None:
    workshop.add(name="Lathe", price="7.25")
    first = revisions.list_revisions(workshop.runtime.database)[0].id
    renamed = MACHINE.replace("price: {type: decimal, scale: 2}", "cost: {type: decimal, scale: 2, was: [price]}")
    second = workshop.apply(workshop.machine(base=renamed)).revision
    workshop.add(name="Mill", cost="8")

    assert "field_renamed" in codes(workshop.rollback(first).plan)
    assert workshop.values("price") == [Decimal("7.25"), Decimal("8.00")]
    workshop.rollback(second)
    assert workshop.values("cost") == [Decimal("7.25"), Decimal("8.00")]


def test_a_renamed_object_keeps_its_records_there_and_back(workshop: Workshop) -> None:
    workshop.add(name="Lathe", price="7.25")
    first = revisions.list_revisions(workshop.runtime.database)[0].id
    (workshop.folder / "objects/workshop/machine.yaml").unlink()
    workshop.write("objects/workshop/device.yaml", MACHINE + "was: [machine]\n")
    applied = workshop.apply(workshop.runtime.load_workspace())
    assert "object_renamed" in codes(applied.plan)
    workshop.rollback(first)
    assert workshop.values("price") == [Decimal("7.25")]


def test_a_bad_workspace_does_not_load_and_changes_nothing(workshop: Workshop) -> None:
    before = workshop.runtime.current
    with pytest.raises(DefinitionErrors):
        workshop.machine("weight: {type: integr}")
    assert workshop.runtime.refresh() is before


def test_an_apply_that_fails_halfway_changes_nothing(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = workshop.machine("weight: {type: integer}")
    from jimu.revisions import applying as module

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(module, "_record", fail)
    with pytest.raises(RuntimeError):
        workshop.apply(manifest)
    monkeypatch.undo()
    assert workshop.runtime.refresh().revision == revisions.list_revisions(workshop.runtime.database)[0].id
    assert any(c["column"] == "weight" for c in workshop.plan(manifest).schema_changes)
    assert workshop.apply(manifest).changed


def test_a_plan_that_somebody_overtook_is_refused(workshop: Workshop) -> None:
    stale = workshop.runtime.deployment()
    workshop.apply(workshop.machine("weight: {type: integer}"))
    with pytest.raises(Refused, match="meanwhile"):
        revisions.apply(stale, workshop.machine("height: {type: integer}"))
    assert "height" not in workshop.fields


def test_of_applies_at_the_same_time_one_wins_and_the_others_are_told(workshop: Workshop) -> None:
    manifest = workshop.machine("weight: {type: integer}")
    deployments = [workshop.runtime.deployment() for _ in range(4)]
    outcomes: list[str] = []

    def apply_one(deployment: revisions.Deployment) -> None:
        try:
            outcomes.append("applied" if revisions.apply(deployment, manifest).changed else "nothing")
        except Refused:
            outcomes.append("refused")

    threads = [threading.Thread(target=apply_one, args=(d,)) for d in deployments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["applied", "refused", "refused", "refused"]
    workshop.runtime.refresh()
    assert "weight" in workshop.fields


def test_processes_that_start_at_once_make_one_first_revision(
    empty_database_url: str, open_workshop: Callable[[str], Workshop]
) -> None:
    with ThreadPoolExecutor(3) as pool:
        workshops = list(pool.map(open_workshop, [empty_database_url] * 3))
    workshop = workshops[0]
    assert len(revisions.list_revisions(workshop.runtime.database)) == 1
