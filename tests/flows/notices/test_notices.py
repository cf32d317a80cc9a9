"""Notices leave the system by the channels that their readers chose, once, and are tried again until they are taken."""

from __future__ import annotations

import hashlib
import hmac
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from jimu.flows.notices import send_anew
from jimu.flows.notices.delivering import send_digests
from jimu.jobs import LocalBackend, Runner
from jimu.records import Context, ListRequest, read, write
from jimu.records.commands import Create, Update
from tests.databases import fresh_database
from tests.records.project import Project, empty_project, make_tables

FILES = {
    "objects/m/order.yaml": """
label: Order
title: "{name}"
fields:
  name: {type: text, required: true}
""",
    "objects/roles/clerk.yaml": "label: Clerk\nobjects:\n  order: {read: all}\n",
    "flows/automations/told.yaml": """
label: Told
object: order
when: created
do:
  - webhook: {url: "http://127.0.0.1:PORT/hook", secret: partner, body: {name: {formula: "name"}, source: jimu}}
""",
    "flows/automations/named.yaml": """
label: Named
object: order
when: {changed: {field: name, to: Fire}}
do: [{notify: {to: owner, subject: "{name}", channels: [email, sms]}}]
""",
    "layouts/emails/mention.yaml": """
label: Mention
notice: mention
subject: {en: "[Jimu] {subject}", zh-CN: "[积木] {subject}"}
body: {en: "Somebody wrote:\\n{text}", zh-CN: "有人写道：\\n{text}"}
""",
}


class Mailbox:
    """A mail server that takes everything, or refuses for a while."""

    def __init__(self) -> None:
        self.mails: list[str] = []
        self.refusals = 0
        box = self

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.say("220 ready")
                while line := self.rfile.readline().decode().strip():
                    word = line.split(" ")[0].upper()
                    if word == "DATA":
                        self.say("354 go on")
                        lines = []
                        while (text := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                            lines.append(text)
                        box.mails.append("\n".join(lines))
                    if word == "MAIL" and box.refusals:
                        box.refusals -= 1
                        self.say("451 later")
                    elif word == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 fine")

            def say(self, text: str) -> None:
                self.wfile.write(f"{text}\r\n".encode())

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server.server_address[1]}"


