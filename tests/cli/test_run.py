"""``jimu run`` as a process of its own: it greets, serves, sees what is applied, and ends with Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from jimu.cli.run import _in_child
from tests.cli.conftest import Jimu


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def greeting() -> list[str]:
    """The lines that the server printed until it had greeted."""
    return []


@pytest.fixture
def server(jimu: Jimu, port: int, greeting: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A server that has greeted, which it does when it can be asked."""
    environ = {**os.environ, "JIMU_WORKSPACE": str(jimu.folder), "JIMU_HOME": str(jimu.folder / "var"),
               "JIMU_PORT": str(port), "JIMU_SEED": "none", "JIMU_WORKERS": "1", "COLUMNS": "100"}
    process = subprocess.Popen([sys.executable, "-m", "jimu.cli", "run"], env=environ, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    for line in process.stdout:
        greeting.append(line)
        if "stop with Ctrl-C" in line:
            break
    yield process
    process.kill()
    process.communicate()


def ask(port: int, path: str, token: str = "") -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_field_is_added_while_the_server_runs(
    jimu: Jimu, server: subprocess.Popen[str], port: int, greeting: list[str], add_field: Callable[[str], None]
) -> None:
    assert greeting[0] == "Filling a new database …\n"
    status, health = ask(port, "/healthz")
    assert (status, json.loads(health)["status"]) == (200, "ok")
    jimu("user", "create", "ada@example.com", "--role", "boss", "--password", "correct horse")
    token = jimu("token", "create", "ada@example.com", "--quiet").stdout.strip()
    assert ask(port, "/api/v1/records/machine", token)[0] == 200
    assert ask(port, "/api/v1/records/machine?fields=weight", token)[0] == 400

    add_field("weight: {type: integer}")
    assert jimu("apply").exit_code == 0
    assert ask(port, "/api/v1/records/machine?fields=weight", token)[0] == 200

    server.send_signal(signal.SIGINT)
    assert server.wait(30) == 0
    assert server.stderr is not None
    assert "Traceback" not in server.stderr.read()


def test_what_goes_wrong_while_a_database_is_filled_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    def broken() -> None:
        raise RuntimeError("this seed is broken")

    assert _in_child(broken) == 1
    assert "RuntimeError: this seed is broken" in capfd.readouterr().err
    assert _in_child(lambda: os.kill(os.getpid(), signal.SIGKILL)) == 1
    assert "signal 9" in capfd.readouterr().err
    assert _in_child(lambda: sys.exit(0)) == 0
