"""Whatever a unit did, in however many batches: taken back, everything untouched since is as it was before, exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jimu.bulk import carry_on, load_run, open_unit, start_undo
from jimu.records import Create, Delete, ListRequest, Restore, Update, read, write
from tests.databases import fresh_database
from tests.exchange.conftest import FILES
from tests.records.project import Project, open_project

STEPS = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(["create", "update", "delete", "restore"]), st.integers(0, 5), st.integers(0, 3)
        ),
        min_size=1,
        max_size=5,
    ),
    min_size=1,
    max_size=4,
)
_KEPT = ("name", "price", "state", "tags", "weight", "deleted_at")


def stored(project: Project) -> dict[int, dict[str, Any]]:
    request = ListRequest("machine", order=("id",), limit=200, deleted="any")
    return {
        r.id: {n: (r.values.get(n) is not None if n == "deleted_at" else r.values.get(n)) for n in _KEPT}
        for r in read.list_records(request, project.system).records
    }


def command(kind: str, id: int, value: int) -> Any:
    if kind == "create":
        return Create("machine", {"name": "C"})
    if kind == "update":
        changes = ({"price": "7"}, {"name": "N"}, {"tags": ["t"], "state": "used"}, {"weight": None})
        return Update("machine", id, changes[value])
    return {"delete": Delete("machine", id), "restore": Restore("machine", id)}[kind]


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, between=st.sets(st.integers(0, 5), max_size=2))
def test_taking_a_unit_back_is_exact(tmp_path_factory: Any, steps: Any, between: set[int]) -> None:
    folder: Path = tmp_path_factory.mktemp("undo")
    with fresh_database("sqlite", folder) as url, open_project(url, FILES) as project:
        _check(project, steps, between)


def _check(project: Project, steps: Any, between: set[int]) -> None:
    made = [Create("machine", {"name": f"M{n}", "price": "9", "weight": "1.5"}) for n in range(6)]
    ids = [r.record.id for r in write.write_many(made, project.system).rows if r.record]
    write.write(Delete("machine", ids[5]), project.system)
    before = stored(project)
    with open_unit(project.system, "Anything", "other", "machine") as unit:
        for batch in steps:
            unit.write([command(kind, ids[n], value) for kind, n, value in batch])
    after = stored(project)
    touched = {ids[n] for n in between if not after[ids[n]]["deleted_at"]}
    write.write_many([Update("machine", id, {"notes": "Mine"}) for id in touched], project.system)
    run = load_run(unit.id, project.system)
    if not run.can_undo:
        assert after == before
        return
    undone = carry_on(start_undo(run, project.system).id, project.system)
    now = stored(project)
    new = set(after) - set(before)
    for id in before:
        assert now[id] == (after if id in touched else before)[id]
    assert all(now[id]["deleted_at"] for id in new)
    if not touched and undone.can_undo:
        assert carry_on(start_undo(undone, project.system).id, project.system).failures == 0
        assert stored(project) == after