class Partner:
    """Another system that takes webhooks."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.answers = [200]
        partner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                partner.calls.append((dict(self.headers), body))
                self.send_response(partner.answers.pop(0) if len(partner.answers) > 1 else partner.answers[0])
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.server.shutdown()
    box.server.server_close()


@pytest.fixture(scope="module")
def partner() -> Iterator[Partner]:
    other = Partner()
    yield other
    other.server.shutdown()
    other.server.server_close()


@pytest.fixture(scope="module")
def office_url(
    tmp_path_factory: pytest.TempPathFactory, partner: Partner
) -> Iterator[Callable[[str], tuple[str, dict]]]:
    files = {path: text.replace("PORT", str(partner.port)) for path, text in FILES.items()}
    known: dict[str, str] = {}
    with ExitStack() as stack:

        def url_of(backend: str) -> tuple[str, dict]:
            if backend not in known:
                known[backend] = stack.enter_context(fresh_database(backend, tmp_path_factory.mktemp(backend)))
                make_tables(known[backend], files)
            return known[backend], files

        yield url_of


class Office:
    def __init__(self, project: Project, settings: dict[str, Any]) -> None:
        self.project, self.settings = project, settings

    @property
    def system(self) -> Context:
        system = self.project.system
        return replace(system, settings={**system.settings, **self.settings})

    def work(self) -> None:
        plugins = self.project.plugins
        handlers = {kind: run for _, found in plugins.collect("jimu_job_handlers") for kind, run in found.items()}
        runner = Runner(self.project.store.write, lambda: handlers, lambda: self.system, self.project.clock)
        while LocalBackend(runner).take():
            pass

    def tell(self, person: int, reason: str = "mention", **values: Any) -> int:
        given = {"owner": person, "subject": "Hello", "text": "How are you?", "reason": reason, **values}
        return write.write(Create("notification", given), self.system).id

    def deliveries(self) -> list[dict[str, Any]]:
        found = read.list_records(ListRequest("delivery", order=("id",)), self.system).records
        return [{"id": r.id, **r.values} for r in found]


@pytest.fixture
def office(backend: str, office_url, mailbox: Mailbox, partner: Partner, tmp_path: Path) -> Iterator[Office]:
    mailbox.mails.clear()
    mailbox.refusals = 0
    partner.calls.clear()
    partner.answers = [200]
    url, files = office_url(backend)
    settings = {
        "smtp_url": mailbox.url,
        "mail_from": "Jimu <jimu@example.com>",
        "public_url": "https://crm.example.com",
        "webhook_secrets": {"partner": "s3cret"},
    }
    with empty_project(url, files) as project:
        yield Office(project, settings)


def test_a_mention_is_mailed_at_once_by_its_template_in_the_readers_language(office: Office, mailbox: Mailbox) -> None:
    kim = office.project.user("Kim", "clerk", language="zh-CN")
    order = office.project.create("order", name="Press")
    office.tell(kim, record=order)
    office.work()
    (mail,) = mailbox.mails
    assert "To: Kim@example.com" in mail
    assert "Auto-Submitted: auto-generated" in mail
    assert "=?utf-8?" in mail.split("Subject: ")[1][:20].lower()
    assert mail.isascii()
    (delivery,) = [d for d in office.deliveries() if d["channel"] == "email"]
    assert (delivery["state"], delivery["subject"], delivery["attempts"]) == ("sent", "[积木] Hello", 1)
    assert delivery["content"]["text"] == "有人写道：\nHow are you?"
    assert delivery["content"]["url"].startswith("https://crm.example.com/r/")


def test_what_happens_to_a_followed_record_is_mailed_when_the_burst_is_over(office: Office, mailbox: Mailbox) -> None:
    kim = office.project.user("Kim", "clerk")
    order = office.project.create("order", name="Press")
    at_once = {"owner": kim, "kind": "followed", "channel": "email", "delivery": "at_once"}
    write.write(Create("notice_setting", at_once), office.system)
    told = office.tell(kim, reason="followed", record=order)
    office.work()
    assert mailbox.mails == []
    write.write(Update("notification", told, {"text": "And more"}), office.system)
    office.project.clock.forward(minutes=6)
    office.work()
    assert ["And more" in mail for mail in mailbox.mails] == [True]


def test_nothing_is_mailed_about_a_record_that_its_reader_may_no_longer_read(
    office: Office, mailbox: Mailbox
) -> None:
    office.project.clock.now = datetime(2026, 3, 2, 23, tzinfo=UTC)
    order, late = office.project.create("order", name="Press"), {"quiet_from": "22:00", "quiet_until": "07:00"}
    kim = office.project.user("Kim", "clerk", **late)
    office.tell(kim, record=order)
    office.tell(office.project.user("Bo"), record=order)
    office.work()
    write.write(Update("user", kim, {"roles": []}), office.system)
    office.project.clock.now = datetime(2026, 3, 3, 7, 1, tzinfo=UTC)
    office.work()
    assert mailbox.mails == []
    (delivery,) = [d for d in office.deliveries() if d["channel"] == "email"]
    assert (delivery["state"], delivery["recipient"]) == ("failed", "Kim@example.com")


def test_a_server_that_is_busy_is_tried_again_and_the_mail_goes_out_once(office: Office, mailbox: Mailbox) -> None:
    mailbox.refusals = 2
    office.tell(office.project.user("Kim"))
    office.work()
    assert [(d["state"], d["attempts"]) for d in office.deliveries()] == [("waiting", 1)]
    for _ in range(3):
        office.project.clock.forward(minutes=2)
        office.work()
    assert len(mailbox.mails) == 1
    assert [(d["state"], d["attempts"]) for d in office.deliveries()] == [("sent", 3)]


def test_who_chose_so_hears_nothing_or_once_a_day(office: Office, mailbox: Mailbox) -> None:
    kim, bo = office.project.user("Kim"), office.project.user("Bo")
    never = {"owner": kim, "kind": "mention", "channel": "email", "delivery": "never"}
    digest = {"owner": bo, "kind": "*", "channel": "email", "delivery": "digest"}
    for values in (never, digest):
        write.write(Create("notice_setting", values), office.system)
    for person in (kim, bo):
        office.tell(person)
        office.tell(person, reason="stage", subject="Late")
    office.work()
    assert mailbox.mails == []
    slot = office.project.clock.now + timedelta(hours=1)
    office.project.clock.now = slot
    job = type("Job", (), {"payload": {"slot": slot.isoformat()}})
    send_digests(job, office.system)
    send_digests(job, office.system)
    office.work()
    found = {d["recipient"]: d for d in office.deliveries()}
    assert found["Bo@example.com"]["subject"] == "Notices of the day: 2"
    assert found["Kim@example.com"]["subject"] == "Notices of the day: 1"
    assert "· Late" in found["Kim@example.com"]["content"]["text"]
    assert len(mailbox.mails) == 2


def test_notices_wait_for_the_end_of_quiet_hours(office: Office, mailbox: Mailbox) -> None:
    office.project.clock.now = datetime(2026, 3, 2, 23, tzinfo=UTC)
    office.tell(office.project.user("Kim", quiet_from="22:00", quiet_until="07:00"))
    office.work()
    assert mailbox.mails == []
    office.project.clock.now = datetime(2026, 3, 3, 7, 1, tzinfo=UTC)
    office.work()
    assert len(mailbox.mails) == 1


def test_what_was_read_meanwhile_is_not_mailed(office: Office, mailbox: Mailbox) -> None:
    notice = office.tell(office.project.user("Kim"))
    write.write(Update("notification", notice, {"read_at": office.project.clock.now}), office.system)
    office.work()
    assert mailbox.mails == []


def test_without_a_mail_server_the_file_channel_shows_a_developer_what_would_go_out(
    office: Office, tmp_path: Path
) -> None:
    office.settings |= {"smtp_url": "", "channel_file": tmp_path / "out.jsonl"}
    office.tell(office.project.user("Kim"))
    office.work()
    (line,) = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert (json.loads(line)["to"], json.loads(line)["subject"]) == ("Kim@example.com", "[Jimu] Hello")


def test_an_automation_may_name_channels_and_one_that_is_not_there_is_told(office: Office, mailbox: Mailbox) -> None:
    kim, lee = office.project.user("Kim", "clerk"), office.project.user("Lee", "clerk")
    never = {"owner": lee, "kind": "automation", "channel": "email", "delivery": "never"}
    write.write(Create("notice_setting", never), office.system)
    for owner in (kim, lee):
        office.project.create("order", name="Fire", owner=owner)
    office.work()
    assert ["Kim@example.com" in mail for mail in mailbox.mails] == [True]
    found = sorted((d["channel"], d["recipient"], d["state"]) for d in office.deliveries() if d["channel"] != "webhook")
    assert found == [
        ("email", "Kim@example.com", "sent"), ("sms", "Kim", "failed"), ("sms", "Lee", "failed"),
    ]  # fmt: skip
    assert {d["error"] for d in office.deliveries() if d["channel"] == "sms"} == {"There is no channel sms here."}


def test_what_failed_for_want_of_a_channel_is_sent_anew_to_the_right_address(office: Office, mailbox: Mailbox) -> None:
    server, office.settings["smtp_url"] = office.settings["smtp_url"], ""
    kim = office.project.user("Kim", "clerk")
    office.project.create("order", name="Fire", owner=kim)
    office.work()
    assert mailbox.mails == []
    office.settings["smtp_url"] = server
    (failed,) = [d for d in office.deliveries() if d["channel"] == "email"]
    assert (failed["state"], failed["recipient"]) == ("failed", "Kim")
    send_anew(failed["id"], office.system)
    office.work()
    (sent,) = [d for d in office.deliveries() if d["channel"] == "email"]
    assert (sent["state"], sent["recipient"], sent["error"]) == ("sent", "Kim@example.com", None)
    (mail,) = mailbox.mails
    assert "Kim@example.com" in mail


def test_the_console_shows_a_developer_what_would_go_out(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.settings |= {"smtp_url": "", "channel_file": "-"}
    office.tell(office.project.user("Kim"))
    office.work()
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert json.loads(line)["subject"] == "[Jimu] Hello"


def test_a_webhook_is_signed_and_says_what_happened(office: Office, partner: Partner) -> None:
    office.project.create("order", name="Press")
    office.work()
    ((headers, body),) = partner.calls
    assert json.loads(body) | {"id": "", "at": ""} == {
        "object": "order", "id": "", "at": "", "name": "Press", "source": "jimu",
    }  # fmt: skip
    at, signature = (part.partition("=")[2] for part in headers["Jimu-Signature"].split(","))
    assert signature == hmac.new(b"s3cret", f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert [(d["channel"], d["state"], d["status"]) for d in office.deliveries()] == [("webhook", "sent", 200)]


def test_a_webhook_that_is_not_taken_is_tried_again_and_can_be_sent_anew(office: Office, partner: Partner) -> None:
    partner.answers = [500, 302, 200]
    office.project.create("order", name="Press")
    for _ in range(4):
        office.work()
        office.project.clock.forward(minutes=5)
    assert len(partner.calls) == 3
    assert len({headers["Jimu-Delivery"] for headers, _ in partner.calls}) == 1
    (delivery,) = office.deliveries()
    assert (delivery["state"], delivery["attempts"]) == ("sent", 3)
    send_anew(delivery["id"], office.system)
    office.work()
    assert len(partner.calls) == 4
