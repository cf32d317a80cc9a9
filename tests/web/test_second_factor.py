"""The second factor at the log-in and in the profile: codes work once, wrong ones are counted, nobody gets past it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pyotp
import pytest

from jimu.access import accounts
from jimu.fieldtypes.ids import encode_id
from tests.records.project import FrozenClock
from tests.web.site import PASSWORD, Site, Visitor, forms_of

STEP = "/login/step"


@pytest.fixture
def clock(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[FrozenClock]:
    frozen = FrozenClock(datetime.now(UTC))
    monkeypatch.setattr(site.runtime, "clock", frozen)
    return frozen


def secret_on(html: str) -> str:
    found = re.search(r'class="factor-secret">([A-Z2-7]+)<', html)
    assert found
    return found[1]


def code(secret: str, clock: FrozenClock) -> str:
    return pyotp.TOTP(secret).at(clock())


def set_up(site: Site, clock: FrozenClock, name: str) -> tuple[str, list[str]]:
    """A user with a second factor, by their profile: the app's secret and the recovery codes."""
    site.user(name, "helper")
    own = site.visitor(f"{name.lower()}@example.com")
    assert "not your password" in own.fill("/me/second-factor", {"password": "no"}, "/me/second-factor/set-up").text
    html = own.fill("/me/second-factor", {"password": PASSWORD}, "/me/second-factor/set-up").text
    assert "<svg" in html
    secret = secret_on(html)
    token = {"csrf_token": own.token}
    wrong = own.client.post("/me/second-factor/confirm", data={**token, "code": "000000"})
    assert wrong.status_code == 422
    assert secret_on(wrong.text) == secret
    done = own.client.post("/me/second-factor/confirm", data={**token, "code": code(secret, clock)})
    codes = re.findall(r"<li><code>([a-z2-9-]+)</code></li>", done.text)
    assert len(set(codes)) == 10
    clock.forward(seconds=60)
    return secret, codes


def half_in(site: Site, name: str) -> Visitor:
    """Past the password."""
    visitor = site.visitor()
    answer = visitor.log_in(f"{name.lower()}@example.com", next="/profile")
    assert answer.location == "/login/step?next=%2Fprofile"
    return visitor


def give(visitor: Visitor, text: str, **more: str) -> int:
    return visitor.fill(STEP + "?next=/profile", {"code": text, **more}, STEP).status_code


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/profile").status_code == 200


def test_password_and_code_open_the_door_and_the_password_alone_does_not(site: Site, clock: FrozenClock) -> None:
    secret, _ = set_up(site, clock, "Pia")
    visitor = half_in(site, "Pia")
    assert not is_in(visitor)
    step = visitor.client.get_cookie("jimu_step")
    assert step is not None
    visitor.client.set_cookie("jimu_session", step.value)  # the step's token is no session's
    assert not is_in(visitor)
    assert visitor.get("/api/v1/records/thing").status_code == 401
    visitor.client.delete_cookie("jimu_session")
    assert give(visitor, "123456") == 422
    assert not is_in(visitor)
    assert give(visitor, code(secret, clock)) == 303
    assert is_in(visitor)


def test_a_code_works_once_even_for_somebody_who_saw_it_typed(site: Site, clock: FrozenClock) -> None:
    secret, _ = set_up(site, clock, "Quinn")
    first, second = half_in(site, "Quinn"), half_in(site, "Quinn")
    now = code(secret, clock)
    assert give(first, now) == 303
    assert give(second, now) == 422
    clock.forward(seconds=30)
    assert give(second, now) == 422
    assert give(second, code(secret, clock)) == 303


def test_recovery_codes_work_once_each_and_new_ones_make_them_void(site: Site, clock: FrozenClock) -> None:
    _secret, codes = set_up(site, clock, "Ray")
    assert give(half_in(site, "Ray"), codes[0].upper()) == 303
    visitor = half_in(site, "Ray")
    assert give(visitor, codes[0]) == 422
    assert give(visitor, codes[1].replace("-", " ")) == 303
    assert "<dd>8</dd>" in visitor.get("/me/second-factor").text
    renewed = visitor.fill("/me/second-factor", {"password": PASSWORD}, "/me/second-factor/codes").text
    fresh = re.findall(r"<li><code>([a-z2-9-]+)</code></li>", renewed)
    other = half_in(site, "Ray")
    assert give(other, codes[2]) == 422
    assert give(other, fresh[0]) == 303


