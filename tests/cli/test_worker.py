"""``jimu worker``: jobs of a plugin in the workspace are run, with and without Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jimu.cli.exits import Exit
from jimu.runtime import Runtime
from jimu.settings import Settings
from jimu.storage import JobRow
from tests.cli.conftest import Jimu
from tests.redis_server import require_redis

PLUGIN = '''
from pathlib import Path
from jimu.hookspecs import hookimpl

def write_note(job, context):
    Path(job.payload["path"]).write_text(f"{context.manifest.workspace.name} {context.actor.via}")

@hookimpl
def jimu_job_handlers():
    return {"note": write_note}
'''


@pytest.fixture
def note(jimu: Jimu) -> Path:
    """A waiting job of the workspace's plugin ``notes``; where it will write."""
    jimu.write("workspace.yaml", "name: workshop\nlabel: Workshop\nextends: []\nplugins: [notes]\n")
    jimu.write("plugins/notes/jimu_plugin.yaml", "name: notes\nversion: 1.0.0\nrequires: jimu\nmodule: notes\n")
    jimu.write("plugins/notes/notes.py", PLUGIN)
    runtime = Runtime(Settings(workspace=jimu.folder, home=jimu.folder / "var")).start()
    path = jimu.folder / "note.txt"
    with runtime.database.write() as transaction:
        transaction.emit([JobRow("note", {"path": str(path)})])
    runtime.close()
    return path


def ended(jimu: Jimu) -> int:
    """How many jobs are done; besides those only timers may be there, which wait for their time."""
    counts = jimu.json("jobs", "list")["counts"]
    assert set(counts) <= {"done", "waiting"}
    return int(counts["done"])


def test_burst_runs_what_is_due_and_ends(jimu: Jimu, note: Path) -> None:
    assert jimu("worker", "--burst").exit_code == Exit.OK
    assert note.read_text() == "workshop job"
    assert ended(jimu) == 1


@pytest.mark.redis
def test_with_redis_the_jobs_go_through_rq(jimu: Jimu, note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIMU_REDIS_URL", require_redis())
    assert jimu("worker", "--burst").exit_code == Exit.OK
    assert note.read_text() == "workshop job"


def test_a_worker_ends_when_it_is_told_to(jimu: Jimu, note: Path) -> None:
    arguments = ["--workspace", str(jimu.folder), "--home", str(jimu.folder / "var"), "worker"]
    os.mkfifo(jimu.folder / "fifo")
    runtime = Runtime(Settings(workspace=jimu.folder, home=jimu.folder / "var")).start()
    with runtime.database.write() as transaction:
        transaction.emit([JobRow("note", {"path": str(jimu.folder / "fifo")})])
    runtime.close()
    with subprocess.Popen([sys.executable, "-m", "jimu.cli", *arguments], stderr=subprocess.DEVNULL) as process:
        assert (jimu.folder / "fifo").read_text() == "workshop job"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert ended(jimu) == 2
