"""What somebody may not read is told by no detour: search, files, keys of upserts, kept answers, cursors."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from jimu.access import action_allowed, load_actor
from jimu.fieldtypes.ids import encode_id
from tests.api.conftest import FILES, Caller, Shop, files_key, prepare_shop

SECRETIVE = {
    "objects/shop/parcel.yaml": """
        label: Parcel
        title: "{name}"
        features: [attachments]
        fields:
          name: {type: text, required: true, search: true}
          marks: {type: tags, search: true}
          note: {type: text, search: true}
          number: {type: integer}
          scan: {type: attachment}
          photo: {type: image}
          company: {type: lookup, to: company}
    """,
    "objects/shop/stamp.yaml": """
        label: Stamp
        title: "{name}"
        owner: parent
        fields:
          name: {type: text, required: true}
          parcel: {type: parent, to: parcel}
    """,
    "objects/roles/carrier.yaml": """
        label: Carrier
        system: [api]
        objects:
          parcel: {create: true, read: own, update: own, export: false, fields: {note: none, scan: none}}
          company: {read: own}
    """,
    "objects/roles/clerk.yaml": """
        label: Clerk
        system: [api, users]
        objects:
          user: {create: true, read: all, update: all}
    """,
}


@pytest.fixture
def hidden(
    tmp_path: Path, backend: str, backend_urls: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    for path, text in SECRETIVE.items():
        monkeypatch.setitem(FILES, path, text)
    shop = Shop(tmp_path, backend_urls(backend, files_key(), prepare_shop))
    yield shop
    shop.runtime.close()


@pytest.fixture
def carrier(hidden: Shop) -> Caller:
    return hidden.user("Cara Carrier", "cara@example.com", ["carrier"])


def upload(who: Caller, record: str, name: str = "scan.txt", **query: str) -> Any:
    return who.send(
        "POST",
        "/files",
        query={"record": record, **query},
        data={"file": (io.BytesIO(b"whispered"), name, "text/plain")},
        content_type="multipart/form-data",
    )


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [record["name"] for record in answer.json["records"]]


def test_searching_a_list_does_not_look_into_hidden_fields(hidden: Shop, carrier: Caller) -> None:
    own = encode_id(carrier.user_id)
    hidden.boss.create("parcel", name="Blue box", note="whisper", marks=["fragile"], owner=own)
    assert names(hidden.boss.get("/records/parcel", search="whisper")) == ["Blue box"]
    assert names(carrier.get("/records/parcel", search="whisper")) == []
    assert names(carrier.get("/records/parcel", search="blue whisper")) == []
    assert names(carrier.get("/records/parcel", search="BLUE fragile")) == ["Blue box"]
    assert names(carrier.get("/records/parcel", search="blue' or \"\\")) == []
    assert carrier.get("/search", q="whisper").json["results"] == []
    assert [hit["title"] for hit in carrier.get("/search", q="blue").json["results"]] == ["Blue box"]


def test_files_of_a_hidden_field_are_not_there(hidden: Shop, carrier: Caller) -> None:
    parcel = hidden.boss.create("parcel", name="Box", owner=encode_id(carrier.user_id))
    scan = upload(hidden.boss, parcel["id"], field="scan").json["id"]
    loose = upload(hidden.boss, parcel["id"], "loose.txt").json["id"]
    assert names(carrier.get("/records/attachment", fields="name")) == ["loose.txt"]
    assert carrier.get("/records/attachment/aggregate", measures="count()").json["rows"] == [{"count": 1}]
    related = carrier.get(f"/records/parcel/{parcel['id']}/related/attachment.record", fields="name")
    assert names(related) == ["loose.txt"]
    for path in (f"/files/{scan}", f"/records/attachment/{scan}", f"/records/attachment/{scan}/history"):
        assert carrier.get(path).status_code == 404, path
    assert carrier.get("/search", q="scan").json["results"] == []
    assert carrier.get(f"/files/{loose}").status_code == 200


def test_a_file_is_added_only_to_fields_for_files_that_one_may_change(hidden: Shop, carrier: Caller) -> None:
    parcel = carrier.create("parcel", name="Box")["id"]
    assert upload(carrier, parcel, field="photo").status_code == 201
    for field in ("scan", "name", "nothing"):
        assert upload(carrier, parcel, field=field).status_code == 422, field


def test_an_upsert_does_not_tell_of_records_that_one_may_not_read(hidden: Shop, carrier: Caller) -> None:
    hidden.boss.create("parcel", name="Theirs", number=7)
    answer = carrier.post("/records/parcel/bulk", [{"number": 7, "name": "Mine"}], op="upsert", key="number")
    assert answer.json["results"][0]["status"] == "created"
    answer = carrier.post("/records/parcel/bulk", [{"number": 7, "name": "Again"}], op="upsert", key="number")
    assert answer.json["results"][0]["status"] == "updated"
    assert names(hidden.boss.get("/records/parcel", order="name", fields="name")) == ["Again", "Theirs"]


def test_a_hidden_field_is_no_key_and_is_never_suggested(hidden: Shop, carrier: Caller) -> None:
    for key in ("note", "noet"):
        answer = carrier.post("/records/parcel/bulk", [{"name": "Mine"}], op="upsert", key=key)
        assert answer.status_code == 422
        assert answer.json["results"][0]["error"]["details"]["suggestion"] != "note"


def test_a_kept_answer_is_not_given_to_a_token_with_narrower_scopes(hidden: Shop, carrier: Caller) -> None:
    key = {"Idempotency-Key": "once"}
    assert carrier.post("/records/parcel", {"name": "Box"}, headers=key).status_code == 201
    narrow = hidden.caller(carrier.user_id, ["read:company"])
    assert narrow.post("/records/parcel", {"name": "Box"}, headers=key).status_code in (403, 404)
    other = hidden.user("Cole", "cole@example.com", ["carrier"])
    assert "Idempotency-Replayed" not in other.post("/records/parcel", {"name": "Box"}, headers=key).headers


@pytest.mark.parametrize("order", ["number", "name", "-created_at", "company"])
def test_a_cursor_that_was_tampered_with_is_refused_as_one(hidden: Shop, carrier: Caller, order: str) -> None:
    for number in range(3):
        carrier.create("parcel", name=f"Box {number}", number=number)
    cursor = carrier.get("/records/parcel", order=order, limit=1).json["next"]
    mark, segment, values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    forged: list[Any] = [["p", "x"], ["p", 10**15], ["p", [1]], ["p", {"a": 1}], ["p", "\0"], ["n", "NaN"]]
    forged += [["n", "1e999999"], ["d", "2020-01-01"], ["f", "nan"], ["p", 1.5], ["q", 1], 5]
    for value in forged:
        text = base64.urlsafe_b64encode(orjson.dumps([mark, segment, [value, *values[1:]]])).decode().rstrip("=")
        answer = carrier.get("/records/parcel", order=order, after=text)
        assert answer.status_code in (200, 400), (value, answer.text)


@pytest.mark.parametrize("where", ["pin == '1234'", "len(pin) > 4", "left(pin, 1) == 'a'", "is_blank(pin)"])
def test_secrets_cannot_be_asked_for(small_shop: Shop, where: str) -> None:
    small_shop.boss.create("deal", name="Safe", pin="1234")
    assert small_shop.boss.get("/records/deal", where=where).status_code == 400
    for parameters in ({"order": "pin"}, {"search": "1234"}):
        assert small_shop.boss.get("/records/deal", **parameters).json.get("records", []) == []
    for parameters in ({"group": "pin"}, {"measures": "min(pin)"}, {"measures": "count_distinct(pin)"}):
        assert small_shop.boss.get("/records/deal/aggregate", **parameters).status_code == 400


def test_who_keeps_the_users_cannot_take_over_the_account_of_the_boss(hidden: Shop, carrier: Caller) -> None:
    clerk = hidden.user("Clara Clerk", "clara@example.com", ["clerk"])
    boss, below = (f"/records/user/{encode_id(who.user_id)}" for who in (hidden.boss, carrier))
    for change in ({"email": "mine@example.com"}, {"active": False}, {"roles": []}):
        answer = clerk.patch(boss, change)
        assert answer.status_code == 422, change
        assert "grant_exceeded" in {e["code"] for e in answer.json["errors"]}, change
    assert clerk.patch(boss, {"position": "Boss"}).status_code == 200
    assert clerk.patch(below, {"roles": ["boss"]}).status_code == 422
    assert clerk.patch(below, {"email": "cara2@example.com", "active": False}).status_code == 200
    assert clerk.post("/records/user", {"name": "X", "email": "x@example.com", "roles": ["boss"]}).status_code == 422


def test_what_hangs_on_a_record_that_may_not_be_exported_may_not_be_exported_either(
    hidden: Shop, carrier: Caller
) -> None:
    store, manifest = hidden.runtime.current.store, hidden.runtime.current.manifest
    with store.read() as transaction:
        actor = load_actor(transaction, manifest, carrier.user_id)
    assert actor is not None
    for object in ("parcel", "stamp", "attachment"):
        assert action_allowed(actor, manifest, object, "read"), object
    assert not action_allowed(actor, manifest, "parcel", "export")
    assert not action_allowed(actor, manifest, "stamp", "export")
