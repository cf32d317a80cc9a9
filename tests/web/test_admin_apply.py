"""Plan, apply and roll back from the browser, on a workspace of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jimu.app import create_app
from jimu.runtime import Runtime
from jimu.settings import Settings
from tests.databases import BACKENDS_MARKED, fresh_database
from tests.web.site import Site, Visitor, form_on
from tests.web.workspace import FILES, write_workspace

MAKER = "objects/shop/maker.yaml"
COLOR = "  color: {type: text, label: {en: Colour, zh-CN: 颜色, zh-TW: 顏色}}\n"


@dataclass
class Shop:
    site: Site
    folder: Path
    ada: Visitor

    @property
    def text(self) -> str:
        return (self.folder / MAKER).read_text("utf-8")

    def write(self, text: str, path: str = MAKER) -> None:
        (self.folder / path).write_text(text, "utf-8")

    def carry_out(self, path: str = "/admin/plan", **changes: Any) -> Any:
        """Look at the plan, then send its form with ``changes``."""
        form: dict[str, Any] = dict(form_on(self.ada.get(path).text, path))
        return self.ada.client.post(path, data={**form, **changes})

    @property
    def revision(self) -> int:
        return self.site.runtime.refresh().revision


@pytest.fixture(params=BACKENDS_MARKED)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    with fresh_database(str(request.param), tmp_path) as database_url:
        folder = write_workspace(tmp_path / "shop")
        settings = Settings(workspace=folder, home=tmp_path / "var", database_url=database_url)
        runtime = Runtime(settings).start()
        site = Site(runtime, create_app(runtime=runtime))
        site.user("Ada", "keeper")
        yield Shop(site, folder, site.visitor("ada@example.com"))
        runtime.close()


def test_a_new_field_is_planned_applied_seen_and_taken_back(shop: Shop) -> None:
    assert "Nothing to do" in shop.ada.get("/admin/plan").text
    shop.write(shop.text + COLOR)
    page = shop.ada.get("/admin/plan").text
    assert "maker.color" in page
    assert shop.revision == 1
    answer = shop.carry_out(note="colours for all")
    assert answer.location == "/admin/revisions/2"
    assert "Colour" in shop.ada.get("/o/maker/new").text
    detail = shop.ada.get("/admin/revisions/2").text
    assert "New field maker.color." in detail
    assert "colours for all" in detail
    assert "color: {type: text" in detail
    listed = shop.ada.get("/admin/revisions").text
    assert "colours for all" in listed
    assert "Ada" in listed
    maker = shop.site.create("maker", name="Red", color="red")
    back = "/admin/revisions/1/rollback"
    preview = shop.ada.get(back).text
    assert "values go out of sight" in preview
    assert shop.carry_out(back).status_code == 409
    assert shop.revision == 2
    assert shop.carry_out(back, confirmation="workshop").location == "/admin/revisions/3"
    assert "Colour" not in shop.ada.get("/o/maker/new").text
    assert shop.carry_out(confirmation="workshop").location == "/admin/revisions/4"
    assert shop.site.record("maker", maker).values["color"] == "red"


def test_files_that_do_not_load_are_told_with_their_places(shop: Shop) -> None:
    shop.write(shop.text + "  broken: {type: txt}\n")
    page = shop.ada.get("/admin/plan").text
    assert "The files do not load." in page
    assert f"{MAKER}:9:19" in page or f"{MAKER}:9:" in page
    assert "Did you mean" in page
    token = shop.ada.token
    answer = shop.ada.client.post("/admin/plan", data={"csrf_token": token, "base": "1", "target": "x"})
    assert answer.status_code == 409
    assert shop.revision == 1


def test_a_plan_that_is_no_longer_what_was_looked_at_is_refused(shop: Shop) -> None:
    shop.write(shop.text + COLOR)
    form: dict[str, Any] = dict(form_on(shop.ada.get("/admin/plan").text, "/admin/plan"))
    shop.write(shop.text + "  size: {type: integer}\n")
    answer = shop.ada.client.post("/admin/plan", data=form)
    assert answer.status_code == 409
    assert "have changed since this plan was made" in answer.text
    assert "maker.size" in answer.text
    assert shop.revision == 1


def test_a_plan_is_refused_when_another_revision_came_first(shop: Shop) -> None:
    shop.write(shop.text + COLOR)
    form: dict[str, Any] = dict(form_on(shop.ada.get("/admin/plan").text, "/admin/plan"))
    assert shop.carry_out().status_code == 303
    shop.write(shop.text + "  size: {type: integer}\n")
    answer = shop.ada.client.post("/admin/plan", data=form)
    assert answer.status_code == 409
    assert "Revision 2 was applied after this plan was made" in answer.text
    assert shop.revision == 2


def test_values_are_lost_only_where_it_was_confirmed_by_typing(shop: Shop) -> None:
    shop.write(shop.text + COLOR)
    shop.carry_out()
    shop.site.create("maker", name="Wordy", color="not a number")
    shop.site.create("maker", name="Exact", color="12")
    shop.write(shop.text.replace("color: {type: text,", "color: {type: integer,"))
    page = shop.ada.get("/admin/plan").text
    assert "values are lost" in page
    assert "not a number" in page
    refused = shop.carry_out()
    assert refused.status_code == 409
    assert "Type workshop to confirm" in refused.text
    assert shop.carry_out(confirmation="wrong").status_code == 409
    without = shop.carry_out(confirmation="workshop", allow=[])
    assert without.status_code == 409
    assert shop.revision == 2
    assert shop.carry_out(confirmation="workshop").status_code == 303
    assert shop.revision == 3


def test_what_the_database_itself_would_refuse_cannot_be_applied(shop: Shop) -> None:
    for _ in range(2):
        shop.site.create("maker", name="Twin")
    shop.write(shop.text.replace("required: true, max_length: 80", "required: true, unique: true, max_length: 80"))
    page = shop.ada.get("/admin/plan").text
    assert "has to be mended first" in page
    assert '<form method="post" action="/admin/plan"' not in page


def test_texts_of_files_are_shown_and_never_run(shop: Shop) -> None:
    shop.write(shop.text + '  note: {type: text, label: "<script>alert(1)</script>"}\n')
    page = shop.ada.get("/admin/plan").text
    assert "<script>alert" not in page
    assert shop.carry_out().status_code == 303
    for path in (
        "/admin/revisions/2",
        f"/admin/source?file={MAKER}",
        "/admin/objects/maker",
        "/admin/objects/maker/note",
    ):
        text = shop.ada.get(path).text
        assert "<script>alert" not in text, path
        assert "&lt;script&gt;alert(1)" in text, path


def test_two_revisions_are_compared_in_either_direction(shop: Shop) -> None:
    shop.write(shop.text + COLOR)
    shop.carry_out()
    html = shop.ada.get("/admin/revisions/1?against=2").text
    assert "The field maker.color is gone." in html
    assert shop.ada.get("/admin/revisions/99").status_code == 404
    assert shop.ada.get("/admin/revisions/x").status_code == 404


def test_who_applies_does_not_shut_out_themselves_unnoticed(shop: Shop) -> None:
    path = "objects/roles/keeper.yaml"
    text = FILES[path]
    shop.write(text + "allowed_addresses: [10.0.0.0/8]\n", path)
    refused = shop.carry_out()
    assert refused.status_code == 409
    assert "would be shut out" in refused.text
    shop.write(text + "allowed_addresses: [127.0.0.0/8]\n", path)
    assert shop.carry_out().status_code == 303
