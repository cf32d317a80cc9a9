"""``jimu validate``: every problem with its place, and no database."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from jimu.cli.exits import Exit
from jimu.cli.root import cli
from tests.cli.conftest import Jimu


def test_a_sound_workspace_is_called_so_and_no_database_is_made(jimu: Jimu) -> None:
    result = jimu("validate")
    assert result.exit_code == Exit.OK
    assert "revision" in result.output
    assert not (jimu.folder / "var").exists()


def test_a_problem_is_shown_with_file_line_column_and_a_caret(jimu: Jimu) -> None:
    jimu.write("objects/workshop/machine.yaml", 'label: M\ntitle: "{name}"\nfields:\n  name: {type: txt}\n')
    result = jimu("validate")
    assert result.exit_code == Exit.PROBLEMS
    assert "objects/workshop/machine.yaml:4:16: error:" in result.output
    assert "[unknown_type]" in result.output
    lines = result.output.splitlines()
    shown = next(i for i, line in enumerate(lines) if "name: {type: txt}" in line)
    assert lines[shown + 1].index("^") == lines[shown].index("txt")
    assert "did you mean text?" in result.output


def test_a_program_gets_all_diagnostics_as_json(jimu: Jimu) -> None:
    fields = "fields:\n  name: {type: txt}\n  a: {type: b}\n"
    jimu.write("objects/workshop/machine.yaml", f'label: M\ntitle: "{{nam}}"\n{fields}')
    answer = jimu.json("validate")
    assert answer["valid"] is False
    assert {d["code"] for d in answer["diagnostics"]} >= {"unknown_type"}
    assert all(d["file"] and d["line"] and d["severity"] in {"error", "warning"} for d in answer["diagnostics"])


def test_the_path_may_be_given_and_needs_no_setting(jimu: Jimu) -> None:
    result = CliRunner().invoke(cli, ["validate", str(jimu.folder), "--format", "json"])
    assert result.exit_code == Exit.OK
    assert '"valid": true' in result.stdout


def test_broken_yaml_is_a_problem_with_a_place(jimu: Jimu) -> None:
    jimu.write("objects/workshop/machine.yaml", "label: M\nfields: {name: {type: text\ntitle: x\n")
    result = jimu("validate")
    assert result.exit_code == Exit.PROBLEMS
    assert "[yaml_syntax]" in result.output
    assert "machine.yaml:" in result.output


def test_strict_counts_missing_translations(jimu: Jimu) -> None:
    jimu.write("objects/workshop/machine.yaml",
               'label: {en: Machine}\ntitle: "{name}"\nfields:\n  name: {type: text, label: {en: Name}}\n')
    assert jimu("validate").exit_code == Exit.OK
    strict = jimu("validate", "--strict")
    assert strict.exit_code == Exit.PROBLEMS
    assert "zh-CN" in strict.output


def test_no_workspace_is_said_with_what_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["validate", str(tmp_path)])
    assert result.exit_code == Exit.PROBLEMS
    assert "jimu init" in result.output
    assert "Traceback" not in result.output


def test_a_new_workspace_is_sound_and_builds_on_the_standard_configuration(tmp_path: Path) -> None:
    folder = tmp_path / "Acme 公司"
    made = CliRunner().invoke(cli, ["init", str(folder), "--currency", "CNY", "--time-zone", "Asia/Shanghai"])
    assert made.exit_code == Exit.OK
    assert {p.name for p in folder.iterdir()} >= {"objects", "flows", "layouts", "plugins", "seed", "workspace.yaml"}
    result = CliRunner().invoke(cli, ["validate", str(folder)])
    assert result.exit_code == Exit.OK, result.output


def test_an_existing_workspace_is_not_overwritten(jimu: Jimu) -> None:
    assert jimu("init", str(jimu.folder)).exit_code == Exit.PROBLEMS
    assert (jimu.folder / "workspace.yaml").read_text("utf-8").startswith("name: workshop")


def test_schemas_are_listed_printed_and_written(jimu: Jimu, tmp_path: Path) -> None:
    kinds = jimu("schema").stdout.split()
    assert "object" in kinds
    assert '"$schema"' in jimu("schema", "object").stdout
    assert jimu("schema", "nonsense").exit_code == Exit.USAGE
    jimu("schema", "--to", str(tmp_path / "schemas"))
    assert {p.name for p in (tmp_path / "schemas").iterdir()} == {f"{kind}.schema.json" for kind in kinds}
