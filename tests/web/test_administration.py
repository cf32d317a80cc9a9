"""Administration: who gets in, what the start page tells, pages in other languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from werkzeug.routing import Rule

from jimu.fieldtypes.ids import encode_id
from jimu.storage.entries import JobRow
from jimu.web.pages.admin_nav import GROUPS, PAGES
from tests.web.site import Site, Visitor

PEOPLE = ("users", "organisation", "access", "tokens")
MACHINE = ("plan", "revisions", "objects", "options", "layouts", "source", "jobs", "settings", "health")


@pytest.fixture
def hirer(site: Site) -> Visitor:
    """Who keeps the users, and nothing else."""
    return _somebody(site, "Hanna", "hirer")


@pytest.fixture
def engineer(site: Site) -> Visitor:
    """Who configures, and nothing else."""
    return _somebody(site, "Ed", "engineer")


def _somebody(site: Site, name: str, role: str) -> Visitor:
    visitor = site.visitor()
    if visitor.log_in(f"{name.lower()}@example.com").status_code != 303:
        site.user(name, role)
        visitor = site.visitor(f"{name.lower()}@example.com")
    return visitor


def admin_addresses(site: Site) -> Iterator[tuple[Rule, str]]:
    """Every rule below /admin, with an address that means something here."""
    user = encode_id(site.makers["Acme"])
    values = {"id": user, "name": "thing", "field": "cost", "number": "1"}
    values |= {"membership": user, "object": "maker", "format": "csv"}
    adapter = site.app.url_map.bind("localhost")
    for rule in site.app.url_map.iter_rules():
        if rule.rule.startswith("/admin"):
            given = {name: values[name] for name in rule.arguments}
            yield rule, adapter.build(rule.endpoint, given, method=next(iter(rule.methods or {"GET"})))


def test_nobody_without_a_right_gets_into_any_page_of_administration(site: Site, bob: Visitor) -> None:
    seen = 0
    for visitor in (bob, site.visitor("nil@example.com")):
        token = visitor.token
        for rule, path in admin_addresses(site):
            for method in (rule.methods or set()) & {"GET", "POST"}:
                answer = visitor.client.open(path, method=method, data={"csrf_token": token})
                assert answer.status_code == 403, (method, path)
                seen += 1
    assert seen > 60


def test_the_right_to_keep_users_does_not_open_configuration(site: Site, hirer: Visitor) -> None:
    for name in PEOPLE:
        assert hirer.get(PAGES[name].href).status_code == 200, name
    for name in MACHINE:
        assert hirer.get(PAGES[name].href).status_code == 403, name
    menu = hirer.get("/admin").text
    assert 'href="/admin/users"' in menu
    assert 'href="/admin/plan"' not in menu


def test_the_right_to_configure_does_not_open_accounts(site: Site, engineer: Visitor) -> None:
    for name in MACHINE:
        assert engineer.get(PAGES[name].href).status_code == 200, name
    for name in PEOPLE:
        assert engineer.get(PAGES[name].href).status_code == 403, name
    menu = engineer.get("/admin").text
    assert 'href="/admin/users"' not in menu
    assert 'href="/admin/plan"' in menu


def test_only_those_who_may_enter_see_the_entry(ada: Visitor, bob: Visitor, site: Site) -> None:
    assert 'href="/admin"' in ada.get("/bin").text
    assert 'href="/admin"' not in bob.get("/bin").text


def test_every_page_of_administration_opens(site: Site, ada: Visitor) -> None:
    for group in GROUPS:
        for page in group.pages:
            assert ada.get(page.href).status_code == 200, page.href


def test_no_page_asks_more_of_the_database_the_more_users_there_are(site: Site, ada: Visitor) -> None:
    from jimu.storage.metering import counted

    def queries() -> int:
        with counted() as meter:
            assert ada.get("/admin/users?state=all").status_code == 200
        return meter.queries

    queries()
    few = queries()
    for n in range(12):
        site.user(f"Extra{n}", "helper")
    assert queries() <= few


def test_the_start_page_tells_what_is_in_force(site: Site, ada: Visitor) -> None:
    html = ada.get("/admin").text
    assert "Revision in force" in html
    assert "first start" in html
    assert "Active users" in html


def test_the_search_finds_pages_settings_objects_and_fields(ada: Visitor) -> None:
    assert "/admin/settings#JIMU_LOGIN_RATE" in ada.get("/admin?q=failed+log-ins").text
    assert "/admin/objects/thing/cost" in ada.get("/admin?q=cost").text
    assert "/admin/roles/helper" in ada.get("/admin?q=helper").text
    assert "/admin/objects/thing/cost" in ada.get("/admin?q=成本").text
    assert "Nothing found" in ada.get("/admin?q=nothinglikethis").text


def test_the_search_finds_only_what_one_may_open(hirer: Visitor) -> None:
    found = hirer.get("/admin?q=cost").text
    assert "/admin/objects/thing/cost" not in found


def test_pages_speak_chinese(site: Site) -> None:
    site.user("Wei", "keeper", language="zh-CN")
    wei = site.visitor("wei@example.com")
    assert "系统管理" in wei.get("/admin").text
    assert "有效权限" in wei.get("/admin/users").text
    assert "计划与应用" in wei.get("/admin/plan").text
    assert "使用位置" in wei.get("/admin/objects/thing/cost").text
    assert "监听端口" in wei.get("/admin/settings").text


def test_settings_never_show_secrets(site: Site, ada: Visitor) -> None:
    html = ada.get("/admin/settings").text
    assert "JIMU_DATABASE_URL" in html
    assert site.runtime.secret_key.decode() not in html
    assert "JIMU_LOGIN_RATE" in html
    assert "1000 per minute" in html
    assert "option of the command" in html


def test_the_password_in_a_url_is_masked() -> None:
    from jimu.web.views.admin_system import _masked

    assert _masked("database_url", "postgresql+psycopg://jimu:hunter2@db/jimu?x=1") == (
        "postgresql+psycopg://jimu:••••@db/jimu"
    )
    assert _masked("database_url", "sqlite:////var/jimu.db") == "sqlite:////var/jimu.db"
    assert _masked("secret_key", "abc") == "••••••••"


def test_health_names_the_database_and_an_idle_queue(site: Site, ada: Visitor) -> None:
    html = ada.get("/admin/health").text
    assert ("SQLite" in html) or ("PostgreSQL" in html)
    assert "Nothing is overdue" in html


def test_the_first_job_after_a_quiet_time_is_not_overdue(site: Site, ada: Visitor) -> None:
    clock, database = site.runtime.clock, site.runtime.database
    with database.write() as transaction:
        transaction.emit([JobRow("mail", run_at=clock() - timedelta(hours=1))])
        (job,) = transaction.claim_jobs(clock() - timedelta(hours=1), clock(), 1, "w")
        transaction.finish_job(job.id, "w", clock())
        transaction.emit([JobRow("mail")])
    html = ada.get("/admin/health").text
    with database.write() as transaction:
        (job,) = transaction.claim_jobs(clock(), clock(), 1, "w")
        transaction.finish_job(job.id, "w", clock())
    assert "A job has been due" not in html


def test_prometheus_reads_figures_with_the_token_alone(site: Site) -> None:
    runtime, ada = site.runtime, site.visitor()
    assert ada.client.get("/metrics").status_code == 404
    before, runtime.settings = runtime.settings, replace(runtime.settings, metrics_token="s3cret")
    try:
        assert ada.client.get("/metrics").status_code == 401
        assert ada.client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
        found = ada.client.get("/metrics", headers={"Authorization": "Bearer s3cret"})
    finally:
        runtime.settings = before
    assert found.content_type.startswith("text/plain; version=0.0.4")
    assert '# TYPE jimu_jobs gauge' in found.text
    assert all(line.startswith("#") or line.rsplit(" ", 1)[1][0].isdigit() for line in found.text.splitlines())


def test_health_tells_what_is_paused_from_what_is_overdue(site: Site, ada: Visitor) -> None:
    clock, database = site.runtime.clock, site.runtime.database
    with database.write() as transaction:
        transaction.emit([JobRow("mail", run_at=clock() - timedelta(hours=1))])
    assert "A job has been due for 60 min." in ada.get("/admin/health").text
    with database.write() as transaction:
        transaction.pause_jobs("mail", clock(), "Ada")
    html = ada.get("/admin/health").text
    assert "A job has been due" not in html
    assert "Paused: mail. Jobs waiting: 1." in html
    with database.write() as transaction:
        transaction.pause_jobs("*", clock(), "Ada")
    assert "Every kind of job is paused." in ada.get("/admin/health").text
    with database.write() as transaction:
        transaction.resume_jobs("*")
    with database.write() as transaction:
        transaction.resume_jobs("mail")
        [job] = [j for j in transaction.list_jobs("waiting") if j["kind"] == "mail"]
        transaction.cancel_job(job["id"], clock(), "done with")
        transaction.emit([JobRow("sum")])
    assert "Jobs that failed for good: 1." in ada.get("/admin/health").text