def test_wrong_codes_are_counted_and_shut_the_step(
    site: Site, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, _ = set_up(site, clock, "Sol")
    small = accounts.AccountPolicy(rate="3 per minute")
    monkeypatch.setattr("jimu.web.visit.policy_of", lambda settings: small)
    visitor = half_in(site, "Sol")
    assert [give(visitor, f"00000{n}") for n in range(3)] == [422] * 3
    assert give(visitor, code(secret, clock)) == 429
    assert give(half_in(site, "Sol"), code(secret, clock)) == 429
    clock.forward(minutes=2)
    assert give(half_in(site, "Sol"), code(secret, clock)) == 303


def test_the_step_ends_after_a_while(site: Site, clock: FrozenClock) -> None:
    _secret, _ = set_up(site, clock, "Tess")
    visitor = half_in(site, "Tess")
    html = visitor.get(STEP).text
    clock.forward(minutes=11)
    assert "name=\"code\"" in html
    assert visitor.get(STEP).location == "/login"


def test_a_device_may_be_spared_until_it_is_forgotten(site: Site, clock: FrozenClock) -> None:
    secret, _ = set_up(site, clock, "Uma")
    visitor = half_in(site, "Uma")
    assert give(visitor, code(secret, clock), remember="1") == 303
    visitor.client.delete_cookie("jimu_session")
    assert visitor.log_in("uma@example.com", next="/profile").location == "/profile"
    assert half_in(site, "Uma")  # another browser is asked
    visitor.fill("/me/second-factor", {}, "/me/second-factor/devices")
    visitor.client.delete_cookie("jimu_session")
    assert visitor.log_in("uma@example.com").location.startswith(STEP)


def test_whose_role_demands_one_sets_it_up_at_the_log_in(site: Site, clock: FrozenClock) -> None:
    site.user("Vic", "guarded")
    visitor = site.visitor()
    assert visitor.log_in("vic@example.com", next="/profile").location.startswith(STEP)
    assert not is_in(visitor)
    html = visitor.get(STEP + "?next=/profile").text
    done = visitor.fill(STEP + "?next=/profile", {"code": code(secret_on(html), clock)}, STEP)
    assert "Recovery codes" in done.text
    assert is_in(visitor)
    clock.forward(seconds=60)
    assert half_in(site, "Vic")


def test_a_link_to_set_a_password_does_not_lead_past_it(site: Site, clock: FrozenClock) -> None:
    secret, _ = set_up(site, clock, "Wes")
    id = site.ids("user")["Wes"]
    link = accounts.create_link(
        site.runtime.current.store, id, accounts.RESET, accounts.by_system(site.runtime.clock())
    )
    visitor = site.visitor()
    answer = visitor.fill(
        f"/welcome?key={link.secret}", {"password": "a wholly new one", "again": "a wholly new one"}, "/welcome"
    )
    assert answer.location.startswith(STEP)
    assert not is_in(visitor)
    assert give(visitor, code(secret, clock)) == 303


def test_an_administrator_removes_it_for_somebody_who_lost_the_phone(
    site: Site, ada: Visitor, bob: Visitor, clock: FrozenClock
) -> None:
    secret, _ = set_up(site, clock, "Xan")
    page = f"/admin/users/{encode_id(site.ids('user')['Xan'])}"
    visitor = half_in(site, "Xan")
    give(visitor, code(secret, clock))
    assert bob.client.post(f"{page}/factor/remove", data={"csrf_token": bob.token}).status_code == 403
    assert f"{page}/factor/remove" in forms_of(ada.get(page).text)
    assert ada.fill(page, {}, f"{page}/factor/remove").status_code == 303
    assert not is_in(visitor)
    assert site.visitor().log_in("xan@example.com", next="/profile").location == "/profile"


def test_tokens_go_on_without_it(site: Site, clock: FrozenClock) -> None:
    set_up(site, clock, "Yan")
    store, by = site.runtime.current.store, accounts.by_system(clock())
    made = accounts.create_token(store, site.ids("user")["Yan"], accounts.TokenWish("job"), by)
    headers = {"Authorization": f"Bearer {made.secret}"}
    assert site.visitor().get("/api/v1/records/thing", headers=headers).status_code == 200


def test_logging_in_again_in_a_dialog_asks_for_the_code(site: Site, clock: FrozenClock) -> None:
    secret, _ = set_up(site, clock, "Zoe")
    visitor, before = site.visitor(), encode_id(site.ids("user")["Zoe"])
    given = {"email": "zoe@example.com", "password": PASSWORD, "before": before}
    asked = visitor.fill("/session/again", given)
    assert asked.status_code == 401
    assert 'name="code"' in asked.text
    token = re.search(r'name="csrf_token" value="(\w+)"', asked.text)
    assert token
    answer = visitor.client.post(
        "/session/again",
        data={"csrf_token": token[1], "code": code(secret, clock), "before": before, "email": "zoe@example.com"},
    )
    assert answer.status_code == 200
    assert is_in(visitor)
