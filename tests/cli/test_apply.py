"""``jimu plan | apply | revisions | rollback`` as an admin uses them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from jimu.access.actor import SYSTEM
from jimu.cli.exits import Exit
from jimu.records import Create, write
from jimu.runtime import Runtime
from jimu.settings import Settings
from tests.cli.conftest import Jimu


def test_the_circle_from_plan_to_rollback(jimu: Jimu, add_field: Callable[[str], None]) -> None:
    first = jimu("plan")
    assert (first.exit_code, "a new database" in first.output) == (Exit.OK, True)
    assert jimu.json("revisions") == []
    assert "revision 1 is in force" in jimu("apply", "--author", "Ada").output
    assert "nothing to do" in jimu("plan").output
    add_field("weight: {type: integer}")

    planned = jimu("plan")
    assert (planned.exit_code, "machine.weight" in planned.output) == (Exit.OK, True)
    applied = jimu("apply", "--note", "weights", "--author", "Ada")
    assert "revision 2 is in force" in applied.output
    assert "nothing to do" in jimu("apply").output

    rows = jimu.json("revisions")
    assert [(r["revision"], r["author"], r["note"], r["in_force"]) for r in rows] == [
        (2, "Ada", "weights", True), (1, "Ada", "", False),
    ]
    back = jimu("rollback", "1")
    assert "revision 3 is in force" in back.output
    assert jimu.json("revisions")[0]["hash"] == rows[1]["hash"]
    assert "machine.weight" in jimu("plan").output


def test_a_rollback_without_a_number_goes_to_the_revision_before(jimu: Jimu, add_field: Callable[[str], None]) -> None:
    jimu("apply")
    refused = jimu("rollback")
    assert (refused.exit_code, "no earlier revision" in refused.stderr) == (Exit.PROBLEMS, True)
    add_field("weight: {type: integer}")
    jimu("apply")

    assert "with the configuration of revision 1" in jimu("rollback").output
    hashes = [r["hash"] for r in jimu.json("revisions")]
    assert hashes[0] == hashes[2] != hashes[1]


def test_a_revision_that_an_older_engine_left_behind_can_be_replaced(jimu: Jimu) -> None:
    jimu("apply")
    runtime = Runtime(Settings(workspace=jimu.folder, home=jimu.folder / "var"))
    with runtime.database.write() as transaction:
        transaction.add_revision("f" * 64, {"objects/a/b.yaml": "old: words\n"}, at=runtime.clock())
    runtime.close()

    assert "unknown_key" in jimu("user", "list").stderr
    assert "running_unreadable" in jimu("plan").output
    assert "revision 3 is in force" in jimu("apply").output
    assert jimu("user", "list").exit_code == Exit.OK


def test_plan_speaks_json(jimu: Jimu, add_field: Callable[[str], None]) -> None:
    jimu("apply")
    add_field("weight: {type: integer}")
    answer = jimu.json("plan")
    assert answer["is_empty"] is False
    assert [f["code"] for f in answer["findings"]] == ["field_added"]
    assert answer["refused"] == []


def test_a_workspace_that_does_not_load_is_not_applied(jimu: Jimu, add_field: Callable[[str], None]) -> None:
    jimu("apply")
    add_field("weight: {type: integr}")
    result = jimu("apply")
    assert result.exit_code == Exit.PROBLEMS
    assert "unknown_type" in result.stderr
    assert len(jimu.json("revisions")) == 1


def test_a_blocking_finding_stops_apply_and_says_how_to_go_on(jimu: Jimu, add_field: Callable[[str], None]) -> None:
    add_field("code: {type: text}")
    jimu("apply")
    runtime = Runtime(Settings(workspace=jimu.folder, home=jimu.folder / "var")).start()
    write.write(Create("machine", {"name": "Saw", "code": "x-9"}), runtime.context(SYSTEM))
    runtime.close()
    path = jimu.folder / "objects/workshop/machine.yaml"
    path.write_text(path.read_text("utf-8").replace("code: {type: text}", "code: {type: integer}"), "utf-8")

    assert jimu("plan").exit_code == Exit.PROBLEMS
    refused = jimu("apply")
    assert refused.exit_code == Exit.PROBLEMS
    assert "--allow type_misfit" in refused.stderr
    assert "x-9" in refused.stderr
    assert jimu("apply", "--allow", "type_misfit").exit_code == Exit.OK


def test_an_unknown_revision_is_said_plainly(jimu: Jimu) -> None:
    jimu("apply")
    result = jimu("rollback", "99")
    assert result.exit_code == Exit.PROBLEMS
    assert "There is no revision 99." in result.stderr


def test_the_git_commit_is_kept_and_marked_if_files_were_changed(jimu: Jimu, add_field: Callable[[str], None]) -> None:
    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=Grace", "-c", "user.email=grace@example.com"]
        done = subprocess.run(["git", "-C", str(jimu.folder), *identity, *arguments],
                              capture_output=True, text=True, check=True)
        return done.stdout.strip()

    jimu.write(".gitignore", "/var/\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    add_field("weight: {type: integer}")
    git("commit", "-qam", "weights")
    jimu("apply")
    assert jimu.json("revisions")[0]["commit"] == git("rev-parse", "HEAD")
    add_field("height: {type: integer}")
    jimu("apply")
    assert jimu.json("revisions")[0]["commit"] == git("rev-parse", "HEAD") + "+"
