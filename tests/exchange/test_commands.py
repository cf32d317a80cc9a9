"""``jimu import``, ``export`` and ``seed`` as they are typed."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from jimu.cli.root import cli
from tests.exchange.conftest import FILES, WriteCsv

WORKSPACE = FILES | {
    "workspace.yaml": "name: shop\nlabel: Shop\nextends: []\n",
    "seed/makers.yaml": "steps:\n  - {object: maker, key: code, records: [{code: A, name: Acme}]}\n",
    "seed/imports/all.yaml": """
steps:
  - {file: machines.csv, object: machine, key: number, columns: {No: number, Name: name}}
""",
}


class Jimu:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in WORKSPACE.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    def __call__(self, *arguments: Any) -> Result:
        shared = ["--workspace", str(self.folder), "--home", str(self.folder / "var")]
        return CliRunner().invoke(cli, [*shared, *map(str, arguments)])


@pytest.fixture
def jimu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jimu:
    for name in ("JIMU_WORKSPACE", "JIMU_HOME", "JIMU_DATABASE_URL", "JIMU_REDIS_URL", "JIMU_SEED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Jimu(tmp_path / "shop")


def test_import_export_and_import_again(jimu: Jimu, write_csv: WriteCsv, tmp_path: Path) -> None:
    path = write_csv(["number", "name", "price"], ["1", "Saw", "10"], ["2", "", "x"])
    result = jimu("import", "machine", path, "--key", "number", "--format", "json")
    (report,) = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (report["created"], report["rejected"], Path(report["rejects"]).name) == (1, 1, "input.rejects.csv")
    assert {p["column"] for p in report["problems"]} >= {"price"}

    assert jimu("export", "machine", tmp_path / "out.csv").exit_code == 0
    result = jimu("import", "machine", tmp_path / "out.csv", "--format", "json")
    assert (result.exit_code, json.loads(result.stdout)[0]["unchanged"]) == (0, 1)


def test_an_import_is_a_unit_with_a_result_for_each_row_and_is_taken_back(
    jimu: Jimu, write_csv: WriteCsv, tmp_path: Path
) -> None:
    path = write_csv(["number", "name", "price"], ["1", "Saw", "10"], ["2", "Drill", "x"], ["3", "Vice", "30"])
    told = jimu("import", "machine", path, "--key", "number", "--results", tmp_path / "told.csv", "--format", "json")
    (report,) = json.loads(told.stdout)
    assert report["unit"]
    with (tmp_path / "told.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["Result"] for row in rows] == ["created", "failed", "created"]
    assert "price" in rows[1]["Reason"]
    assert [bool(row["Record"]) for row in rows] == [True, False, True]

    foreseen = jimu("undo", report["unit"], "--dry-run", "--format", "json")
    assert json.loads(foreseen.stdout) == {"unit": report["unit"], "records": 2, "conflicts": 0, "lost": 0}
    changed = write_csv(["number", "name"], ["1", "Big saw"], name="changed.csv")
    assert jimu("import", "machine", changed, "--key", "number").exit_code == 0
    undone = jimu("undo", report["unit"], "--format", "json")
    assert undone.exit_code == 1
    assert (json.loads(undone.stdout)["changed"], json.loads(undone.stdout)["failures"]) == (1, 1)
    assert jimu("undo", "nonsense").exit_code == 2


def test_a_dry_run_a_map_and_a_plan(jimu: Jimu, write_csv: WriteCsv, tmp_path: Path) -> None:
    path = write_csv(["No", "Name"], ["1", "Saw"], name="machines.csv")
    map_file = tmp_path / "map.yaml"
    map_file.write_text("key: number\ncolumns: {No: number, Name: name}\n", "utf-8")
    assert "Checked" in jimu("import", "machine", path, "--map", map_file, "--dry-run").output
    plan = jimu("import", "--plan", "seed/imports/all.yaml", "--from", tmp_path, "--format", "json")
    assert json.loads(plan.stdout)[0]["created"] == 1
    assert "1 unchanged" in jimu("import", "machine", path, "--map", map_file).output
    assert '"No"' in jimu("import", "machine", path, "--suggest").output


def test_seeds_load_once(jimu: Jimu) -> None:
    assert json.loads(jimu("seed", "--format", "json").stdout)["created"] == {"maker": 1}
    assert "1 there before" in jimu("seed").output


@pytest.mark.parametrize(
    "arguments",
    [
        ["import"],
        ["import", "machine"],
        ["import", "--plan", "all"],
        ["import", "machine", "x.csv", "--plan", "all"],
    ],
)
def test_wrong_calls_are_usage_errors(jimu: Jimu, arguments: list[str]) -> None:
    assert jimu(*arguments).exit_code == 2


def test_what_can_not_work_is_said_in_one_line(jimu: Jimu, write_csv: WriteCsv) -> None:
    for arguments in (
        ["import", "machine", "missing.csv"],
        ["import", "machin", write_csv(["name"], ["x"])],
        ["import", "machine", write_csv(["foo"], ["x"], name="b.csv")],
        ["export", "machine", "out.pdf"],
    ):
        result = jimu(*arguments)
        assert result.exit_code in (1, 2, 3)
        assert "Traceback" not in result.output
