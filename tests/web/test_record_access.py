"""Who sees a record, sharing it, why somebody may, and being away: the pages."""

from __future__ import annotations

from jimu.fieldtypes.ids import encode_id
from tests.web.site import Site, Visitor


def test_a_record_is_shared_changed_and_closed_on_its_page(site: Site, ada: Visitor) -> None:
    page = f"/o/maker/{encode_id(site.makers['Acme'])}/sharing"
    assert ada.get(page).status_code == 200
    everyone = sorted(site.runtime.current.manifest.roles)[0]
    given = {"csrf_token": ada.token, "with_role": everyone, "access": "read", "reason": "The fair"}
    assert ada.client.post(f"{page}/shares", data=given).status_code == 303
    assert "The fair" in ada.get(page).text
    refused = ada.client.post(f"{page}/shares", data={"csrf_token": ada.token, "access": "read"})
    assert refused.status_code == 422
    assert ada.client.post(f"{page}/nothing", data={"csrf_token": ada.token}).status_code == 404


def test_everybody_may_ask_why_about_themselves(site: Site, ada: Visitor) -> None:
    answer = ada.get(f"/o/maker/{encode_id(site.makers['Acme'])}/why")
    assert answer.status_code == 200
    assert "allowed" in answer.text


def test_an_absence_is_noted_and_what_is_wrong_with_it_is_said(site: Site, ada: Visitor) -> None:
    form = {"csrf_token": ada.token, "starts_at": "2026-03-02T09:00", "ends_at": "2026-03-06T18:00"}
    assert ada.client.post("/profile/absence", data=form | {"delegates_access": "1"}).status_code == 422
    assert ada.client.post("/profile/absence", data=form).status_code == 303
    assert "Nobody stands in" in ada.get("/profile/absence").text
