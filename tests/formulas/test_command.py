"""``jimu formula``, as a person or a program calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from jimu.cli.root import cli


def run(*arguments: str, given: str | None = None) -> Any:
    return CliRunner().invoke(cli, ["formula", *arguments], input=given)


def answers(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    result = run("--batch", "-", given="\n".join(json.dumps(line) for line in lines))
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_an_expression_is_computed_by_both_evaluators(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("amount * 2 + len(name)", "--values", '{"amount": 10.25, "name": "Ann"}', "--format", "json")
    assert json.loads(result.output) == {"value": "23.5", "sql_value": "23.5", "type": "number"}


def test_a_mistake_is_told_with_its_column(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("1 + amuont", "--values", '{"amount": 1}', "--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.output)["error"]["code"] == "unknown_field"
    assert json.loads(result.output)["error"]["column"] == 5


def test_lines_of_a_batch_are_answered_one_by_one() -> None:
    found = answers(
        {
            "fields": {"amount": "currency", "n": "integer"},
            "values": {"amount": "10.50", "n": 3},
            "expression": "amount / n",
        },
        {"fields": {"on": "date"}, "values": {"on": "2024-02-29"}, "expression": "add_years(on, 1)"},
        {"fields": {"on": "date"}, "values": {}, "expression": "on + 1"},
        {"fields": {"x": {"type": "decimal", "scale": 4}}, "values": {"x": "1.2345"}, "expression": "x * 2 > 2"},
        {"fields": {"on": "date"}, "values": {}, "expression": "on +"},
        {"fields": {"on": "daet"}, "values": {}, "expression": "on"},
        {"fields": {"on": "date"}, "values": {"on": "soon"}, "expression": "on"},
    )
    assert found[:4] == [
        {"value": "3.5", "sql_value": "3.5", "type": "number"},
        {"value": "2025-02-28", "sql_value": "2025-02-28", "type": "date"},
        {"value": None, "sql_value": None, "type": "date"},
        {"value": True, "sql_value": True, "type": "boolean"},
    ]
    assert [a["error"]["code"] for a in found[4:]] == ["syntax", "bad_request", "bad_request"]


def test_lookups_are_reached_by_dotted_names() -> None:
    found = answers(
        {
            "fields": {"account": {"type": "lookup", "to": "account"}, "account.name": "text"},
            "values": {"account": "0000000000001", "account.name": "Acme"},
            "expression": "account.name + '!'",
        },
        {"values": {"account": {"name": "Acme", "owner": {"name": "Ann"}}}, "expression": "account.owner.name"},
    )
    assert [a["value"] for a in found] == ["Acme!", "Ann"]


def test_a_line_that_cannot_be_read_does_not_stop_the_others() -> None:
    result = run("--batch", "-", given='nonsense\n{"expression": "1 + 1"}\n')
    lines = [json.loads(line) for line in result.output.splitlines()]
    assert lines[0]["error"]["code"] == "bad_request"
    assert lines[1]["value"] == 2


def test_an_object_that_the_workspace_does_not_have_is_named(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "objects/m").mkdir(parents=True)
    (tmp_path / "workspace.yaml").write_text("name: acme\nlabel: Acme\nextends: []\n")
    (tmp_path / "objects/m/deal.yaml").write_text("label: Deal\nfields:\n  amount: {type: decimal}\n")
    monkeypatch.chdir(tmp_path)
    known = run("amount + 1", "--object", "deal", "--values", '{"amount": 1}', "--format", "json")
    assert json.loads(known.output)["value"] == 2
    unknown = run("amount + 1", "--object", "dael", "--values", '{"amount": 1}', "--format", "json")
    assert unknown.exit_code == 1
    assert json.loads(unknown.output)["error"]["code"] == "unknown_object"


def test_a_line_that_is_no_object_is_refused_in_plain_words() -> None:
    for given in ("[]", '{"values": {}}', '"1 + 1"'):
        error = json.loads(run("--batch", "-", given=given).output)["error"]
        assert (error["code"], "JSON object" in error["message"]) == ("bad_request", True)


def test_texts_are_taken_for_days_and_times_only_as_people_write_them() -> None:
    texts = {"2024-01-31": "date", "09:30": "time", "20240131": "text", "1200.50": "text"}
    found = answers(*({"values": {"x": text}, "expression": "x"} for text in texts))
    assert [a["type"] for a in found] == list(texts.values())
