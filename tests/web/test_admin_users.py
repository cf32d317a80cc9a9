"""Accounts from the browser: inviting, passwords shown once, shutting out, what the last administrator keeps."""

from __future__ import annotations

import re
from typing import Any

import pytest

from jimu.access import accounts
from jimu.fieldtypes.ids import encode_id
from tests.web.site import PASSWORD, Site, Visitor, form_on

NEW = "/admin/users/new"


def secret_in(html: str) -> str:
    """What a page shows once."""
    found = re.search(r'<output class="secret-text" id="secret">([^<]+)</output>', html)
    assert found
    return found[1].replace("&amp;", "&")


def path_of(site: Site, id: int, rest: str = "") -> str:
    return f"/admin/users/{encode_id(id)}{rest}"


def post(visitor: Visitor, path: str, **data: Any) -> Any:
    return visitor.client.post(path, data={"csrf_token": visitor.token, **data})


@pytest.fixture
def hirer(site: Site) -> Visitor:
    visitor = site.visitor()
    if visitor.log_in("hanna@example.com").status_code != 303:
        site.user("Hanna", "hirer")
        visitor = site.visitor("hanna@example.com")
    return visitor


def test_an_invited_person_chooses_a_password_and_is_in(site: Site, ada: Visitor) -> None:
    made = ada.fill(NEW, {"name": "Ivy", "email": "ivy@example.com", "roles": ["helper"], "how": "link"})
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    link = secret_in(made.text)
    path = "/welcome" + link.split("/welcome", 1)[1]
    ivy = site.visitor()
    assert "ivy@example.com" in ivy.get(path).text
    assert ivy.fill(path, {"password": "a long sentence", "again": "another one"}, "/welcome").status_code == 422
    assert ivy.fill(path, {"password": "short", "again": "short"}, "/welcome").status_code == 422
    done = ivy.fill(path, {"password": "a long sentence", "again": "a long sentence"}, "/welcome")
    assert done.status_code == 303
    assert ivy.get("/profile").status_code == 200
    assert site.visitor().get(path).status_code == 404
    assert site.visitor().log_in("ivy@example.com", "a long sentence").status_code == 303


def test_a_one_time_password_opens_nothing_but_the_way_to_another(site: Site, ada: Visitor) -> None:
    made = ada.fill(NEW, {"name": "Otto", "email": "otto@example.com", "how": "password"})
    given = secret_in(made.text)
    assert given not in ada.get(path_of(site, _id(site, "otto@example.com"))).text
    otto = site.visitor()
    answer = otto.log_in("otto@example.com", given)
    assert answer.status_code == 303
    assert answer.location.startswith("/welcome?key=")
    assert otto.get("/profile").status_code == 303
    done = otto.fill(answer.location, {"password": "mine alone now", "again": "mine alone now"}, "/welcome")
    assert done.status_code == 303
    assert site.visitor().log_in("otto@example.com", given).status_code == 401
    assert site.visitor().log_in("otto@example.com", "mine alone now").location == "/"


def test_a_user_that_cannot_be_made_comes_back_with_what_was_typed(site: Site, ada: Visitor) -> None:
    answer = ada.fill(NEW, {"name": "Twice", "email": "ada@example.com", "roles": ["helper"]})
    assert answer.status_code == 422
    assert 'value="Twice"' in answer.text
    assert re.search(r'name="roles" value="helper" checked', answer.text)


def test_who_is_deactivated_is_out_at_once_and_can_be_let_in_again(site: Site, ada: Visitor) -> None:
    id = site.user("Dan", "helper")
    dan = site.visitor("dan@example.com")
    token = accounts.create_token(
        site.runtime.current.store, id, accounts.TokenWish("job"), accounts.by_system(site.runtime.clock())
    )
    assert post(ada, path_of(site, id, "/deactivate")).status_code == 303
    assert dan.get("/profile").status_code == 303
    bearer = {"Authorization": f"Bearer {token.secret}"}
    assert site.visitor().get("/api/v1/metadata", headers=bearer).status_code == 401
    assert "Deactivated" in ada.get(path_of(site, id)).text
    assert post(ada, path_of(site, id, "/activate")).status_code == 303
    assert site.visitor().log_in("dan@example.com").status_code == 303


