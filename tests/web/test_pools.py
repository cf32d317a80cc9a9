"""Pools in the browser and over the API: look, claim, return with a reason, assign, preview, run and undo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jimu.access import accounts
from jimu.access.api_tokens import TokenWish, create_token
from jimu.fieldtypes.ids import encode_id
from tests.databases import BACKENDS_MARKED
from tests.flows.pools.company import FILES
from tests.web.opened import opened_site
from tests.web.site import Site, Visitor


@pytest.fixture(scope="module", params=BACKENDS_MARKED)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("pools"), FILES, str(request.param)) as made:
        made.user("Rita", "rep", position="Sales")
        made.user("Olga", "rep", position="Sales")
        made.user("Carla", "chief")
        made.user("Sam", "rep", position="Service")
        yield made


@pytest.fixture
def rita(site: Site) -> Visitor:
    return site.visitor("rita@example.com")


@pytest.fixture
def carla(site: Site) -> Visitor:
    return site.visitor("carla@example.com")


def lead(site: Site, name: str, **values: Any) -> int:
    return site.create("lead", **{"name": name, "region": "north", "phone": "+8613812345678", "owner": None, **values})


def post(visitor: Visitor, path: str, **fields: Any) -> Any:
    return visitor.client.post(path, data={"csrf_token": visitor.token, **fields})


def owner(site: Site, id: int) -> Any:
    return site.record("lead", id).values["owner"]


def test_a_member_looks_claims_and_returns(site: Site, rita: Visitor) -> None:
    id = lead(site, "Aspen", secret_plan="hush")
    page = rita.get("/pool/north?q=Aspen").text
    assert "Aspen" in page
    assert "Claimed today: 0 of 3" in page
    assert f'name="_ids" value="{encode_id(id)}"' in page
    record = rita.get(f"/o/lead/{encode_id(id)}").text
    assert "138****5678" in record
    assert "hush" not in record
    assert post(rita, "/pool/north/claim", _ids=encode_id(id)).status_code == 303
    assert owner(site, id) == site.ids("user")["Rita"]
    record = rita.get(f"/o/lead/{encode_id(id)}").text
    assert "hush" in record
    assert f"/o/lead/{encode_id(id)}/return" in record
    panel = rita.get(f"/o/lead/{encode_id(id)}/ownership").text
    assert "Claimed" in panel
    assert "Goes back to the pool" in panel
    form = f"/o/lead/{encode_id(id)}/return"
    assert "no_need" in rita.get(form).text
    assert post(rita, form, note="x").status_code == 422
    assert post(rita, form, reason="no_need", note="Not now").status_code == 303
    assert owner(site, id) is None


def test_who_is_second_is_told_and_strangers_find_nothing(site: Site, rita: Visitor) -> None:
    id = lead(site, "Birch")
    olga, sam = site.visitor("olga@example.com"), site.visitor("sam@example.com")
    post(olga, "/pool/north/claim", _ids=encode_id(id))
    answer = rita.client.post(
        "/pool/north/claim", data={"csrf_token": rita.token, "_ids": encode_id(id)}, follow_redirects=True
    )
    assert "Olga was first" in answer.text
    assert sam.get("/pool/north").status_code == 404
    assert post(sam, "/pool/north/claim", _ids=encode_id(id)).status_code == 404
    assert sam.get("/pool/north/manage").status_code == 404
    assert rita.get("/pool/north/manage").status_code == 403
    assert post(rita, "/pool/north/run").status_code == 403
    assert '/pool/north"' not in sam.get("/pools").text
    assert '/pool/north"' in rita.get("/pools").text


def test_a_dialog_tells_of_each_record_that_could_not_be_had(site: Site, rita: Visitor) -> None:
    ids = [lead(site, f"Cedar {n}", level="a") for n in range(2)]
    form = {"csrf_token": rita.token, "_ids": ",".join(map(encode_id, ids))}
    headers = {"X-Requested-With": "fetch"}
    assert "2 records are selected" in rita.client.post("/pool/north/form/claim", data=form, headers=headers).text
    assert rita.client.post("/pool/north/form/assign", data=form, headers=headers).status_code == 403
    post(site.visitor("olga@example.com"), "/pool/north/claim", _ids=encode_id(ids[0]))
    answer = rita.client.post("/pool/north/claim", data=form, headers=headers)
    assert answer.status_code == 200
    assert "Olga was first" in answer.text
    assert "Claimed: 1." in answer.text


def test_a_manager_assigns_previews_runs_and_takes_back(site: Site, carla: Visitor) -> None:
    id = lead(site, "Dogwood")
    rita = site.ids("user")["Rita"]
    page = carla.get("/pool/north").text
    assert "/pool/north/manage" in page
    assert "/pool/north/form/assign" in page
    assert "Rita" in carla.get(f"/o/lead/{encode_id(id)}/assign").text
    assert post(carla, "/pool/north/assign", _ids=encode_id(id), people=encode_id(rita)).status_code == 303
    assert owner(site, id) == rita
    manage = carla.get("/pool/north/manage").text
    assert "A member claims at most 3 a day." in manage
    assert "Log an activity." in manage
    assert post(carla, "/pool/north/run").status_code == 303
    assert "/pool/north/manage" not in site.visitor("rita@example.com").get("/pool/north").text


def api(site: Site, name: str) -> Any:
    user = site.ids("user")[name]
    runtime = site.runtime
    made = create_token(runtime.current.store, user, TokenWish("test"), accounts.by_system(runtime.clock()))
    client = site.app.test_client()

    def call(method: str, path: str, json: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {made.secret}"}
        return client.open(f"/api/v1{path}", method=method, json=json, headers=headers)

    return call


def test_the_api_does_the_same(site: Site) -> None:
    rep, chief = api(site, "Olga"), api(site, "Carla")
    id, other = lead(site, "Elm"), lead(site, "Fir", level="c")
    (north, *_) = [p for p in rep("GET", "/pools").json["pools"] if p["name"] == "north"]
    assert north["object"] == "lead"
    assert north["usage"]["per_day"] == 3
    found = rep("POST", "/pools/north/claim", {"ids": [encode_id(id)]})
    assert found.status_code == 200, found.text
    assert found.json["results"][0]["status"] == "done"
    again = api(site, "Rita")("POST", "/pools/north/claim", {"ids": [encode_id(id)]}).json["results"][0]
    assert (again["status"], again["owner"]) == ("taken", encode_id(site.ids("user")["Olga"]))
    assert rep("POST", "/pools/north/claim", {"ids": "x"}).status_code == 400
    assert rep("GET", "/pools/north/preview").status_code == 403
    preview = chief("GET", "/pools/north/preview?on=2099-01-01")
    assert preview.status_code == 200, preview.text
    assert preview.json["count"] >= 1
    assert chief("GET", "/pools/north/preview?on=soon").status_code == 400
    assert rep("POST", "/pools/return/lead", {"ids": [encode_id(id)]}).status_code == 422
    back = rep("POST", "/pools/return/lead", {"ids": [encode_id(id)], "reason": "no_need"})
    assert back.json["done"] == 1
    told = chief("GET", f"/assignments/lead/{encode_id(other)}/explain").json["rules"]
    assert {r["rule"]: r["holds"] for r in told} == {"turn": False, "match": True}
    assert chief("POST", "/pools/north/run").json["state"] == "done"


def test_the_page_why_tells_who_would_get_the_record(site: Site, carla: Visitor) -> None:
    id = lead(site, "Oak", level="c")
    shown = carla.get(f"/o/lead/{encode_id(id)}/why").text
    assert "Who would get it by the assignment rules" in shown
    assert "does not take this record" in shown
