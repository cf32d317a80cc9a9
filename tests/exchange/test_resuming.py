"""An import that is killed goes on where it stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from jimu.exchange.importing import importer
from jimu.exchange.importing.checkpoint import Checkpoint
from tests.exchange.conftest import WriteCsv, rows_of, run_import
from tests.records.project import Project


class Killed(BaseException):
    """As sudden as a signal: nothing catches it."""


@pytest.fixture
def kill_after(monkeypatch: pytest.MonkeyPatch) -> object:
    """Ends the import when it comes to the given row, within the transaction of that row's batch."""

    def arrange(row: int) -> None:
        save = Checkpoint.save

        def killing(self: Checkpoint, transaction: object, counters: object, now: object) -> None:
            save(self, transaction, counters, now)  # type: ignore[arg-type]
            if counters.row >= row:  # type: ignore[attr-defined]
                raise Killed

        monkeypatch.setattr(importer.Checkpoint, "save", killing)

    return arrange


def machines(n: int) -> list[list[str]]:
    return [[str(i), "" if i in (2, 9) else f"machine {i}"] for i in range(1, n + 1)]


def test_no_row_is_lost_or_doubled_though_there_is_no_key(
    shop: Project,
    write_csv: WriteCsv,
    tmp_path: Path,
    kill_after: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_csv(["notes", "name"], *machines(12))
    kill_after(9)  # type: ignore[operator]
    with pytest.raises(Killed):
        run_import(shop, "machine", path, folder=tmp_path / "state", batch=4)
    assert len(rows_of(shop, "machine", "name")) == 3
    monkeypatch.undo()
    report = run_import(shop, "machine", path, folder=tmp_path / "state", batch=4)
    assert (report.resumed_after, report.read, report.created, report.rejected) == (5, 12, 10, 2)
    assert [n for (n,) in rows_of(shop, "machine", "notes")] == [str(i) for i in range(1, 13) if i not in (2, 9)]
    assert report.rejects is not None
    assert [line.split(",")[:3] for line in report.rejects.read_text("utf-8-sig").splitlines()[1:]] == [
        ["2", "", "3"],
        ["9", "", "10"],
    ]


def test_references_within_the_file_survive_the_kill(
    shop: Project,
    write_csv: WriteCsv,
    tmp_path: Path,
    kill_after: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_csv(["code", "name", "parent"], ["1", "a", "d"], ["2", "b", "d"], ["3", "c", "a"], ["4", "d", ""])
    kill_after(4)  # type: ignore[operator]
    with pytest.raises(Killed):
        run_import(shop, "maker", path, folder=tmp_path / "state", batch=1)
    monkeypatch.undo()
    report = run_import(shop, "maker", path, folder=tmp_path / "state", batch=1)
    assert (report.resumed_after, report.created, report.rejected) == (3, 4, 0)
    with shop.store.read() as transaction:
        ids = {code: found[0] for code, found in transaction.find_ids("maker", "code", ["1", "2", "3", "4"]).items()}
    assert dict(rows_of(shop, "maker", "code", "parent")) == {"1": ids["4"], "2": ids["4"], "3": ids["1"], "4": None}


def test_an_import_that_ended_begins_anew(shop: Project, write_csv: WriteCsv, tmp_path: Path) -> None:
    path = write_csv(["name"], ["a"])
    for _ in range(2):
        report = run_import(shop, "machine", path, folder=tmp_path / "state")
        assert (report.resumed_after, report.created) == (None, 1)
    assert list((tmp_path / "state").iterdir()) == []


def test_a_changed_file_is_another_import(
    shop: Project,
    write_csv: WriteCsv,
    tmp_path: Path,
    kill_after: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kill_after(4)  # type: ignore[operator]
    with pytest.raises(Killed):
        run_import(shop, "machine", write_csv(["name"], ["a"], ["b"], ["c"]), folder=tmp_path / "state", batch=1)
    monkeypatch.undo()
    report = run_import(shop, "machine", write_csv(["name"], ["a"], ["b"], ["x"]), folder=tmp_path / "state", batch=1)
    assert (report.resumed_after, report.created) == (None, 3)