def test_the_last_administrator_keeps_the_account_and_the_role(site: Site, ada: Visitor) -> None:
    me = _id(site, "ada@example.com")
    answer = post(ada, path_of(site, me, "/deactivate"))
    assert answer.status_code == 422
    assert "the last active user with the right" in answer.text
    form = dict(form_on(ada.get(path_of(site, me)).text, path_of(site, me)))
    form["roles"] = ["helper"]
    answer = ada.client.post(path_of(site, me), data=form)
    assert answer.status_code == 422
    assert set(site.record("user", me).values["roles"]) == {"keeper"}
    assert ada.client.post(f"/o/user/{encode_id(me)}/delete", data={"csrf_token": ada.token}).status_code == 409
    other = site.user("Second", "keeper")
    assert post(ada, path_of(site, other, "/deactivate")).status_code == 303


def test_who_keeps_users_does_not_touch_the_accounts_of_the_mightier(site: Site, hirer: Visitor) -> None:
    ada_id, id = _id(site, "ada@example.com"), site.user("Small", "helper")
    for action in ("password", "link", "deactivate", "sessions/end", "unlock"):
        assert post(hirer, path_of(site, ada_id, f"/{action}")).status_code == 403, action
    assert site.visitor().log_in("ada@example.com").status_code == 303
    assert post(hirer, path_of(site, id, "/password")).status_code == 201
    page = hirer.get(path_of(site, ada_id)).text
    assert "more rights than yours" in page
    assert "/password" not in page


def test_a_reset_link_makes_the_one_before_void_and_leaves_the_password(site: Site, ada: Visitor) -> None:
    id = site.user("Rita", "helper")
    first = "/welcome" + secret_in(post(ada, path_of(site, id, "/link")).text).split("/welcome", 1)[1]
    second = "/welcome" + secret_in(post(ada, path_of(site, id, "/link")).text).split("/welcome", 1)[1]
    assert site.visitor().get(first).status_code == 404
    assert site.visitor().log_in("rita@example.com").status_code == 303
    rita = site.visitor()
    assert rita.fill(second, {"password": "brand new one", "again": "brand new one"}, "/welcome").status_code == 303
    assert site.visitor().log_in("rita@example.com", PASSWORD).status_code == 401


def test_a_link_ends_when_its_user_gains_rights_or_is_shut_out(site: Site, hirer: Visitor) -> None:
    rising, leaving = site.user("Rising", "helper"), site.user("Leaving", "helper")
    keys = [secret_in(post(hirer, path_of(site, id, "/link")).text).split("/welcome", 1)[1] for id in (rising, leaving)]
    site.update("user", rising, position="Engineer")
    assert [site.visitor().get("/welcome" + key).status_code for key in keys] == [200, 200]
    site.update("user", rising, roles=["helper", "engineer"])
    site.update("user", leaving, active=False)
    site.update("user", leaving, active=True)
    assert [site.visitor().get("/welcome" + key).status_code for key in keys] == [404, 404]


def test_sessions_are_seen_and_ended(site: Site, ada: Visitor) -> None:
    id = site.user("Sam", "helper")
    first = site.visitor()
    first.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
    assert first.log_in("sam@example.com").status_code == 303
    second = site.visitor("sam@example.com")
    page = ada.get(path_of(site, id)).text
    assert "Firefox on Windows" in page
    numbers = re.findall(rf"{path_of(site, id)}/sessions/(\d+)/end", page)
    assert len(numbers) == 2
    assert post(ada, path_of(site, id, f"/sessions/{min(numbers, key=int)}/end")).status_code == 303
    assert first.get("/profile").status_code == 303
    assert second.get("/profile").status_code == 200
    assert post(ada, path_of(site, id, "/sessions/end")).status_code == 303
    assert second.get("/profile").status_code == 303


