"""Import plans: the whole public sample, and small plans of one's own."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from jimu.definitions.model import ImportPlanDef
from jimu.errors import BadRequest, DefinitionErrors
from jimu.exchange import ImportOptions, ImportReport, load_seeds, run_plan
from jimu.exchange.map_file import read_map_file, read_plan_file
from jimu.messages import Text
from jimu.records import AggregateRequest, read
from tests.exchange.conftest import WriteCsv, open_standard, rows_of, sample
from tests.records.project import Project


def run_sample(crm: Project, tmp_path: Path, **options: bool) -> list[ImportReport]:
    folder = sample("crm_sales_opportunities")
    return run_plan(
        crm.manifest.import_plans["crm_sales_opportunities"],
        folder,
        crm.system,
        ImportOptions(folder=tmp_path / "state", **options),
    )


def total(crm: Project, where: str, *measures: str) -> dict[str, object]:
    (row,) = read.aggregate(AggregateRequest("opportunity", measures or ("count()",), where=where), crm.system).rows
    return row


def test_the_public_sample_comes_in_whole_and_again_without_doubling(crm: Project, tmp_path: Path) -> None:
    reports = run_sample(crm, tmp_path)
    assert [(r.object, r.created, r.rejected) for r in reports] == [
        ("department", 3, 0),
        ("user", 6, 0),
        ("user", 35, 0),
        ("account", 85, 0),
        ("product", 7, 0),
        ("opportunity", 8800, 0),
    ]
    assert total(crm, "stage == 'won'", "count()", "sum(amount)") == {
        "count": 4238,
        "sum_amount": Decimal("10005534.00"),
    }
    assert total(crm, "is_blank(account)")["count"] == 1425
    assert total(crm, "product.name == 'GTX Pro'")["count"] == 1480
    assert total(crm, "stage == 'lost'")["count"] == 2473
    assert total(crm, "stage == 'engaging'")["count"] == 1589
    assert total(crm, "stage == 'prospecting' and is_blank(engage_on)")["count"] == 500
    assert (
        total(crm, "owner.manager.name == 'Dustin Brinkmann' and owner.department.name == 'Central'")["count"] == 1583
    )

    accounts = AggregateRequest("account", ("count()",), where="not is_blank(parent_account)")
    assert read.aggregate(accounts, crm.system).rows[0]["count"] == 15
    technology = AggregateRequest(
        "account", ("count()", "sum(annual_revenue)", "sum(won_amount)"), where="industry == 'technology'"
    )
    assert read.aggregate(technology, crm.system).rows[0]["count"] == 12
    won = AggregateRequest("account", ("sum(won_amount)",))
    assert read.aggregate(won, crm.system).rows[0]["sum_won_amount"] == Decimal("10005534.00")

    again = run_sample(crm, tmp_path)
    assert [(r.created, r.updated, r.unchanged, r.rejected) for r in again] == [(0, 0, r.read, 0) for r in reports]


def test_the_public_sample_fits_into_a_seeded_workspace(tmp_path: Path) -> None:
    with open_standard("sqlite", tmp_path) as crm:
        load_seeds(crm.manifest, crm.system)
        assert all(report.rejected == 0 for report in run_sample(crm, tmp_path))
        own = total(crm, "stage == 'won' and not is_blank(external_id)", "sum(amount)")
        assert own["sum_amount"] == Decimal("10005534.00")


def test_a_dry_run_of_a_plan_finds_in_later_steps_what_earlier_ones_would_make(
    shop: Project,
    tmp_path: Path,
    write_csv: WriteCsv,
) -> None:
    write_csv(["name"], ["Acme"], name="makers.csv")
    write_csv(["name", "maker"], ["Saw", "Acme"], ["Lathe", "Bolt"], name="machines.csv")
    plan = ImportPlanDef(
        "p", Text.of("P"), ({"file": "makers.csv", "object": "maker"}, {"file": "machines.csv", "object": "machine"})
    )
    reports = run_plan(plan, tmp_path, shop.system, ImportOptions(dry_run=True))
    assert [(r.created, r.rejected) for r in reports] == [(1, 0), (1, 1)]
    assert rows_of(shop, "maker", "name") == rows_of(shop, "machine", "name") == []
    assert [r.rejects.name for r in run_plan(plan, tmp_path, shop.system) if r.rejects] == [
        "machines.step2.rejects.csv"
    ]


def test_missing_files_are_told_before_anything_is_stored(
    workshop: Project, tmp_path: Path, write_csv: WriteCsv
) -> None:
    write_csv(["name"], ["Acme"], name="makers.csv")
    plan = ImportPlanDef(
        "p", Text.of("P"), ({"file": "makers.csv", "object": "maker"}, {"file": "machines.csv", "object": "machine"})
    )
    with pytest.raises(BadRequest) as caught:
        run_plan(plan, tmp_path, workshop.system)
    assert [p.field for p in caught.value.problems] == ["machines.csv"]
    assert rows_of(workshop, "maker", "name") == []


def test_plans_and_maps_in_files_are_checked_with_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("key: number\ncolumns: {No: number, Name: {feld: name}}\n", "utf-8")
    with pytest.raises(DefinitionErrors) as caught:
        read_map_file(path)
    (found,) = caught.value.diagnostics
    assert (found.place.line, found.suggestion) == (2, "field")
    path.write_text("steps:\n  - {file: a.csv, object: machine, columns: {A: name}}\n", "utf-8")
    assert read_plan_file(path).steps == ({"file": "a.csv", "object": "machine", "columns": {"A": "name"}},)
    path.write_text("steps:\n  - {object: machine}\n", "utf-8")
    with pytest.raises(DefinitionErrors):
        read_plan_file(path)
