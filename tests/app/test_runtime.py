"""The runtime: one snapshot, swapped whole; kept when what is new cannot be read."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from jimu import revisions
from jimu.access.actor import SYSTEM
from jimu.definitions.manifest import Manifest
from jimu.errors import DefinitionErrors
from jimu.revisions import Origin
from jimu.runtime import Runtime
from jimu.settings import Settings


def test_a_context_carries_the_snapshot_the_settings_and_the_way_it_came(runtime: Runtime) -> None:
    context = runtime.context(SYSTEM, via="import", reason="import 1")
    assert context.manifest is runtime.current.manifest
    assert context.store is runtime.current.store
    assert (context.actor.via, context.reason) == ("import", "import 1")
    assert context.settings["secret_key"] == runtime.secret_key
    assert context.settings["home"] == runtime.settings.home


def test_the_workspace_folder_is_not_needed_once_its_revision_is_applied(runtime: Runtime, tmp_path: Path) -> None:
    elsewhere = Settings(workspace=tmp_path / "gone", home=runtime.settings.home, database_url=runtime.settings.url)
    other = Runtime(elsewhere).start()
    assert other.current.manifest.revision == runtime.current.manifest.revision
    other.close()


def test_a_new_database_without_a_workspace_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(DefinitionErrors, match="jimu init"):
        Runtime(Settings(workspace=tmp_path / "nothing", home=tmp_path / "var")).start()


def test_a_revision_that_cannot_be_read_here_is_reported_and_the_old_one_stays(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    before = runtime.current
    broken = {**before.manifest.files, "objects/workshop/machine.yaml": "fields: [of, a, newer, engine]\n"}
    with runtime.database.write() as transaction:
        transaction.add_revision("f" * 64, broken, at=runtime.clock())

    with caplog.at_level(logging.ERROR):
        after = runtime.refresh()
    assert after.manifest is before.manifest
    assert "cannot be read here" in caplog.text
    caplog.clear()
    assert runtime.refresh() is after
    assert caplog.text == ""


def test_it_recovers_with_the_next_revision(runtime: Runtime) -> None:
    before: Manifest = runtime.current.manifest
    with runtime.database.write() as transaction:
        broken = transaction.add_revision("f" * 64, {"objects/a/b.yaml": "["}, at=runtime.clock())
        transaction.add_revision(before.revision, before.files, at=runtime.clock())
    assert runtime.refresh().revision == broken + 1
    assert revisions.list_revisions(runtime.database)[0].hash == before.revision


def test_texts_come_in_the_readers_language(runtime: Runtime) -> None:
    assert runtime.translator("zh-CN").locale == "zh-CN"
    assert runtime.translator("zh-CN") is runtime.translator("zh-CN")
    assert runtime.translator("en")("Nothing like it") == "Nothing like it"


def test_a_deployment_knows_what_runs(runtime: Runtime) -> None:
    deployment = runtime.deployment()
    assert deployment.running is runtime.current.manifest
    again = revisions.apply(deployment, runtime.load_workspace(), Origin())
    assert (again.changed, again.revision) == (False, runtime.current.revision)
