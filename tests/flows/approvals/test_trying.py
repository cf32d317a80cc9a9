"""The page on which a flow is tried, and an approval on paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jimu.access import Actor, load_actor
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals import service
from jimu.flows.approvals.service import Answer, Request
from jimu.records import ListRequest, read
from tests.flows.approvals.office import FILES
from tests.web.opened import opened_site
from tests.web.site import Site

ADMIN = {"objects/roles/admin.yaml": "label: Admin\nsystem: [modify_all, configure]\n"}
FLOW = FILES["flows/approvals/purchase.yaml"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("trying"), {**FILES, **ADMIN}) as made:
        made.user("Adm", "admin")
        boss = made.user("Boss", "buyer")
        made.owner = made.user("Sam", "buyer", manager=boss)
        made.user("Fin", "finance")
        yield made


def test_a_flow_is_tried_with_other_values_and_as_a_draft_and_nothing_is_stored(site: Site) -> None:
    record = site.create("purchase", name="Chairs", amount="500")
    adm = site.visitor("adm@example.com")
    path = "/admin/approvals/try?flow=purchase"

    def tried(**changes: str) -> str:
        answer = adm.fill(path, {"record": encode_id(record), **changes}, "/admin/approvals/try")
        return answer.text.partition('class="approval-steps"')[2].partition("</ol>")[0] or answer.text

    assert "Boss" in tried()
    assert "Fin" not in tried()
    assert "Fin" in tried(values="amount = 5000")
    assert "amount &gt; 1000" in tried(values="amount = 5000") or "finance" in tried(values="amount = 5000")
    assert "Fin" in tried(draft=FLOW.replace("amount > 1000", "amount > 100"))
    bad = adm.fill(path, {"record": encode_id(record), "draft": FLOW.replace("to: route", "to: nowhere")},
                   "/admin/approvals/try")  # fmt: skip
    assert bad.status_code == 422
    assert "nowhere" in bad.text
    unread = {"record": encode_id(record), "values": "amount = much"}
    assert adm.fill(path, unread, "/admin/approvals/try").status_code == 422
    assert read.list_records(ListRequest("approval"), site.system).records == []
    assert site.visitor("sam@example.com").get(path).status_code == 403


def test_the_last_approvals_are_compared_with_a_draft_and_one_is_printed(site: Site) -> None:
    record = site.create("purchase", name="Tables", amount="500", secret="hush")
    people = site.ids("user")
    asker = site.runtime.context(_actor(site, people["Sam"]))
    done = service.start(Request("purchase", record, comment="please"), asker)
    (task,) = read.list_records(ListRequest("approval_task"), site.system).records
    boss = site.runtime.context(_actor(site, people["Boss"]))
    service.decide(task.id, Answer("approve", comment="well then"), boss)
    adm = site.visitor("adm@example.com")
    path = "/admin/approvals/try"
    same = adm.fill(path + "?flow=purchase", {"replay": "1"}, path).text
    assert "1 of 1 would go the same way" in same
    other = adm.fill(path + "?flow=purchase", {"replay": "1", "draft": FLOW.replace("> 1000", "> 100")}, path).text
    assert "0 of 1 would go the same way" in other
    paper = site.visitor("boss@example.com").get(f"/approvals/{encode_id(done.approval.id)}/print")
    assert paper.status_code == 200
    for text in ("Tables", "please", "well then", "Boss", "Approved", "<svg"):
        assert text in paper.text
    assert site.visitor("fin@example.com").get(f"/approvals/{encode_id(done.approval.id)}/print").status_code == 404


def _actor(site: Site, user: int) -> Actor:
    with site.runtime.current.store.read() as transaction:
        found = load_actor(transaction, site.runtime.current.manifest, user)
    assert found is not None
    return found
