"""The audit's page, its files, its API and its command: by whoever has the right, and by nobody else."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from jimu.access import accounts
from jimu.access.audit import verify_audit
from jimu.cli.root import cli
from jimu.exchange.audit_files import archive_audit, verify_archive
from jimu.fieldtypes.ids import encode_id
from jimu.web.pages.admin_audit import _method
from tests.web.site import Site, Visitor


def test_it_is_searched_by_person_kind_object_time_and_words(site: Site, ada: Visitor) -> None:
    noisy = site.user("Noisy", "helper")
    site.visitor("noisy@example.com")
    stranger = site.visitor()
    stranger.log_in("intruder@example.org")
    page = ada.get("/admin/audit").text
    assert "intruder@example.org" in page
    assert "Log-in failed" in page
    found = ada.get(f"/admin/audit?person={encode_id(noisy)}").text
    assert "Noisy" in found
    assert "intruder" not in found
    assert "intruder" in ada.get("/admin/audit?q=INTRUDER@example").text
    assert "intruder" in ada.get("/admin/audit?kind=login.failed").text
    assert "intruder" not in ada.get("/admin/audit?group=account").text
    assert "intruder" not in ada.get("/admin/audit?since=2999-01-01").text
    assert "No entries" in ada.get("/admin/audit?record=nonsense&person=nonsense").text


def test_nobody_without_the_right_sees_it(site: Site, bob: Visitor) -> None:
    site.user("Eng", "engineer")
    eng = site.visitor("eng@example.com")
    for visitor in (bob, eng):
        for path in ("/admin/audit", "/admin/audit/export.csv", "/api/v1/audit"):
            assert visitor.get(path).status_code == 403
        assert visitor.client.post("/admin/audit/verify", data={"csrf_token": visitor.token}).status_code == 403


def test_the_button_says_whether_the_chain_is_whole(site: Site, ada: Visitor) -> None:
    assert "Whole:" in ada.fill("/admin/audit", {}, "/admin/audit/verify").text


def test_it_is_taken_out_as_a_file_which_is_an_entry_itself(site: Site, ada: Visitor) -> None:
    site.visitor().log_in("=cmd@example.org")
    text = ada.get("/admin/audit/export.csv?kind=login.failed").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[-1]["text"] == "'=cmd@example.org"
    assert {row["kind"] for row in rows} == {"login.failed"}
    lines = [json.loads(line) for line in ada.get("/admin/audit/export.jsonl").data.splitlines()]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert "Audit exported" in ada.get("/admin/audit?kind=export.audit").text


def test_programs_read_it_a_page_at_a_time_with_a_token_that_may(site: Site, ada: Visitor) -> None:
    store, by = site.runtime.current.store, accounts.by_system(site.runtime.clock())
    wide = accounts.create_token(store, site.ids("user")["Ada"], accounts.TokenWish("siem", ["admin"]), by)
    narrow = accounts.create_token(store, site.ids("user")["Ada"], accounts.TokenWish("bi", ["read"]), by)
    assert ada.get("/api/v1/audit", headers={"Authorization": f"Bearer {narrow.secret}"}).status_code == 403
    headers = {"Authorization": f"Bearer {wide.secret}"}
    first = ada.get("/api/v1/audit?limit=2", headers=headers).json
    assert first is not None
    second = ada.get(f"/api/v1/audit?limit=2&before={first['before']}", headers=headers).json
    numbers = [e["number"] for e in (*first["entries"], *second["entries"])]
    assert numbers == list(range(first["head"]["count"], first["head"]["count"] - 4, -1))
    assert first["entries"][0]["kind"] == "account.token_made"
    wrong = ada.get("/api/v1/audit?since=yesterday&group=nothing", headers=headers)
    assert wrong.status_code == 400
    assert len(wrong.json["errors"]) == 2


def test_a_profile_shows_how_one_came_in_and_who_tried(site: Site) -> None:
    site.user("Hank", "helper")
    site.visitor().log_in("hank@example.com", "not his password")
    html = site.visitor("hank@example.com").get("/profile").text
    assert "Log-in failed" in html
    assert "Logged in" in html


def test_old_entries_go_into_a_file_that_can_be_checked_with_the_chain_that_goes_on(
    site: Site, tmp_path: Path
) -> None:
    by = accounts.by_system(site.runtime.clock() + timedelta(days=2))
    made = archive_audit(site.runtime.database, tmp_path, site.runtime.clock() + timedelta(days=1), by)
    assert made is not None
    path, count = made
    assert count > 0
    number, last, broken = verify_archive(path)
    assert broken is None
    with site.runtime.database.read() as transaction:
        verdict = verify_audit(transaction, site.runtime.secret_key, (number, last))
        assert verdict.is_whole
        assert (verdict.head.anchor, verdict.head.anchor_hash) == (number, last)
    assert archive_audit(site.runtime.database, tmp_path, site.runtime.clock() - timedelta(days=1), by) is None


def test_the_command_tells_whole_from_broken(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = site.runtime.settings
    options = ["--home", str(settings.home), "--database", settings.url, "--workspace", str(settings.workspace)]
    runner = CliRunner()
    told = runner.invoke(cli, [*options, "audit", "verify"])
    assert told.exit_code == 0, told.output
    noted = told.output.rsplit(" ", 1)[-1].strip()
    assert runner.invoke(cli, [*options, "audit", "verify", "--noted", noted]).exit_code == 0
    other = f"{noted.partition(':')[0]}:{'0' * 64}"
    assert runner.invoke(cli, [*options, "audit", "verify", "--noted", other]).exit_code == 1


@pytest.mark.parametrize(
    ("method", "words"),
    [("password+totp", "password + code of an app"), ("oidc:Entra", "account of Entra"), ("odd", "odd")],
)
def test_how_somebody_came_in_is_told_in_words(method: str, words: str) -> None:
    assert " + ".join(str(_method(part)) for part in method.split("+")) == words
