"""Care for data in the browser: forms that tell of duplicates, merging, the workbench, converting, cloning, erasing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from jimu.care.scanning import scan
from jimu.fieldtypes.ids import encode_id
from tests.care.shop import FILES
from tests.web.opened import opened_site
from tests.web.site import Site, Visitor, form_on, url


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("care"), FILES) as made:
        made.user("Ann", "boss")
        made.user("Sam", "seller")
        yield made


@pytest.fixture
def ann(site: Site) -> Visitor:
    return site.visitor("ann@example.com")


def test_a_form_stops_once_for_a_warning_and_saves_when_told_to(site: Site, ann: Visitor) -> None:
    first = site.create("company", name="Acme Trading")
    answer = ann.fill("/o/company/new", {"name": "ACME Trading Ltd."})
    assert answer.status_code == 422
    assert url("company", first) in answer.text
    assert "Save it all the same" in answer.text
    data = form_on(answer.text, "/o/company/new") | {"_duplicates_ok": "1"}
    assert ann.client.post("/o/company/new", data=data).status_code == 303


def test_a_form_asks_for_the_reason_where_one_is_needed(site: Site, ann: Visitor) -> None:
    site.create("person", name="Eve", email="eve@acme.com")
    answer = ann.fill("/o/person/new", {"name": "Eva", "email": "eve@acme.com"})
    assert 'name="_duplicates_reason"' in answer.text
    data = form_on(answer.text, "/o/person/new") | {"_duplicates_reason": "shared"}
    assert ann.client.post("/o/person/new", data=data).status_code == 303


def test_a_form_asks_for_approval_and_who_decides_sees_what_may_be_the_same(site: Site, ann: Visitor) -> None:
    first = site.create("vendor", name="Umbrella Ltd.")
    sam = site.visitor("sam@example.com")
    answer = sam.fill("/o/vendor/new", {"name": "UMBRELLA"})
    assert answer.status_code == 422
    assert "ask for approval" in answer.text
    data = form_on(answer.text, "/o/vendor/new") | {"_duplicates_ok": "1"}
    assert sam.client.post("/o/vendor/new", data=data).status_code == 303
    inbox = ann.get("/inbox").text
    href = re.search(r"/approvals/[0-9A-Z]{13}", inbox)
    assert href is not None
    page = ann.get(href[0]).text
    assert "Records that may be the same" in page
    assert url("vendor", first) in page
    assert url("vendor", first) not in sam.get(href[0]).text


def test_what_is_found_is_told_while_one_types(site: Site, ann: Visitor) -> None:
    site.create("company", name="Initech Systems")
    state = ann.client.post("/o/company/state", data={"name": "Initech System", "csrf_token": ann.token}).json
    assert "Initech Systems" in state["duplicates"]["html"]
    assert "93%" in state["duplicates"]["html"]
    state = ann.client.post("/o/company/state", data={"name": "Quite other", "csrf_token": ann.token}).json
    assert state["duplicates"] == {"key": "", "html": ""}


def test_records_are_compared_merged_and_lead_on(site: Site, ann: Visitor) -> None:
    one, other = site.create("company", name="Left", city="Bonn"), site.create("company", name="Right", city="Kiel")
    order = site.create("order", name="O", company=other)
    path = f"/merge?object=company&ids={encode_id(one)},{encode_id(other)}&master={encode_id(one)}"
    page = ann.get(path).text
    assert "Bonn" in page
    assert "Kiel" in page
    shown = ann.fill(path, {"f.city": encode_id(other), "_preview": "1"}, "/merge")
    assert shown.status_code == 200
    done = ann.fill(path, {"f.city": encode_id(other)}, "/merge")
    assert done.location == url("company", one)
    assert site.record("company", one).values["city"] == "Kiel"
    assert site.record("order", order).values["company"] == one
    assert ann.get(url("company", other)).location == url("company", one)


def test_a_merge_that_cannot_be_is_explained_on_its_page(site: Site, ann: Visitor) -> None:
    sam = site.visitor("sam@example.com")
    ids = [site.create("company", name=name) for name in ("Mine", "Yours")]
    path = f"/merge?object=company&ids={','.join(map(encode_id, ids))}"
    assert sam.get(path).status_code == 404
    assert ann.get(f"/merge?object=company&ids={encode_id(ids[0])}").status_code == 400


def test_groups_of_duplicates_are_worked_through(site: Site, ann: Visitor) -> None:
    ids = [site.create("company", name=name) for name in ("Umbrella Foods", "Umbrella Food", "Tyrell", "Tyrel")]
    assert ann.fill("/duplicates?object=company", {}, "/duplicates/scan").status_code == 303
    scan("company", site.system)
    page = ann.get("/duplicates?object=company").text
    assert "Umbrella Foods" in page
    assert f"ids={encode_id(ids[0])},{encode_id(ids[1])}" in page or f"ids={encode_id(ids[1])}" in page
    dismissed = re.findall(r'action="/duplicates/(\w+)/dismiss"', page)[0]
    ann.client.post(f"/duplicates/{dismissed}/dismiss", data={"csrf_token": ann.token})
    assert dismissed not in ann.get("/duplicates?object=company").text


def test_a_record_is_converted_with_what_one_chose(site: Site, ann: Visitor) -> None:
    firm = site.create("company", name="Stark Industries")
    lead = site.create("prospect", company="Stark Industries Ltd", name="Tony")
    path = url("prospect", lead, "/convert/prospect")
    assert path in ann.get(url("prospect", lead)).text
    page = ann.get(path).text
    assert f'value="{encode_id(firm)}" data-existing checked' in page
    token = {"csrf_token": ann.token, "_do.firm": encode_id(firm), "_do.human": "new", "_do.deal": "skip"}
    refused = ann.client.post(path, data=token | {"human__name": ""})
    assert refused.status_code == 422
    done = ann.client.post(path, data=token | {"human__name": "Pepper"})
    assert done.status_code == 303
    assert site.ids("person")["Pepper"]
    assert path not in ann.get(url("prospect", lead)).text


def test_a_record_is_cloned_with_the_children_that_were_ticked(site: Site, ann: Visitor) -> None:
    order = site.create("order", name="Cloned")
    site.create("order_line", order=order, name="L")
    path = url("order", order, "/clone")
    assert 'value="order_line.order" checked' in ann.get(path).text
    answer = ann.client.post(path, data={"csrf_token": ann.token, "children": "order_line.order"})
    assert answer.location.endswith("/edit")


def test_a_person_is_found_handed_out_and_erased(site: Site, ann: Visitor) -> None:
    eve = site.create("person", name="Zoe Unique", email="zoe@unique.org")
    home = f"/admin/personal/person/{encode_id(eve)}"
    assert home in ann.get("/admin/personal?q=zoe").text
    assert "zoe@unique.org" in ann.get(home).text
    data = {"csrf_token": ann.token}
    assert ann.client.post(f"{home}/export", data=data).mimetype == "application/zip"
    assert ann.client.post(f"{home}/erase", data=data).status_code == 400
    assert ann.client.post(f"{home}/erase", data=data | {"confirmation": "zoe unique"}).status_code == 303
    assert site.record("person", eve).values["email"] is None
    assert site.visitor("sam@example.com").get("/admin/personal").status_code == 403


def test_what_retention_will_do_is_shown(ann: Visitor) -> None:
    assert "30 days" in ann.get("/admin/retention").text


def test_groups_are_merged_by_a_rule_after_a_preview(site: Site, ann: Visitor) -> None:
    for name in ("Quartz Paper", "Lunar Glass"):
        site.create("company", name=f"{name} Works")
        site.create("company", name=f"{name} Works GmbH", city="Bonn")
    scan("company", site.system)
    listed = ann.get("/duplicates?object=company").text
    assert "Merge all by a rule" in listed
    chosen = re.findall(r'name="cluster" value="([0-9A-Z]{13})"', listed)
    address = "/duplicates/merge?object=company&survivor=complete&" + "&".join(f"cluster={id}" for id in chosen)
    shown = ann.get(address).text
    assert "Quartz Paper Works GmbH" in shown
    token = form_on(listed, "/duplicates/scan")["csrf_token"]
    said = {"csrf_token": token, "object": "company", "survivor": "complete", "cluster": chosen}
    answer = ann.client.post("/duplicates/merge", data=said)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/o/mass_change/")
