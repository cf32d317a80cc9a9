"""What is in the way is said in a sentence, with the exit code that the guide promises, and without a traceback."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from jimu.cli.exits import Exit
from tests.cli.conftest import Jimu


def test_a_port_in_use_is_named_and_another_one_proposed(jimu: Jimu) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = jimu("run", "--port", str(port))
    assert result.exit_code == Exit.ENVIRONMENT
    assert f"port {port} is in use; choose another one with JIMU_PORT={port + 1}" in result.stderr


def test_a_database_that_does_not_answer_is_named(jimu: Jimu) -> None:
    result = jimu("--database", "postgresql+psycopg://nobody@127.0.0.1:1/nothing", "revisions")
    assert result.exit_code == Exit.ENVIRONMENT
    assert "The database cannot be reached" in result.stderr


def test_an_unknown_kind_of_database_is_named(jimu: Jimu) -> None:
    result = jimu("--database", "mysql://x/y", "revisions")
    assert result.exit_code == Exit.ENVIRONMENT
    assert "mysql" in result.stderr


def test_a_data_folder_that_cannot_be_made_is_named(jimu: Jimu, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = jimu("--home", str(tmp_path / "file" / "var"), "revisions")
    assert result.exit_code == Exit.ENVIRONMENT
    assert str(tmp_path / "file") in result.stderr


def test_a_wrong_setting_is_a_usage_error(jimu: Jimu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIMU_PORT", "eighty")
    result = jimu("validate")
    assert result.exit_code == Exit.USAGE
    assert "JIMU_PORT must be a whole number" in result.output


def test_doctor_looks_at_everything_and_changes_nothing(jimu: Jimu) -> None:
    found = {f["check"]: f["ok"] for f in jimu.json("doctor")}
    assert set(found) == {"workspace", "data folder", "database", "redis", "assets", "organisation"}
    assert found["workspace"]
    assert found["data folder"]


def test_jobs_are_listed_and_revived(jimu: Jimu) -> None:
    answer = jimu.json("jobs", "list", "--state", "waiting")
    assert answer["jobs"] == []
    assert jimu("jobs", "revive", "1").exit_code == Exit.PROBLEMS


def test_jobs_are_paused_and_go_on_by_kind_or_all(jimu: Jimu) -> None:
    assert "all jobs are paused" in jimu("jobs", "pause").output
    assert "jobs of the kind mail are paused" in jimu("jobs", "pause", "mail").output
    assert "were already paused" in jimu("jobs", "pause", "mail").output
    paused = jimu.json("jobs", "list")["paused"]
    assert [(p["kind"], p["by"]) for p in paused] == [("*", "jimu jobs"), ("mail", "jimu jobs")]
    assert "jobs of the kind mail paused since" in jimu("jobs", "list").output
    assert jimu("jobs", "resume").exit_code == 0
    assert [p["kind"] for p in jimu.json("jobs", "list")["paused"]] == ["mail"]
    assert jimu("jobs", "resume").exit_code == Exit.PROBLEMS
