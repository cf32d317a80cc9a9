"""The record page: what stands on it, what it costs, and that nothing on it tells what its reader may not know."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from jimu.fieldtypes.ids import encode_id
from jimu.records import Create, Update, read, write
from jimu.records.requests import ListRequest
from jimu.storage.metering import counted
from jimu.web.pages.markdown import to_html
from tests.records.pictures import bomb, photo
from tests.web.site import Site, Visitor, url

FETCH = {"X-Requested-With": "fetch"}
PIECES = ("", "/pieces", "/card", "/history", "/timeline", "/comments", "/attachments")


def post(visitor: Visitor, path: str, data: dict[str, Any] | None = None) -> Any:
    return visitor.client.post(path, data={**(data or {}), "csrf_token": visitor.token}, headers=FETCH)


def names_edited(html: str) -> set[str]:
    return set(re.findall(r'data-edit="(\w+)"', html))


@pytest.fixture
def thing(site: Site) -> int:
    return site.create("thing", name="Whole", cost="4711.00", grade=3, pieces=5, maker=site.makers["Acme"])


def test_a_page_asks_for_what_is_seen_at_once_and_for_nothing_else(site: Site, ada: Visitor, thing: int) -> None:
    ada.get(url("thing", thing))
    with counted() as meter:
        ada.get(url("thing", thing))
    assert meter.queries <= 3  # the session, the record, the titles of what it points at


def test_every_part_of_the_page_is_bounded(site: Site, ada: Visitor, thing: int) -> None:
    for part in ("/card", "/history", "/timeline", "/comments", "/attachments", "/pieces"):
        ada.get(url("thing", thing, part))
        with counted() as meter:
            assert ada.get(url("thing", thing, part)).status_code == 200
        assert meter.queries <= 14, part
    many = meter.queries
    for n in range(30):
        site.create("comment", record=thing, text=f"number {n}")
    with counted() as meter:
        ada.get(url("thing", thing, "/timeline"))
    assert meter.queries <= many + 14


def test_a_field_that_may_not_be_read_is_in_no_piece_of_the_page(site: Site, bob: Visitor, thing: int) -> None:
    write.write(Update("thing", thing, {"cost": "4712.00"}), site.system)
    for part in PIECES:
        html = bob.get(url("thing", thing, part)).text
        assert not re.search(r"4,?71[12]\.", html), part
        assert not re.search(r"\bCost\b", html), part


def test_what_may_not_be_changed_has_no_pencil_but_a_reason(site: Site, ada: Visitor, bob: Visitor, thing: int) -> None:
    mine, his = ada.get(url("thing", thing)).text, bob.get(url("thing", thing)).text
    assert {"name", "grade", "pieces"} <= names_edited(mine)
    assert "number" not in names_edited(mine)
    assert "double" not in names_edited(mine)
    assert "Number: Numbered by itself" in mine
    assert "Twice: Computed by a formula" in mine
    assert "grade" not in names_edited(his)
    assert "Grade: Your roles do not allow changing this" in his


def test_who_may_only_read_an_object_gets_no_controls(site: Site, bob: Visitor) -> None:
    page = bob.get(url("maker", site.makers["Acme"])).text
    assert names_edited(page) == set()
    assert "You may not change this record" in page
    assert "/edit" not in page


def test_a_condition_decides_in_the_pieces_as_on_the_page(site: Site, ada: Visitor) -> None:
    id = site.create("thing", name="Conditional", state="broken", reason="worn out")
    assert "worn out" in ada.get(url("thing", id, "/pieces")).text
    site.update("thing", id, state="draft")
    assert "worn out" not in ada.get(url("thing", id, "/pieces")).text


# --- related lists ----------------------------------------------------------------------------------------------------


def test_a_related_list_counts_sorts_and_leads_to_all(site: Site, ada: Visitor) -> None:
    maker = site.create("maker", name="Counted")
    for name, pieces in (("Anvil", 1), ("Zither", 2)):
        site.create("thing", name=name, maker=maker, pieces=pieces)
    path = url("maker", maker, "/related/thing/maker")
    html = ada.get(path).text
    assert "<template data-count-now>2</template>" in html
    down = ada.get(f"{path}?order=-name").text
    assert down.index("Zither") < down.index("Anvil")
    everything = re.search(r'href="(/o/thing\?where=[^"]+)"', ada.get(url("maker", maker)).text)
    assert everything
    listed = ada.get(everything[1].replace("&amp;", "&")).text
    assert "Anvil" in listed
    assert "Whole" not in listed


def test_a_record_made_in_a_related_list_points_at_this_one(site: Site, ada: Visitor) -> None:
    maker = site.create("maker", name="Parent of new")
    path = url("maker", maker, "/related/thing/maker/new")
    assert 'name="name"' in ada.get(path).text
    refused = post(ada, path, {"name": ""})
    assert refused.status_code == 422
    assert "field-errors" in refused.text
    made = post(ada, path, {"name": "Made there", "maker": encode_id(site.makers["Globex"])})
    assert "Made there" in made.text
    request = ListRequest("thing", where=f"maker == '{encode_id(maker)}'")
    assert [r.title for r in read.list_records(request, site.system).records] == ["Made there"]


def test_who_may_not_create_gets_no_short_form(site: Site, bob: Visitor) -> None:
    assert bob.get(url("thing", site.create("thing", name="X"), "/related/maker/none/new")).status_code == 404


# --- history ----------------------------------------------------------------------------------------------------------


def entry_of(html: str, field: str) -> str:
    found = re.search(rf'data-get="([^"]*/history/\w+/{field})"', html)
    assert found
    return found[1]


def test_history_is_read_in_words_and_filtered_by_field(site: Site, ada: Visitor, thing: int) -> None:
    site.update("thing", thing, pieces=6)
    site.update("thing", thing, grade=4)
    html = ada.get(url("thing", thing, "/history")).text
    assert "changed the record" in html
    assert "on the command line" in html
    only = ada.get(url("thing", thing, "/history?field=pieces")).text
    assert entry_of(only, "pieces")
    assert not re.search(r"/history/\w+/grade", only)


def test_an_entry_has_an_address_of_its_own(site: Site, ada: Visitor, thing: int) -> None:
    site.update("thing", thing, pieces=6)
    entry = entry_of(ada.get(url("thing", thing, "/history")).text, "pieces").split("/")[-2]
    for n in range(25):
        site.update("thing", thing, grade=n % 5 + 1)
    html = ada.get(url("thing", thing, f"/history?at={entry}")).text
    assert f'id="entry-{entry}"' in html
    assert "is-named" in html


def test_an_old_value_is_put_back_by_an_ordinary_write(site: Site, ada: Visitor, thing: int) -> None:
    site.update("thing", thing, pieces=6)
    path = entry_of(ada.get(url("thing", thing, "/history")).text, "pieces")
    question = ada.get(path).text
    version = re.search(r'name="_version" value="(\d+)"', question)
    assert version
    site.update("thing", thing, grade=1)
    late = post(ada, path, {"_version": version[1]})
    assert late.status_code == 409
    assert site.record("thing", thing).values["pieces"] == 6
    again = re.search(r'name="_version" value="(\d+)"', late.text)
    assert again
    assert post(ada, path, {"_version": again[1]}).status_code == 200
    assert site.record("thing", thing).values["pieces"] == 5


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("name", "Whole", "Other"),
        ("weight", "1.500", "2"),
        ("cost", "4711.00", "1"),
        ("made_on", "2026-01-02", "2026-01-03"),
        ("seen_at", "2026-01-02T03:04:00+00:00", "2027-01-02T03:04:00+00:00"),
        ("opens", "08:30", "09:30"),
        ("takes", 5400, 60),
        ("ready", True, False),
        ("state", "draft", "broken"),
        ("uses", ["home"], ["road"]),
        ("words", ["a", "b"], []),
        ("data", {"a": 1}, {"b": 2}),
        ("notes", "long", None),
    ],
)
def test_every_kind_of_value_can_be_put_back(
    site: Site, ada: Visitor, thing: int, field: str, old: Any, new: Any
) -> None:
    site.update("thing", thing, **{field: old, "reason": "worn"})
    before = site.record("thing", thing).values[field]
    site.update("thing", thing, **{field: new})
    assert site.record("thing", thing).values[field] != before
    path = entry_of(ada.get(url("thing", thing, f"/history?field={field}")).text, field)
    assert post(ada, path).status_code == 200
    assert site.record("thing", thing).values[field] == before


def test_a_reference_is_put_back_by_its_title(site: Site, ada: Visitor, thing: int) -> None:
    acme, globex = site.makers["Acme"], site.makers["Globex"]
    site.update("thing", thing, partners=[acme, globex])
    site.update("thing", thing, maker=globex, partners=[])
    for field, value in (("maker", acme), ("partners", [acme, globex])):
        path = entry_of(ada.get(url("thing", thing, f"/history?field={field}")).text, field)
        assert "Acme" in ada.get(path).text
        assert post(ada, path).status_code == 200
        found = site.record("thing", thing).values[field]
        assert (sorted(found) if isinstance(found, list) else found) == (
            sorted(value) if isinstance(value, list) else value
        )


def test_nobody_puts_back_what_they_may_not_write(site: Site, ada: Visitor, bob: Visitor, thing: int) -> None:
    site.update("thing", thing, grade=5, cost="1.00")
    mine = ada.get(url("thing", thing, "/history")).text
    for field in ("grade", "cost"):
        path = entry_of(mine, field)
        assert bob.get(path).status_code == 404
        assert post(bob, path).status_code == 404
    assert site.record("thing", thing).values["grade"] == 5


# --- comments ---------------------------------------------------------------------------------------------------------


def test_a_mention_in_the_info_of_a_code_block_breaks_no_markup() -> None:
    html = to_html("```@Bob\nx\n```\n[a](https://a.example/@Bob) `@Bob`", {1: "Bob"})
    assert "<pre><code>x" in html
    assert 'class="language' not in html
    assert 'href="https://a.example/%EE' in html


def test_markdown_is_shown_and_nothing_in_it_runs_or_fetches(site: Site, ada: Visitor, thing: int) -> None:
    text = "**bold** `code`\n\n<script>alert(1)</script>\n\n![x](https://elsewhere.example/x.png)\n\n[a](javascript:alert(1))"
    html = post(ada, url("thing", thing, "/comments"), {"text": text + "\n\nhttps://example.com/a."}).text
    assert "<strong>bold</strong>" in html
    assert 'href="https://example.com/a" rel="noopener noreferrer nofollow"' in html
    shown = html.split('<article class="comment"')[1]
    assert "<script" not in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown


def test_a_mention_tells_those_who_may_read_the_record_and_nobody_else(site: Site, ada: Visitor, thing: int) -> None:
    people = {
        n: site.create("user", name=n, email=f"{n}@example.com", roles=r)
        for n, r in (("Eve", ["helper"]), ("Mallory", []))
    }
    data = {"text": "@Eve and @Mallory, look", "mentions": [encode_id(i) for i in people.values()]}
    html = post(ada, url("thing", thing, "/comments"), data).text
    assert 'class="mention"' in html
    (told,) = site.notifications("Eve")
    assert (told.values["reason"], told.values["record"]) == ("mention", thing)
    assert "Ada" in told.values["subject"]
    assert "Whole" in told.values["subject"]
    assert site.notifications("Mallory") == []
    offered = ada.get(url("thing", thing, "/mention?q=")).get_json()["people"]
    assert "Eve" in {p["name"] for p in offered}
    assert "Mallory" not in {p["name"] for p in offered}


def test_a_mention_again_in_an_edited_comment_tells_nobody_twice(site: Site, ada: Visitor, thing: int) -> None:
    eve = site.create("user", name="Evelyn", email="evelyn@example.com", roles=["helper"])
    html = post(ada, url("thing", thing, "/comments"), {"text": "@Evelyn", "mentions": [encode_id(eve)]}).text
    comment = re.search(r'id="comment-(\w{13})"', html)
    assert comment
    path = url("thing", thing, f"/comments/{comment[1]}/edit")
    changed = post(ada, path, {"text": "@Evelyn again", "mentions": [encode_id(eve)]})
    assert "edited" in changed.text
    assert len(site.notifications("Evelyn")) == 1


def test_a_mention_by_the_api_tells_too(site: Site, thing: int) -> None:
    eve = site.create("user", name="Evan", email="evan@example.com", roles=["helper"])
    site.create("comment", record=thing, text="@Evan", mentions=[eve])
    assert len(site.notifications("Evan")) == 1


def test_a_comment_that_is_taken_back_tells_nobody(site: Site, thing: int) -> None:
    eve = site.create("user", name="Evita", email="evita@example.com", roles=["helper"])

    def taken_back() -> None:
        with write.unit_of_work(site.system) as unit:
            write.write(Create("comment", {"record": thing, "text": "@Evita", "mentions": [eve]}), unit)
            raise KeyError

    with pytest.raises(KeyError):
        taken_back()
    assert site.notifications("Evita") == []


def test_replies_stand_in_their_thread(site: Site, ada: Visitor, thing: int) -> None:
    path = url("thing", thing, "/comments")
    first = re.search(r'id="comment-(\w{13})"', post(ada, path, {"text": "first"}).text)
    assert first
    post(ada, path, {"text": "second"})
    html = post(ada, path, {"text": "answer", "reply_to": first[1]}).text
    assert html.index("second") < html.index("first") < html.index("answer")
    assert html.count("comment-reply") >= 1


def test_comments_of_others_are_neither_changed_nor_deleted(site: Site, ada: Visitor, bob: Visitor, thing: int) -> None:
    html = post(ada, url("thing", thing, "/comments"), {"text": "hers"}).text
    comment = re.search(r'id="comment-(\w{13})"', html)
    assert comment
    his = bob.get(url("thing", thing, "/comments")).text
    assert f"/comments/{comment[1]}/" not in his
    assert post(bob, url("thing", thing, f"/comments/{comment[1]}/edit"), {"text": "his"}).status_code == 404
    assert post(bob, url("thing", thing, f"/comments/{comment[1]}/delete")).status_code in (403, 404)
    assert "hers" in ada.get(url("thing", thing, "/comments")).text


def test_a_comment_of_another_record_is_not_reached_through_this_one(site: Site, ada: Visitor, thing: int) -> None:
    other = site.create("thing", name="Other")
    comment = encode_id(site.create("comment", record=other, text="elsewhere"))
    assert post(ada, url("thing", thing, f"/comments/{comment}/delete")).status_code == 404
    assert post(ada, url("thing", thing, "/comments"), {"text": "x", "reply_to": comment}).status_code == 404


# --- files ------------------------------------------------------------------------------------------------------------


def upload(visitor: Visitor, id: int, name: str, content: bytes, kind: str = "") -> str:
    data = {"csrf_token": visitor.token, "files": [(io.BytesIO(content), name, kind or "application/octet-stream")]}
    answer = visitor.client.post(
        url("thing", id, "/attachments"), data=data, content_type="multipart/form-data", headers=FETCH
    )
    assert answer.status_code == 200
    found = re.search(r"/files/(\w{13})", answer.text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("page.html", b"<script>alert(1)</script>", "text/html"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
        ("fake.pdf", b"<script>alert(1)</script>", "application/pdf"),
        ("real.pdf", b"%PDF-1.4\n", "application/pdf"),
        ("notes.txt", b"<script>alert(1)</script>", "text/plain"),
    ],
)
def test_no_file_runs_in_our_origin(site: Site, ada: Visitor, thing: int, name: str, content: bytes, kind: str) -> None:
    id = upload(ada, thing, name, content, kind)
    for path in (f"/files/{id}", f"/files/{id}?save=1", f"/files/{id}/view", f"/files/{id}/text"):
        answer = ada.get(path)
        if answer.status_code == 404:
            continue
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        is_saved = answer.headers.get("Content-Disposition", "").startswith("attachment")
        is_harmless = answer.mimetype == "text/plain" or (answer.mimetype == "application/pdf" and name == "real.pdf")
        assert is_saved or is_harmless, (path, answer.mimetype)
        if answer.mimetype != "application/pdf":
            assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_file_is_looked_at_by_what_it_is(site: Site, ada: Visitor, thing: int) -> None:
    assert ada.get(f"/files/{upload(ada, thing, 'a.txt', '中文'.encode())}/text").text == "中文"
    assert ada.get(f"/files/{upload(ada, thing, 'b.txt', '中文'.encode('gb18030'))}/text").text == "中文"
    assert ada.get(f"/files/{upload(ada, thing, 'c.pdf', b'%PDF-1.4', 'application/pdf')}/view").status_code == 200
    assert ada.get(f"/files/{upload(ada, thing, 'd.pdf', b'no', 'application/pdf')}/view").status_code == 404
    assert ada.get(f"/files/{upload(ada, thing, 'e.zip', b'PK', 'application/zip')}/text").status_code == 404


def test_a_deleted_file_comes_back_by_undo(site: Site, ada: Visitor, thing: int) -> None:
    id = upload(ada, thing, "gone.txt", b"x")
    deleted = post(ada, url("thing", thing, f"/attachments/{id}/delete")).text
    assert "gone.txt" not in deleted.split("</template>")[1]
    undo = re.search(r'data-undo="([^"]+)"', deleted)
    assert undo
    assert post(ada, undo[1]).status_code in (200, 303)
    assert "gone.txt" in ada.get(url("thing", thing, "/attachments")).text


# --- timeline, cards, secrets -----------------------------------------------------------------------------------------


def test_the_timeline_merges_all_kinds_pages_and_filters(site: Site, ada: Visitor, thing: int) -> None:
    for n in range(15):
        site.create("comment", record=thing, text=f"remark {n:02}.")
        site.update("thing", thing, pieces=100 + n)
    seen: list[str] = []
    path = url("thing", thing, "/timeline")
    pages = 0
    while path:
        html = ada.get(path).text
        pages += 1
        seen += re.findall(r"remark \d\d\.|Pieces</span>\s+.*?change-new\">\d+", html)
        more = re.search(r'data-more="([^"]+)"', html)
        path = more[1].replace("&amp;", "&") if more else ""
    assert pages == 2
    assert len(seen) == len(set(seen)) == 30
    assert seen[0].endswith("114")
    only = ada.get(url("thing", thing, "/timeline?kind=comment")).text
    assert "remark" in only
    assert "change-new" not in only


def test_activities_are_planned_and_done_in_the_timeline(site: Site, ada: Visitor, bob: Visitor, thing: int) -> None:
    form = {"kind": "task", "subject": "Call back", "due_on": "2020-01-01"}
    html = post(ada, url("thing", thing, "/activities/new"), form).text
    assert "is-late" in html
    done = re.search(r"/activities/(\w{13})/done", html)
    assert done
    assert "Call back" not in bob.get(url("thing", thing, "/timeline")).text  # activities belong to their owner
    assert post(bob, url("thing", thing, f"/activities/{done[1]}/done")).status_code == 404
    assert "is-done" in post(ada, url("thing", thing, f"/activities/{done[1]}/done")).text
    assert post(ada, url("thing", thing, "/activities/new"), {"kind": "task", "subject": ""}).status_code == 422


def test_a_card_tells_what_its_reader_may_know(site: Site, ada: Visitor, bob: Visitor, thing: int) -> None:
    assert "4,711" in ada.get(url("thing", thing, "/card")).text
    assert "4,711" not in bob.get(url("thing", thing, "/card")).text
    assert "Whole" in bob.get(f"/r/{encode_id(thing)}/card").text
    nil = site.visitor("nil@example.com")
    assert nil.get(url("thing", thing, "/card")).status_code == 404
    assert nil.get(f"/r/{encode_id(thing)}/card").status_code == 404


def test_a_secret_is_shown_to_few_and_never_without_a_trace(site: Site, ada: Visitor, bob: Visitor) -> None:
    id = site.create("thing", name="Safe", key="open sesame")
    assert "open sesame" not in ada.get(url("thing", id)).text
    assert 'data-reveal="key"' in ada.get(url("thing", id)).text
    assert 'data-reveal="key"' not in bob.get(url("thing", id)).text
    assert post(bob, url("thing", id, "/secret/key")).status_code == 403
    assert "looked at" not in ada.get(url("thing", id, "/history")).text
    assert post(ada, url("thing", id, "/secret/key")).get_json() == {"text": "open sesame"}
    assert "looked at a secret" in ada.get(url("thing", id, "/history")).text


def test_every_kind_of_value_is_shown_fittingly(site: Site, ada: Visitor) -> None:
    id = site.create(
        "thing", name="All", notes="x" * 500, weight="1.5", margin="12.5", ready=True, made_on="2026-01-02",
        opens="08:30", takes=5400, grade=3, uses=["home", "road"], words=["a", "b"], mail="a@example.com",
        call="+86 10 8888 8888", site="https://example.com/a", data={"b": 1, "a": [1]},
        spot={"lat": 31.2, "lng": 121.5}, cost="12.50", partners=[site.makers["Acme"]],
        place={"country": "CN", "city": "上海"}, story="<p>Hello <b>you</b></p>",
    )  # fmt: skip
    html = ada.get(url("thing", id)).text
    for expected in (
        "1h 30m", "12.5%", "mailto:a@example.com", "tel:+86", 'rel="noopener noreferrer nofollow"', "geo:31.2,121.5",
        "3 of 5 stars", "<b>you</b>", "¥12.50", "<jm-more>", "上海", "&#34;a&#34;: [",
    ):  # fmt: skip
        assert expected in html, expected


def test_a_page_shows_pictures_small_and_their_mark_where_they_cannot_be(
    site: Site, ada: Visitor, bob: Visitor, thing: int
) -> None:
    good, bad = upload(ada, thing, "a.jpg", photo()), upload(ada, thing, "b.png", bomb())
    panel = ada.get(url("thing", thing, "/attachments")).text
    assert f'<img src="/files/{good}?size=96" alt="" width="44" height="44" loading="lazy">' in panel
    shown = ada.get(f"/files/{good}?size=96")
    assert (shown.mimetype, shown.headers["Cache-Control"]) == ("image/webp", "private, max-age=300")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert ada.get(f"/files/{bad}?size=96").mimetype == "image/svg+xml"
    assert ada.get(f"/files/{good}?size=97").status_code == 404
    alien = site.create("attachment", record=site.create("thing", name="Other"), name="c.jpg")
    assert bob.get(f"/files/{encode_id(alien)}?size=96").status_code == 404
