"""Which field a header means."""

from __future__ import annotations

import pytest
import yaml

from jimu.exchange import read_step, suggest_step
from jimu.exchange.importing.headers import match_headers, suggest_headers
from jimu.exchange.importing.row_formulas import formula_names
from jimu.exchange.importing.wording import agreement, wording_of
from tests.exchange.conftest import WriteCsv, run_import, standard_manifest
from tests.records.project import Project


def test_names_and_labels_match_whatever_case_width_and_marks() -> None:
    account = standard_manifest().objects["account"]
    found = match_headers(["Account_Name", "客戶等級", "ＥＭＰＬＯＹＥＥＳ", "founded in", "Whatever", "name"], account)
    assert found == {
        "Account_Name": "name",
        "客戶等級": "level",
        "ＥＭＰＬＯＹＥＥＳ": "employees",
        "founded in": "founded_year",
    }


@pytest.mark.parametrize(
    ("header", "field"), [("Acount Name", "name"), ("Indstry", "industry"), ("Web site", "website")]
)
def test_a_misspelt_header_is_suggested(header: str, field: str) -> None:
    (suggestion,) = suggest_headers([header], standard_manifest().objects["account"])
    assert suggestion.field == field


def test_the_suggested_map_can_be_used_as_it_is(workshop: Project, write_csv: WriteCsv) -> None:
    path = write_csv(["Seriel nmbr", "Machine name", 'Colour: "x"'], ["1", "Saw", "red"])
    text = suggest_step(path, workshop.manifest.object("machine")).as_yaml()
    assert "likeness" in text
    mapping = yaml.safe_load(text)
    assert mapping["columns"] == {"Seriel nmbr": "number", "Machine name": "name", 'Colour: "x"': None}
    assert read_step(mapping, object="machine").columns is not None
    assert run_import(workshop, "machine", path, mapping).created == 1


def test_headers_become_names_in_formulas() -> None:
    assert formula_names(["Close Value ($)", "客户", "2nd", "Größe"]) == [
        "close_value",
        "column_2",
        "column_3",
        "gro_e",
    ] or formula_names(["Größe"]) == ["groe"]


@pytest.mark.parametrize(
    ("header", "label", "own", "agree"),
    [
        ("Date of Purchase", "Purchased on", "ticket", True),
        ("Time to Resolution", "resolved_at", "ticket", True),
        ("Ticket ID", "Ticket number", "ticket", True),
        ("membership_date", "Member since", "member", True),
        ("股票名称", "股票简称", "上市公司", True),
        ("行业", "所属行业", "上市公司", True),
        ("opened_at", "At", "event", False),
        ("incident_state", "Opened at", "incident", False),
        ("provinceCode", "code", "region", False),
    ],
)
def test_headers_and_labels_agree_by_what_their_words_say(header: str, label: str, own: str, agree: bool) -> None:
    assert (agreement(wording_of(header, [own]), wording_of(label, [own])) >= 0.9) is agree
