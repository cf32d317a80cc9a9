"""Logging in and out, tokens of forms, languages before anybody is known."""

from __future__ import annotations

from tests.web.site import Site, Visitor


def test_a_page_leads_people_without_a_session_to_the_login_and_back(site: Site) -> None:
    visitor = site.visitor()
    answer = visitor.get("/o/thing?sort=name")
    assert answer.status_code == 303
    assert answer.location == "/login?next=%2Fo%2Fthing%3Fsort%3Dname"
    assert visitor.log_in("ada@example.com", next="/o/thing").location == "/o/thing"
    assert visitor.get("/o/thing").status_code == 200


def test_a_wrong_password_comes_back_with_the_address_that_was_typed(site: Site) -> None:
    answer = site.visitor().log_in("ada@example.com", "wrong")
    assert answer.status_code == 401
    assert 'value="ada@example.com"' in answer.text
    assert "wrong" not in answer.text


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    answer = site.visitor().log_in("ada@example.com")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("jimu_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_logging_out_ends_the_session(site: Site) -> None:
    visitor = site.visitor("ada@example.com")
    stolen = visitor.client.get_cookie("jimu_session")
    assert stolen
    assert visitor.client.post("/logout", data={"csrf_token": visitor.token}).status_code == 303
    visitor.client.set_cookie("jimu_session", stolen.value)
    assert visitor.get("/o/thing").status_code == 303


def test_login_never_leads_to_another_site(site: Site) -> None:
    for target in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert site.visitor().log_in("ada@example.com", next=target).location == "/"


def test_a_form_without_its_token_is_refused(ada: Visitor) -> None:
    assert ada.client.post("/o/thing/new", data={"name": "x"}).status_code == 400
    assert ada.client.post("/o/thing/new", data={"name": "x", "csrf_token": "0" * 64}).status_code == 400
    assert ada.client.post("/login", data={"email": "x", "password": "y"}).status_code == 400


def test_a_token_of_another_session_is_refused(ada: Visitor, bob: Visitor) -> None:
    assert ada.client.post("/o/maker/new", data={"name": "x", "csrf_token": bob.token}).status_code == 400


def test_a_form_sent_from_another_site_is_refused(ada: Visitor) -> None:
    data = {"name": "x", "csrf_token": ada.token}
    answer = ada.client.post("/o/maker/new", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400


def test_the_login_page_speaks_the_browsers_language_or_the_one_chosen(site: Site) -> None:
    visitor = site.visitor()
    assert '<html lang="zh-TW"' in visitor.get("/login", headers={"Accept-Language": "zh-HK,en;q=0.5"}).text
    visitor.get("/language/zh-CN")
    assert '<html lang="zh-CN"' in visitor.get("/login", headers={"Accept-Language": "en"}).text


def test_every_page_says_what_may_run_on_it(ada: Visitor) -> None:
    policy = ada.get("/o/thing").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert ada.get("/o/thing").headers["Cache-Control"].startswith("private")


def test_no_page_has_a_script_or_a_style_inside(ada: Visitor, site: Site) -> None:
    for path in ("/o/thing", "/o/thing/new", "/profile", "/bin", "/search?q=a"):
        html = ada.get(path).text
        assert " style=" not in html
        assert "<style" not in html
        assert " onclick=" not in html
        kinds = ('<script type="application/json"', '<script type="module" src=', '<script src="/static/dist/theme-')
        assert html.count("<script") == sum(html.count(kind) for kind in kinds)
