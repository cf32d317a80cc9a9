"""The manifest browser, the jobs, the recycle bin."""

from __future__ import annotations

import re

from jimu.fieldtypes.ids import encode_id
from jimu.records import write
from jimu.records.commands import Delete
from jimu.storage import JobRow
from tests.web.site import Site, Visitor
from tests.web.test_admin_users import post


def test_an_object_is_shown_with_its_fields_roles_columns_and_places(site: Site, ada: Visitor) -> None:
    html = ada.get("/admin/objects/thing").text
    cost = re.search(r'<tr><th scope="row">\s*<a href="/admin/objects/thing/cost">.*?</tr>', html, re.DOTALL)
    assert cost
    assert "currency" in cost[0]
    assert "objects/shop/thing.yaml" in html
    assert "Say how many were sold." in html
    assert "page:thing" in html
    assert ada.get("/admin/objects/nothing").status_code == 404
    assert ada.get("/admin/objects/thing/nothing").status_code == 404


def test_a_field_is_shown_with_everything_that_uses_it(ada: Visitor) -> None:
    html = ada.get("/admin/objects/thing/pieces").text
    for what in ("is computed from it", "checks it", "has it as a column", "shows it"):
        assert what in html, what
    assert "thing.double" in html
    assert "thing#check:sold_needs_pieces" in html
    assert "list:thing_sold" in html


def test_what_depends_on_what_is_drawn_and_listed(ada: Visitor) -> None:
    html = ada.get("/admin/objects/thing/pieces").text
    assert '<svg class="graph-svg"' in html
    assert "style=" not in html
    listed = html[html.index("As a list") :]
    assert 'href="/admin/objects/thing/pieces"' in listed
    assert 'href="/admin/objects/thing/double"' in listed
    assert '<svg class="graph-svg"' in ada.get("/admin/objects/maker").text


def test_objects_are_found_by_the_labels_of_their_fields_and_by_module(ada: Visitor) -> None:
    assert "/admin/objects/thing" in ada.get("/admin/objects?q=毛利").text
    assert '"/admin/objects/maker"' not in ada.get("/admin/objects?q=毛利").text
    assert '"/admin/objects/user"' not in ada.get("/admin/objects?module=shop").text


def test_the_source_of_a_revision_is_shown_line_by_line(ada: Visitor) -> None:
    html = ada.get("/admin/source?file=objects/shop/maker.yaml").text
    assert '<tr id="L2">' in html
    assert "zh-CN: 厂商" in html
    assert ada.get("/admin/source?file=/etc/passwd").status_code == 404
    assert ada.get("/admin/source?file=../../secret_key").status_code == 404


def test_jobs_are_looked_at_tried_again_and_cancelled(site: Site, ada: Visitor) -> None:
    now = site.runtime.clock()
    with site.runtime.database.write() as transaction:
        failed, waiting = transaction.emit([JobRow("mail", {"to": "<b>x</b>"}, key=None), JobRow("export")])
        claimed = transaction.claim_jobs(now, now, 1, "worker:one")
        assert [j.id for j in claimed] == [failed]
        transaction.bury_job(failed, "worker:one", now, "Traceback\nValueError: <i>no</i> such address")
    page = ada.get("/admin/jobs").text
    assert "ValueError: &lt;i&gt;no" in page
    assert f"/admin/jobs/{failed}" in page
    assert f"/admin/jobs/{waiting}" not in page
    detail = ada.get(f"/admin/jobs/{failed}").text
    assert "&lt;b&gt;x" in detail
    assert "Traceback" in detail
    assert post(ada, f"/admin/jobs/{failed}/retry").status_code == 303
    assert post(ada, f"/admin/jobs/{failed}/retry").status_code == 409
    assert post(ada, f"/admin/jobs/{waiting}/cancel").status_code == 303
    assert post(ada, f"/admin/jobs/{waiting}/cancel").status_code == 409
    assert "cancelled by Ada" in ada.get("/admin/jobs?state=dead").text
    assert ada.get("/admin/jobs/999999").status_code == 404
    assert f"/admin/jobs/{failed}" in ada.get("/admin/jobs?state=waiting&kind=mail").text
    assert f"/admin/jobs/{failed}" not in ada.get("/admin/jobs?state=waiting&kind=other").text


def test_jobs_come_a_page_at_a_time(site: Site, ada: Visitor) -> None:
    with site.runtime.database.write() as transaction:
        transaction.emit([JobRow("many") for _ in range(60)])
    first = ada.get("/admin/jobs?state=waiting&kind=many").text
    more = re.search(r'href="(/admin/jobs\?[^"]*before=\d+[^"]*)"', first)
    assert more
    second = ada.get(more[1].replace("&amp;", "&")).text
    seen = [set(re.findall(r'href="/admin/jobs/(\d+)"', page)) for page in (first, second)]
    assert [len(s) for s in seen] == [50, 10]
    assert not seen[0] & seen[1]


def test_the_bin_tells_who_deleted_what_and_gives_back_what_is_ticked(site: Site, ada: Visitor) -> None:
    ids = [site.create("thing", name=f"Bin {n}") for n in range(3)]
    context = site.runtime.context(_actor(site, "ada@example.com"))
    for id in ids:
        write.write(Delete("thing", id), context)
    page = ada.get("/bin?object=thing&q=bin").text
    assert page.count("data-tick ") == 3
    assert "Ada" in page
    assert ada.get("/bin?object=thing&q=nothinglikeit").text.count("data-tick ") == 0
    chosen = [encode_id(id) for id in ids[:2]]
    assert post(ada, "/bin/thing/restore", id=chosen).status_code == 303
    assert site.record("thing", ids[0]).title == "Bin 0"
    assert post(ada, "/bin/thing/restore").status_code == 400


def test_removing_for_good_asks_for_the_name_of_what_is_removed(site: Site, ada: Visitor) -> None:
    id = site.create("thing", name="Gone for good")
    write.write(Delete("thing", id), site.system)
    chosen = encode_id(id)
    assert post(ada, "/bin/thing/purge", id=[chosen]).status_code == 400
    assert "Gone for good" in ada.get("/bin?object=thing&q=gone+for").text
    assert post(ada, "/bin/thing/purge", id=[chosen], confirmation="things").status_code == 303
    assert "Gone for good" not in ada.get("/bin?object=thing&q=gone+for").text


def test_who_may_not_remove_for_good_cannot_by_any_form(site: Site, bob: Visitor) -> None:
    id = site.create("thing", name="Kept")
    write.write(Delete("thing", id), site.system)
    answer = post(bob, "/bin/thing/purge", id=[encode_id(id)], confirmation="Things")
    assert answer.status_code in (403, 404)


def _actor(site: Site, email: str) -> object:
    from jimu.access.loading import load_actor

    snapshot = site.runtime.current
    with snapshot.store.read() as transaction:
        id = transaction.find_ids("user", "email", [email])[email][0]
        return load_actor(transaction, snapshot.manifest, id)