def test_ending_all_sessions_of_oneself_leaves_this_one(site: Site) -> None:
    id = site.user("Uma", "keeper")
    here, there = site.visitor("uma@example.com"), site.visitor("uma@example.com")
    assert post(here, path_of(site, id, "/sessions/end")).status_code == 303
    assert here.get("/profile").status_code == 200
    assert there.get("/profile").status_code == 303


def test_an_account_that_is_locked_after_failures_is_unlocked(site: Site, ada: Visitor) -> None:
    id, store = site.user("Lex", "helper"), site.runtime.current.store
    with store.write() as transaction:
        for _ in range(1000):
            transaction.add_login_attempt(["account:lex@example.com"], site.runtime.clock())
    assert site.visitor().log_in("lex@example.com").status_code == 429
    assert "Locked after failed log-ins" in ada.get(path_of(site, id)).text
    assert post(ada, path_of(site, id, "/unlock")).status_code == 303
    assert site.visitor().log_in("lex@example.com").status_code == 303


def test_the_list_is_filtered_by_words_role_state_and_department(site: Site, ada: Visitor) -> None:
    team = site.create("department", name="Night shift")
    site.user("Nora", "helper", department=team)
    site.user("Gone", "helper", active=False)
    assert "nora@example.com" in ada.get("/admin/users?role=helper").text
    assert "ada@example.com" not in ada.get("/admin/users?role=helper").text
    assert "gone@example.com" not in ada.get("/admin/users").text
    assert "gone@example.com" in ada.get("/admin/users?state=inactive").text
    only = ada.get(f"/admin/users?department={encode_id(team)}").text
    assert "nora@example.com" in only
    assert "ada@example.com" not in only
    assert "nora@example.com" in ada.get("/admin/users?q=nora").text
    assert ada.get("/admin/departments").headers["Location"] == "/admin/organisation"
    assert "Night shift" in ada.get("/admin/organisation").text
    assert ada.get("/admin/users?department=nonsense&role=nonsense&state=nonsense").status_code == 200


def test_effective_access_tells_what_a_person_may_do_and_by_which_role(site: Site, ada: Visitor) -> None:
    bob = encode_id(_id(site, "bob@example.com"))
    html = ada.get(f"/admin/access?user={bob}&object=thing").text
    row = re.search(r'<th scope="row">Cost <code.*?</tr>', html, re.DOTALL)
    assert row
    assert "level-none" in row[0]
    grade = re.search(r'<th scope="row">Grade <code.*?</tr>', html, re.DOTALL)
    assert grade
    assert "level-read" in grade[0]
    assert "Helper" in grade[0]


def test_effective_access_leads_to_what_decides_on_one_record(site: Site, ada: Visitor) -> None:
    bob, thing = encode_id(_id(site, "bob@example.com")), encode_id(site.create("thing", name="Asked about"))
    html = ada.get("/admin/access").text
    source = re.search(r'<jm-choose src="(/o/[^"]+)" dialog="search" kinds=', html)
    assert source
    options = ada.get(f"{source[1]}?q=Asked&of=thing").get_json()["options"]
    assert [o["value"] for o in options] == [thing]
    answer = ada.get(f"/admin/access?user={bob}&record={thing}")
    assert answer.location == f"/o/thing/{thing}/why?user={bob}"
    asked = ada.get(answer.location).text
    assert f'<option value="{bob}" selected>Bob</option>' in asked
    assert ada.get(f"/admin/access?user={bob}&record={encode_id(7)}").status_code == 404


def test_a_role_is_shown_with_where_each_line_is_written(ada: Visitor) -> None:
    html = ada.get("/admin/roles/helper?object=thing").text
    assert "objects/roles/helper.yaml" in html
    assert "Read only here" in html
    thing = re.search(
        r'<tr[^>]*><th scope="row">(?:(?!</tr>).)*<code class="quiet-code">thing</code>.*?</tr>', html, re.DOTALL
    )
    assert thing
    assert "1 hidden" in thing[0]
    assert "#L4" in thing[0]
    assert ada.get("/admin/roles/nothing").status_code == 404


def _id(site: Site, email: str) -> int:
    with site.runtime.current.store.read() as transaction:
        return transaction.find_ids("user", "email", [email])[email][0]
