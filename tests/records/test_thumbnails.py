"""Thumbnails: what they show, what they no longer tell, and that nothing that is sent in harms whoever makes one."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from jimu.jobs import RetryLater
from jimu.records import Delete, write
from jimu.records.file_jobs import GONE_JOB, remove_files
from jimu.records.files import Upload, find_file, store_file
from jimu.records.stored_files import StoredFile
from jimu.records.thumbnails import MOST_PIXELS, SIZES, find_thumbnail, thumbnails_of
from tests.records.pictures import bomb, moving, photo
from tests.records.project import Project


def stored(folder: Path, content: bytes, kind: str = "image/png") -> StoredFile:
    digest = hashlib.sha256(content).hexdigest()
    path = folder / digest
    path.write_bytes(content)
    return StoredFile("a.png", kind, len(content), digest, path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_thumbnail_stands_upright_and_tells_neither_place_nor_camera(tmp_path: Path, kind: str) -> None:
    made = find_thumbnail(stored(tmp_path, photo(kind=kind)), 96)
    assert made is not None
    with Image.open(made) as picture:
        assert (picture.format, picture.size) == ("WEBP", (48, 96))
        top, bottom = picture.convert("RGB").getpixel((24, 8)), picture.convert("RGB").getpixel((24, 88))
        assert top[0] > 150 > top[2]
        assert bottom[2] > 150 > bottom[0]
        assert not picture.getexif()
    data = made.read_bytes()
    assert b"EXIF" not in data
    assert b"Sample Camera" not in data


def test_a_small_picture_is_not_made_larger_and_keeps_its_holes(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 10), (0, 0, 0, 0)).save(out, "PNG")
    made = find_thumbnail(stored(tmp_path, out.getvalue()), 320)
    assert made is not None
    with Image.open(made) as picture:
        assert picture.size == (20, 10)
        assert picture.convert("RGBA").getpixel((5, 5))[3] == 0


def test_of_a_picture_that_moves_the_first_moment_is_shown(tmp_path: Path) -> None:
    made = find_thumbnail(stored(tmp_path, moving(), "image/gif"), 96)
    assert made is not None
    with Image.open(made) as picture:
        assert getattr(picture, "n_frames", 1) == 1
        assert picture.convert("RGB").getpixel((40, 20))[0] > 150


@pytest.mark.parametrize(
    "content",
    [
        bomb(),
        bomb(int(MOST_PIXELS**0.5) + 10),
        b"\x89PNG\r\n\x1a\n" + b"0" * 40,
        photo(kind="PNG")[:200],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"",
    ],
    ids=["bomb", "a little too large", "no picture", "cut off", "svg", "postscript", "nothing"],
)
def test_what_cannot_be_opened_safely_has_no_thumbnail_and_is_not_tried_again(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = stored(tmp_path, content)
    assert find_thumbnail(file, 96) is None
    monkeypatch.setattr(Image, "open", None)
    assert find_thumbnail(file, 320) is None


def test_a_thumbnail_is_made_once_and_only_in_the_sizes_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = stored(tmp_path, photo(), "image/jpeg")
    made = find_thumbnail(file, 96)
    monkeypatch.setattr(Image, "open", None)
    assert find_thumbnail(file, 96) == made
    assert find_thumbnail(file, 97) is None
    assert not list(tmp_path.glob(".coming-*"))


def test_the_bytes_go_when_the_last_record_is_removed_for_good(project: Project, tmp_path: Path) -> None:
    context = project.system
    context.settings["home"] = str(tmp_path)
    account = project.create("customer", name="Acme")
    one, other = (store_file(Upload(n, "", io.BytesIO(photo())), account, context).id for n in ("a.jpg", "b.jpg"))
    file = find_file(one, context)
    beside = [find_thumbnail(file, size) for size in SIZES]
    os.utime(file.path, (0, 0))

    write.write(Delete("attachment", other), context)
    write.write(Delete("attachment", one, purge=True), context)
    _do_jobs(context)
    assert file.path.is_file()  # the other one lies in the recycle bin

    write.write(Delete("attachment", other, purge=True), context)
    os.utime(file.path)
    with pytest.raises(RetryLater):
        _do_jobs(context)
    os.utime(file.path, (0, 0))
    _do_jobs(context)
    assert not file.path.is_file()
    assert not any(p.exists() for p in (*beside, *thumbnails_of(file.path)) if p)


def _do_jobs(context: object) -> None:
    with context.store.read() as transaction:
        jobs = [j for j in transaction.list_jobs("waiting") if j["kind"] == GONE_JOB]
    assert jobs
    for job in jobs:
        remove_files(SimpleNamespace(payload=job["payload"]), context)
