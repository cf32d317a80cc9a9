"""Files up and down."""

from __future__ import annotations

import io

from tests.api.conftest import Caller, Shop
from tests.records.pictures import bomb, photo

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def upload(caller: Caller, record: str, name: str, data: bytes, **query: str) -> object:
    body = {"file": (io.BytesIO(data), name)}
    return caller.send("POST", "/files", data=body, query={"record": record, **query})


def test_a_file_comes_back_byte_for_byte_and_is_only_downloaded(shop: Shop) -> None:
    deal = shop.boss.create("deal", name="One")
    answer = upload(shop.boss, deal["id"], "报价 1.html", b"<script>alert(1)</script>")
    assert answer.status_code == 201, answer.text
    assert answer.json["name"] == "报价 1.html"
    got = shop.boss.get(f"/files/{answer.json['id']}")
    assert got.data == b"<script>alert(1)</script>"
    assert got.mimetype == "application/octet-stream"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in got.headers["Content-Security-Policy"]
    part = shop.boss.get(f"/files/{answer.json['id']}", headers={"Range": "bytes=1-6"})
    assert (part.status_code, part.data) == (206, b"script")
    again = shop.boss.get(f"/files/{answer.json['id']}", headers={"If-None-Match": got.headers["ETag"]})
    assert again.status_code == 304


def test_pictures_may_be_shown_in_place(shop: Shop) -> None:
    deal = shop.boss.create("deal", name="One")
    picture = upload(shop.boss, deal["id"], "a.png", PNG).json
    got = shop.boss.get(f"/files/{picture['id']}", disposition="inline")
    assert (got.mimetype, got.headers["Content-Disposition"].split(";")[0]) == ("image/png", "inline")


def test_who_may_not_read_the_record_gets_no_file(shop: Shop) -> None:
    theirs, mine = shop.boss.create("deal", name="One"), shop.seller.create("deal", name="Two")
    file = upload(shop.boss, theirs["id"], "a.txt", b"secret").json
    assert shop.seller.get(f"/files/{file['id']}").status_code == 404
    assert upload(shop.seller, theirs["id"], "b.txt", b"x").status_code == 404
    own = upload(shop.seller, mine["id"], "c.txt", b"mine")
    assert own.status_code == 201
    assert shop.seller.get(f"/files/{own.json['id']}").data == b"mine"


def test_an_upload_without_its_file_or_record_is_refused(shop: Shop) -> None:
    deal = shop.boss.create("deal", name="One")
    assert shop.boss.send("POST", "/files", data={"x": "y"}, query={"record": deal["id"]},
                          headers={"Content-Type": "multipart/form-data"}).status_code == 400  # fmt: skip
    assert shop.boss.send("POST", "/files", data={"file": (io.BytesIO(b"x"), "a")}).status_code == 400
    assert upload(shop.boss, "0000000000001", "a.txt", b"x").status_code == 404


def test_a_picture_has_thumbnails_for_whoever_may_fetch_it_and_other_files_have_none(shop: Shop) -> None:
    theirs = shop.boss.create("deal", name="One")
    picture = upload(shop.boss, theirs["id"], "a.jpg", photo()).json
    path = f"/files/{picture['id']}"
    got = shop.boss.get(path, size="96")
    assert (got.mimetype, got.headers["Cache-Control"]) == ("image/webp", "private, no-cache")
    assert len(got.data) < len(photo())
    again = shop.boss.get(path, size="96", headers={"If-None-Match": got.headers["ETag"]})
    assert again.status_code == 304
    assert got.headers["ETag"] != shop.boss.get(path, size="320").headers["ETag"]
    assert shop.boss.get(path, size="97").status_code == 400
    assert shop.seller.get(path, size="96").status_code == 404
    broken = upload(shop.boss, theirs["id"], "b.png", bomb()).json
    assert shop.boss.get(f"/files/{broken['id']}", size="96").status_code == 404
