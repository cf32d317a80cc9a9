"""The chart of the organisation in the browser: looking, moving, adding, dissolving, further departments of a user."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from jimu.fieldtypes.ids import encode_id
from tests.web.site import Site, Visitor

HOME = "/admin/organisation"


@pytest.fixture
def hanna(site: Site) -> Visitor:
    """Who has the right users, and nothing else that departments would need."""
    if "Hanna" not in site.ids("user"):
        site.user("Hanna", "hirer")
    return site.visitor("hanna@example.com")


def post(visitor: Visitor, path: str, **data: Any) -> Any:
    return visitor.client.post(path, data={"csrf_token": visitor.token, **data})


def above(site: Site, id: int) -> int | None:
    return site.record("department", id).values["above"]


def test_the_chart_shows_heads_counts_and_what_is_below(site: Site, hanna: Visitor) -> None:
    top = site.create("department", name="Chart top", code="CT", company=True)
    part = site.create("department", name="Chart part", above=top)
    cleo = site.user("Cleo", "helper", department=part)
    site.update("department", part, head=cleo)
    html = hanna.get(HOME).text
    row = html[html.index(f'id="d-{encode_id(top)}"') :]
    assert re.search(r"People of Chart top: 0, with those below 1", row)
    assert "Company" in row
    inside = row[row.index(f'id="d-{encode_id(part)}"') :]
    assert re.search(r"Head:</span> <a [^>]*>Cleo</a>", inside)
    assert "Cleo" in hanna.get(f"{HOME}/{encode_id(part)}/people").text
    assert "Chart top › Chart part" in hanna.get(f"{HOME}?q=cleo").text


def test_a_department_moves_with_one_write_and_goes_back_by_undo(site: Site, hanna: Visitor) -> None:
    left, right = site.create("department", name="Left"), site.create("department", name="Right")
    moving = site.create("department", name="Moving", above=left)
    path = f"{HOME}/{encode_id(moving)}/move"
    assert post(hanna, path, above=encode_id(right)).status_code == 303
    assert above(site, moving) == right
    assert f"{path}?above={encode_id(left)}" in hanna.get(HOME).text, "the note offers to undo it"
    assert post(hanna, f"{path}?above={encode_id(left)}").status_code == 303
    assert above(site, moving) == left
    assert post(hanna, path, above="").status_code == 303
    assert above(site, moving) is None


def test_a_circle_is_refused_with_the_reason(site: Site, hanna: Visitor) -> None:
    outer = site.create("department", name="Outer")
    inner = site.create("department", name="Inner", above=outer)
    answer = post(hanna, f"{HOME}/{encode_id(outer)}/move", above=encode_id(inner))
    assert answer.status_code == 422
    assert "cannot be part of itself" in answer.text
    assert above(site, outer) is None


def test_a_person_moves_and_keeps_what_was_as_history(site: Site, hanna: Visitor) -> None:
    old, new = site.create("department", name="Old home"), site.create("department", name="New home")
    mia = site.user("Mia", "helper", department=old)
    assert post(hanna, f"{HOME}/people/{encode_id(mia)}/move", into=encode_id(new)).status_code == 303
    assert site.record("user", mia).values["department"] == new
    assert "New home" in hanna.get(f"/admin/users/{encode_id(mia)}").text


def test_a_department_is_made_and_changed(site: Site, hanna: Visitor) -> None:
    assert post(hanna, f"{HOME}/new", name="Made here", code="MH", above="").status_code == 303
    made = site.ids("department")["Made here"]
    lea = site.user("Lea", "helper")
    values = {"name": "Made there", "code": "MH", "above": "", "head": encode_id(lea), "company": "on"}
    page = f"{HOME}/{encode_id(made)}"
    assert post(hanna, page, **values, deputies=[encode_id(lea)], version="1").status_code == 303
    record = site.record("department", made).values
    assert (record["name"], record["head"], record["deputies"]) == ("Made there", lea, [lea])
    assert (record["company"], record["active"]) == (True, False)
    refused = post(hanna, page, **{**values, "name": ""})
    assert refused.status_code == 422
    assert post(hanna, page, **values, version="1").status_code == 409


def test_dissolving_moves_people_and_departments_and_shuts_it(site: Site, hanna: Visitor) -> None:
    into, gone = site.create("department", name="Stays"), site.create("department", name="Goes")
    part = site.create("department", name="Goes along", above=gone)
    pia = site.user("Pia", "helper", department=gone)
    guest = site.user("Gus", "helper", department=into)
    site.create("membership", person=site.user("Fay", "helper"), department=gone)
    site.create("membership", person=guest, department=gone)
    page = f"{HOME}/{encode_id(gone)}"
    inside = post(hanna, f"{page}/dissolve", into=encode_id(part))
    assert inside.status_code == 422
    assert post(hanna, f"{page}/dissolve", into=encode_id(into)).status_code == 303
    assert above(site, part) == into
    assert site.record("user", pia).values["department"] == into
    assert site.record("department", gone).values["active"] is False
    assert "Nobody belongs here" in hanna.get(f"{page}/people").text
    members = hanna.get(f"{HOME}/{encode_id(into)}/people").text
    assert all(name in members for name in ("Pia", "Gus", "Fay"))


def test_a_further_department_is_added_and_ended(site: Site, hanna: Visitor) -> None:
    home, other = site.create("department", name="Base"), site.create("department", name="Second desk")
    ned = site.user("Ned", "helper", department=home)
    page = f"/admin/users/{encode_id(ned)}"
    since = (date(2026, 1, 1) - timedelta(days=30)).isoformat()
    assert post(hanna, f"{page}/memberships", department=encode_id(other), since=since).status_code == 303
    html = hanna.get(page).text
    (ending,) = re.findall(rf'action="({page}/memberships/\w+/end)"', html)
    assert post(hanna, ending).status_code == 303
    html = hanna.get(page).text
    assert "Earlier departments" in html
    assert ending not in html
    wrong = post(hanna, f"{page}/memberships", department=encode_id(other), since="2026-02-01", until="2026-01-01")
    assert wrong.status_code == 422
    assert "cannot end before it starts" in wrong.text


def test_a_day_gone_by_is_shown_and_cannot_be_changed(site: Site, hanna: Visitor) -> None:
    site.create("department", name="Not yet there")
    html = hanna.get(f"{HOME}?day=2001-01-01").text
    assert "Not yet there" not in html
    assert "data-may-write" not in html
    assert hanna.get(f"{HOME}?day=nonsense").status_code == 200


def test_what_is_wrong_is_told_where_it_can_be_put_right(site: Site, hanna: Visitor) -> None:
    one = site.create("department", name="Ring one")
    two = site.create("department", name="Ring two", above=one)
    store = site.runtime.current.store
    with store.write() as transaction:
        transaction.update("department", [(one, {"above": two}, None)])
        transaction.bump_pulse()
    html = hanna.get(HOME).text
    assert "Ring one is part of itself over other departments" in html
    assert html.index("Ring two") > 0
    with store.write() as transaction:
        transaction.update("department", [(one, {"above": None}, None)])
        transaction.bump_pulse()


def test_without_the_right_there_is_no_chart(site: Site, bob: Visitor) -> None:
    assert bob.get(HOME).status_code == 403
    assert post(bob, f"{HOME}/new", name="No").status_code == 403
