"""Care for data over HTTP: duplicates, merging, converting, cloning, what is known of a person."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jimu.access import SYSTEM, accounts
from jimu.app import create_app
from jimu.care.merging_many import carry_merges_on
from jimu.care.scanning import scan
from jimu.fieldtypes.ids import decode_id
from jimu.records import Create, write
from jimu.runtime import Runtime
from jimu.settings import Settings
from tests.api.conftest import Caller
from tests.care.shop import FILES


class Served:
    def __init__(self, folder: Path, url: str) -> None:
        for path, text in {"workspace.yaml": "name: shop\nlabel: Shop\nextends: []\n", **FILES}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
        self.runtime = Runtime(Settings(workspace=folder, home=folder / "var", database_url=url)).start()
        self.client = create_app(runtime=self.runtime).test_client(use_cookies=False)
        self.boss, self.seller = self.user("boss"), self.user("seller")

    def user(self, role: str) -> Caller:
        context = self.runtime.context(SYSTEM)
        values = {"name": role, "email": f"{role}@example.com", "roles": [role]}
        id = write.write(Create("user", values), context).id
        wish = accounts.TokenWish("test", None)
        token = accounts.create_token(context.store, id, wish, accounts.by_system(self.runtime.clock()))
        return Caller(self.client, token.secret, id)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    made = Served(folder, f"sqlite:///{folder / 'care.db'}")
    yield made
    made.runtime.close()


def problems(answer: Any) -> set[str]:
    return {problem["code"] for problem in answer.json["errors"]}


def test_a_duplicate_is_refused_with_what_was_found_until_a_reason_is_given(served: Served) -> None:
    first = served.boss.create("person", name="Ann", email="ann@acme.com")
    values = {"name": "Anna", "email": "ANN@acme.com"}
    answer = served.boss.post("/records/person", values)
    assert (answer.status_code, problems(answer)) == (422, {"duplicate", "duplicate_reason"})
    assert answer.json["details"]["duplicates"][0]["id"] == first["id"]
    found = served.boss.post("/duplicates/person", values).json["duplicates"]
    assert [(f["id"], f["rule"], f["score"]) for f in found] == [(first["id"], "same_mail", 1.0)]
    assert served.boss.post("/records/person", values, allow_duplicates="shared mailbox").status_code == 201


def test_merging_moves_what_hangs_on_the_others_and_leads_on(served: Served) -> None:
    one, other = (served.boss.create("company", name=name, city=city) for name, city in [("A", None), ("B", "Bonn")])
    order = served.boss.create("order", name="O", company=other["id"])
    body = {"ids": [one["id"], other["id"]], "master": one["id"]}
    seen = served.boss.post("/merge/company", {**body, "preview": True}).json
    assert seen == {"values": {"city": "Bonn"}, "fields": {"name": one["id"]}, "moved": {"order": 1}}
    done = served.boss.post("/merge/company", {**body, "fields": {"name": other["id"]}}).json
    assert (done["record"]["name"], done["record"]["city"], done["moved"]) == ("B", "Bonn", {"order": 1})
    assert served.boss.get(f"/records/order/{order['id']}").json["company"] == one["id"]
    led = served.boss.get(f"/records/company/{other['id']}")
    assert led.json["id"] == one["id"]
    assert led.headers["Content-Location"].endswith(one["id"])


@pytest.mark.parametrize(
    "body", [{}, {"ids": 1, "master": "x"}, {"ids": [], "master": "0000000000000"}, {"ids": ["0"], "fields": [1]}]
)
def test_a_merge_that_cannot_be_understood_is_refused(served: Served, body: dict[str, Any]) -> None:
    assert served.boss.post("/merge/company", body).status_code == 400


def test_clusters_are_found_and_dismissed(served: Served) -> None:
    pair = {served.boss.create("company", name=name)["id"] for name in ("Weyland", "WEYLAND Inc.")}
    assert served.seller.post("/duplicates/company/scan").status_code == 202
    scan("company", served.runtime.context(SYSTEM))
    clusters = served.boss.get("/duplicates/company/clusters", rule="same_name").json["clusters"]
    (mine,) = [c for c in clusters if {r["id"] for r in c["records"]} == pair]
    assert served.seller.post(f"/clusters/{mine['id']}/dismiss").status_code == 404
    assert served.boss.post(f"/clusters/{mine['id']}/dismiss").status_code == 204
    assert mine["id"] not in {c["id"] for c in served.boss.get("/duplicates/company/clusters").json["clusters"]}


def test_many_groups_are_merged_by_a_rule_followed_and_taken_back(served: Served) -> None:
    pairs = [
        [served.boss.create("company", name=f"{n} {end}")["id"] for end in ("", "Inc.")] for n in ("Oscorp", "Umbrella")
    ]
    scan("company", served.runtime.context(SYSTEM))
    clusters = served.boss.get("/duplicates/company/clusters", rule="same_name").json["clusters"]
    body = {
        "clusters": [c["id"] for c in clusters if c["records"][0]["id"] in {*pairs[0], *pairs[1]}],
        "survivor": "newest",
    }
    told = served.boss.post("/duplicates/company/merge/foresee", body).json
    assert (told["groups"], told["records"], {one["problem"] for one in told["first"]}) == (2, 2, {None})
    assert {one["master"] for one in told["first"]} == {pair[1] for pair in pairs}
    started = served.boss.post("/duplicates/company/merge", body)
    assert (started.status_code, started.json["action"], started.json["state"]) == (202, "merge", "running")
    unit = started.json["id"]
    carry_merges_on(decode_id(unit), served.runtime.context(SYSTEM))
    done = served.boss.get(f"/units/{unit}").json
    assert (done["state"], done["changed"], done["can_undo"]) == ("done", 2, True)
    assert served.boss.get(f"/records/company/{pairs[0][0]}").json["id"] == pairs[0][1]
    back = served.boss.post(f"/units/{unit}/undo").json
    assert (back["state"], back["undoes"]) == ("done", unit), back
    assert served.boss.get(f"/records/company/{pairs[0][0]}").json["id"] == pairs[0][0]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"survivor": "fattest"}, "survivor"),
        ({"values": ["own"]}, "values"),
        ({"rule": "none_such"}, "rule"),
        ({"alike": 2}, "alike"),
        ({"alike": True}, "alike"),
        ({"clusters": ["x"]}, "clusters"),
    ],
)
def test_a_rule_for_merging_that_cannot_be_understood_is_refused(served: Served, body: Any, field: str) -> None:
    for path in ("/duplicates/company/merge", "/duplicates/company/merge/foresee"):
        answer = served.boss.post(path, body)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, field)


def test_converting_is_previewed_and_done(served: Served) -> None:
    firm = served.boss.create("company", name="Stark Industries")
    lead = served.boss.create("prospect", company="Stark Industries Ltd", name="Tony")
    path, body = f"/records/prospect/{lead['id']}/convert", {"conversion": "prospect"}
    seen = served.boss.post(path, {**body, "preview": True}).json["steps"]
    assert [(f["id"], f["why"]) for f in seen["firm"]["found"]] == [(firm["id"], "same_name")]
    human = {"values": {"name": "Pepper"}}
    steps = {"firm": {"do": "existing", "id": firm["id"]}, "human": human, "deal": {"do": "skip"}}
    done = served.boss.post(path, {**body, "steps": steps}).json
    assert (done["records"]["human"]["name"], done["records"]["human"]["company"]) == ("Pepper", firm["id"])
    assert served.boss.post(path, body).status_code == 409


def test_a_record_is_cloned_with_children(served: Served) -> None:
    order = served.boss.create("order", name="O1")
    served.boss.create("order_line", order=order["id"], name="L1")
    kinds = served.boss.get("/clone/order").json["children"]
    assert kinds[0] == {"name": "order_line.order", "object": "order_line", "by_default": True}
    body = {"children": ["order_line.order"], "values": {"name": "O2"}}
    made = served.boss.post(f"/records/order/{order['id']}/clone", body).json
    lines = served.boss.get("/records/order_line", where=f"order == '{made['id']}'")
    assert made["name"] == "O2"
    assert lines.status_code == 200


def test_what_is_known_of_a_person_is_handed_out_and_erased(served: Served) -> None:
    eve = served.boss.create("person", name="Eve", email="eve@sample.org")
    served.boss.create("comment", record=eve["id"], text="about Eve")
    path = f"/records/person/{eve['id']}/personal"
    assert served.seller.get(path).status_code == 404
    assert {t["how"] for t in served.boss.get(path).json["records"]} == {"self", "about"}
    exported = served.boss.post(path + "/export", {})
    told = json.loads(zipfile.ZipFile(io.BytesIO(exported.data)).read("data.json"))
    assert told["title"] == "Eve"
    assert served.boss.post(path + "/erase", {}).json["changed"] == {"person": 1, "comment": 1}
    assert served.boss.get(f"/records/person/{eve['id']}").json["email"] is None


def test_what_retention_will_do_is_told_to_who_configures(served: Served) -> None:
    assert served.seller.get("/retention").status_code == 403
    assert {d["rule"] for d in served.boss.get("/retention").json["due"]} == {"bin", "old", "done", "sent"}
