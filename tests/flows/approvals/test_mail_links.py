"""Deciding by a link in a mail: what the mail carries, what the link is bound to, and when it is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from jimu.access import SYSTEM, load_actor
from jimu.app import create_app
from jimu.errors import Conflict, Forbidden, JimuError, NotFound, StaleVersion
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals import events, service
from jimu.flows.approvals.mail_links import decide_by_link, links_for, open_link, read_signed, sign
from jimu.jobs import LocalBackend, Runner
from jimu.records import Context, Create, ListRequest, Update, read, write
from jimu.runtime import Runtime
from jimu.settings import Settings
from tests.api.conftest import Shop
from tests.flows.approvals.office import FILES, Office

SITE = {"public_url": "https://crm.example.com", "approval_link_hours": 72}


def site(office: Office, **settings: Any) -> Context:
    system = office.project.system
    return replace(system, settings={**system.settings, **SITE, **settings})


def link(office: Office, name: str, **settings: Any) -> str:
    """The key of the link that the latest notice to somebody carries; '' if it carries none."""
    rows = read.list_records(ListRequest("notification", order=("-id",)), office.project.system).records
    notice = next(r.values for r in rows if r.values["owner"] == office.people[name])
    context = site(office, **settings)
    with office.project.store.read() as transaction:
        found = links_for(notice, office.people[name], replace(context, transaction=transaction))
    return parse_qs(urlsplit(found["approve"]).query)["key"][0] if found else ""


def refused(office: Office, key: str, **settings: Any) -> tuple[type[JimuError], str]:
    with pytest.raises(JimuError) as caught:
        decide_by_link(key, "approve", "", None, site(office, **settings))
    return type(caught.value), caught.value.message.template


def test_a_link_decides_once_as_the_person_it_was_sent_to_and_history_says_so(office: Office) -> None:
    approval = office.start(office.purchase(amount="5000")).approval.id
    key = link(office, "m")
    opened = open_link(key, site(office))
    assert (opened.actor.id, opened.answers) == (office.people["m"], ("approve", "reject"))
    assert office.state(approval) == "running"  # opening decides nothing
    assert sorted(office.tasks(approval)) == ["m"]
    decide_by_link(key, "approve", "fine", None, site(office))
    assert sorted(office.tasks(approval)) == ["a", "b"]
    rows = read.list_records(ListRequest("approval_entry", limit=200), office.project.system).records
    entry = next(r.values for r in rows if r.values["action"] == "approve")
    assert (entry["by"], entry["text"], entry["details"]["via"]) == (office.people["m"], "fine", "email")
    kind, message = refused(office, key)
    assert kind is Conflict
    assert message.startswith("This link was used")


def test_a_link_is_refused_when_forged_expired_stale_or_its_person_gone(office: Office) -> None:
    approvals = [office.start(office.purchase(name=n)).approval.id for n in ("one", "two")]
    key = link(office, "m")
    parts = key.split(".")
    other = encode_id(office.people["d"])
    assert refused(office, ".".join([parts[0], other, *parts[2:]]))[0] is NotFound
    assert refused(office, "nothing")[0] is NotFound
    assert refused(office, "é." + key)[0] is NotFound
    task = office.tasks(approvals[1])["m"]
    made = read_signed(key, b"for tests")
    assert (made.task, made.person) == (task, office.people["m"])
    elsewhere = sign(replace(made, person=office.people["x"]), b"for tests")
    assert refused(office, elsewhere)[0] is Conflict  # signed, and not whose task it is

    assert refused(office, key, require_second_factor=True)[0] is Forbidden
    service.on_task(events.Transfer, task, office.as_("m"), to=office.people["x"])
    assert refused(office, key)[1].startswith("This link was used")
    first = sign(replace(made, task=office.tasks(approvals[0])["m"]), b"for tests")
    open_link(first, site(office))
    office.project.clock.forward(hours=73)
    assert refused(office, first)[1].startswith("This link has expired")
    office.project.clock.forward(hours=-73)
    write.write(Update("user", office.people["m"], {"active": False}), office.project.system)
    assert refused(office, first)[0] is Forbidden


def test_a_record_that_changed_since_the_page_was_opened_is_looked_at_again(office: Office) -> None:
    record = office.purchase()
    approval = office.start(record).approval.id
    key, version = link(office, "m"), read.get("purchase", record, office.as_("m")).version
    write.write(Update("purchase", record, {"amount": "900"}), office.as_("adm"))
    with pytest.raises(StaleVersion):
        decide_by_link(key, "approve", "", version, site(office))
    assert office.state(approval) == "running"


def test_a_flow_that_does_not_allow_it_and_a_step_that_wants_input_send_no_link(office: Office) -> None:
    office.project.create("deal", office.as_("s"), name="Deal")
    assert link(office, "m") == ""
    office.start(office.purchase())
    assert link(office, "m")
    assert link(office, "m", public_url="") == ""
    flows = office.project.manifest.all("approval")
    flow = flows["purchase"]
    signed = replace(flow.nodes["manager"], signature=True)
    changed = replace(flow, nodes={**flow.nodes, "manager": signed})
    others = {**office.project.manifest.others, "approval": {**flows, "purchase": changed}}
    office.project.manifest = replace(office.project.manifest, others=others)
    assert link(office, "m") == ""


@pytest.fixture
def letters(tmp_path: Path) -> Any:
    """A site that writes its mails to a file: its client, the runtime, and the mails after all jobs have run."""
    for path, text in {"workspace.yaml": "name: office\nlabel: Office\nextends: []\n", **FILES}.items():
        Shop.write(tmp_path, path, text)
    settings = Settings(
        workspace=tmp_path, home=tmp_path / "var", channel_file=tmp_path / "mails", public_url="http://localhost"
    )
    runtime = Runtime(settings).start()
    handlers = {k: f for found in runtime.plugins.hook.jimu_job_handlers() for k, f in found.items()}

    def read_letters() -> list[dict[str, Any]]:
        runner = Runner(runtime.current.store.write, lambda: handlers, lambda: runtime.context(SYSTEM), runtime.clock)
        while LocalBackend(runner).take():
            pass
        return [json.loads(line) for line in (tmp_path / "mails").read_text("utf-8").splitlines()]

    yield create_app(runtime=runtime).test_client(), runtime, read_letters
    runtime.close()


def test_the_mail_leads_to_a_page_that_asks_once_more_and_needs_no_log_in(letters: Any) -> None:
    client, runtime, read_letters = letters
    system = runtime.context(SYSTEM)
    write.write(Create("user", {"name": "adm", "email": "adm@example.com", "roles": ["admin"]}), system)
    boss = {"name": "m", "email": "m@example.com", "roles": ["buyer"]}
    manager = write.write(Create("user", boss), system).id
    asker = {"name": "s", "email": "s@example.com", "roles": ["buyer"], "manager": manager}
    submitter = write.write(Create("user", asker), system).id
    purchase = {"name": "Chairs <b>", "amount": "500", "secret": "hush", "owner": submitter}
    record = write.write(Create("purchase", purchase), system).id
    done = service.start(service.Request("purchase", record), system.as_actor(_actor(runtime, submitter)))
    (letter,) = [x for x in read_letters() if x["to"] == "m@example.com"]
    assert f"http://localhost/approvals/{encode_id(done.approval.id)}" == letter["url"]
    approve, reject = (line.partition(": ")[2] for line in letter["text"].splitlines() if "by-link" in line)
    assert reject in letter["html"].replace("&amp;", "&")
    page = client.get(approve)
    assert page.status_code == 200
    assert "Chairs &lt;b&gt;" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(reject).status_code == 200
    state = read.get("approval", done.approval.id, system).values["state"]
    assert state == "running"  # a scanner that opens both links has decided nothing
    key = parse_qs(urlsplit(approve).query)["key"][0]
    path = "/approvals/by-link"
    assert client.post(path, data={"key": key, "answer": "done"}).status_code == 422
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(path, data={"key": key, "answer": "approve"}, headers=foreign).status_code == 400
    assert client.post(path, data={"key": key, "answer": "approve"}).status_code == 200
    assert read.get("approval", done.approval.id, system).values["state"] == "approved"
    again = client.get(approve)
    assert again.status_code == 409
    assert f"/approvals/{encode_id(done.approval.id)}" in again.text
    for _ in range(10):
        assert client.get(path + "?key=guess").status_code == 404
    assert client.get(path + "?key=guess").status_code == 429


def _actor(runtime: Runtime, user: int) -> Any:
    with runtime.current.store.read() as transaction:
        return load_actor(transaction, runtime.current.manifest, user)
