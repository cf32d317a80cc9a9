"""Following from the pages: the eye of a record, the list of what one follows, the notice centre."""

from __future__ import annotations

from typing import Any

from jimu.fieldtypes.ids import encode_id
from tests.web.site import Site, Visitor


def _post(visitor: Visitor, path: str, data: dict[str, Any], *, fetch: bool = True) -> Any:
    headers = {"X-Requested-With": "fetch"} if fetch else {}
    return visitor.client.post(path, data={"csrf_token": visitor.token, **data}, headers=headers)


def test_the_eye_follows_a_record_and_lists_show_what_is_followed(site: Site) -> None:
    site.user("Eva", "keeper")
    eva = site.visitor("eva@example.com")
    maker, other = (site.create("maker", name=name, city="Rome") for name in ("Followed works", "Other works"))
    path = f"/following/{encode_id(maker)}"
    assert eva.get(path).get_json() == {"is_followed": False, "reason": "", "count": 0}
    assert _post(eva, path, {"on": "1"}).get_json() == {"is_followed": True, "reason": "asked", "count": 1}
    assert f'<jm-follow record="{encode_id(maker)}">' in eva.get(f"/o/maker/{encode_id(maker)}").text
    assert "Eva" in eva.get(f"{path}/people").text
    assert "Followed works" in eva.get("/following").text
    found = eva.get('/o/maker?f=["id","followed"]').text
    assert "Followed works" in found
    assert "Other works" not in found
    assert "The record is one that I follow" in found
    assert _post(eva, path, {"on": "0"}, fetch=False).status_code == 303
    assert "Followed works" not in eva.get("/following").text
    assert eva.get(f"/following/{encode_id(other + 1)}").status_code == 404


def test_the_notice_centre_narrows_groups_and_turns_pages(site: Site) -> None:
    nia = site.user("Nia", "keeper")
    visitor = site.visitor("nia@example.com")
    maker = site.create("maker", name="Busy works", city="Oslo")
    for n in range(3):
        site.create("notification", subject=f"Said {n}", record=maker, owner=nia, reason="mention")
    for n in range(40):
        site.create("notification", subject=f"Late {n:02}", owner=nia, reason="stage:deal")
    site.create("notification", subject="Bulk", owner=nia, reason="mass_change")
    first = visitor.get("/notifications").text
    assert "44 unread" in first
    assert "Bulk" in first
    assert "Said" not in first
    older = next(part.split('"')[0] for part in first.split('href="') if part.startswith("/notifications?after="))
    assert "2 earlier about the same record" in visitor.get(older.replace("&amp;", "&")).text
    said = visitor.get("/notifications?kind=mention").text
    assert said.count('data-notice="') == 3
    assert "Late" not in said
    others = visitor.get("/notifications?kind=other").text
    assert "Bulk" in others
    assert "Late" not in others
    group = [encode_id(r.id) for r in site.notifications("Nia") if r.values["reason"] == "mention"]
    assert _post(visitor, "/notifications/read", {"id": group}, fetch=False).status_code == 303
    assert "Said" not in visitor.get("/notifications?unread=1&kind=mention").text
    assert visitor.get("/notifications/count").get_json() == {"unread": 41}


def test_all_are_marked_as_read_however_many_there_are(site: Site) -> None:
    una = site.user("Una", "keeper")
    visitor = site.visitor("una@example.com")
    ids = [site.create("notification", subject="News", owner=una) for _ in range(3)]
    from jimu.web.pages import notices

    notices._AT_ONCE, before = 2, notices._AT_ONCE
    try:
        assert _post(visitor, "/notifications/read", {"id": encode_id(ids[0])}).status_code == 200
        assert visitor.get("/notifications/count").get_json() == {"unread": 2}
        assert _post(visitor, "/notifications/read", {}).status_code == 200
    finally:
        notices._AT_ONCE = before
    assert visitor.get("/notifications/count").get_json() == {"unread": 0}


def test_what_is_followed_without_asking_is_chosen_with_the_notices(site: Site, ada: Visitor) -> None:
    assert _post(ada, "/profile/notices", {"follows": ["", "created"]}, fetch=False).status_code == 303
    page = ada.get("/profile/notices").text
    assert 'value="created" checked' in page
    assert 'value="owned" checked' not in page
    assert _post(ada, "/profile/notices", {"quiet_from": ""}, fetch=False).status_code == 303
    assert 'value="owned" checked' not in ada.get("/profile/notices").text
