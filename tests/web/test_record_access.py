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


def test_sharing_in_a_dialog_answers_in_place_and_a_refused_form_keeps_who_was_chosen(site: Site, ada: Visitor) -> None:
    record = f"/o/maker/{encode_id(site.makers['Acme'])}"
    fetched = {"X-Requested-With": "fetch"}
    assert f'href="{record}/sharing" data-sharing' in ada.get(record).text
    assert "<html" not in ada.get(f"{record}/sharing", headers=fetched).text
    bob = ada.get("/o/share/choose/with_user?q=bob").get_json()["options"][0]["value"]
    given = {"csrf_token": ada.token, "with_user": bob, "reason": "Help"}
    refused = ada.client.post(f"{record}/sharing/shares", data=given | {"until": "yesterday"}, headers=fetched)
    assert refused.status_code == 422
    assert f'<option value="{bob}" selected>Bob' in refused.text
    assert (
        f'<option value="{bob}" selected>Bob'
        in ada.client.post(f"{record}/sharing/shares", data=given | {"until": "yesterday"}).text
    )
    shared = ada.client.post(f"{record}/sharing/shares", data=given | {"access": "read"}, headers=fetched)
    assert shared.status_code == 200
    assert "Help" in shared.text
    assert f'value="{bob}" selected' not in shared.text


def test_everybody_may_ask_why_about_themselves(site: Site, ada: Visitor) -> None:
    answer = ada.get(f"/o/maker/{encode_id(site.makers['Acme'])}/why")
    assert answer.status_code == 200
    assert "allowed" in answer.text


def test_an_absence_is_noted_and_what_is_wrong_with_it_is_said(site: Site, ada: Visitor) -> None:
    form = {"csrf_token": ada.token, "starts_at": "2026-03-02T09:00", "ends_at": "2026-03-06T18:00"}
    assert ada.client.post("/profile/absence", data=form | {"delegates_access": "1"}).status_code == 422
    assert ada.client.post("/profile/absence", data=form).status_code == 303
    assert "Nobody stands in" in ada.get("/profile/absence").text
