"""Rules for passwords, lock-outs, passwords that were given, networks: what settings demand, and what they let pass."""

from __future__ import annotations

import multiprocessing
from datetime import timedelta
from typing import Any

import pytest

from jimu.access import accounts
from jimu.access.account_policy import policy_of
from jimu.access.actor import NOBODY
from jimu.access.networks import is_allowed
from jimu.errors import Invalid, TooManyRequests, Unauthenticated
from jimu.records import Update, write
from jimu.settings import Settings
from jimu.storage import Store
from tests.records.project import Project

PASSWORD = "correct horse"


@pytest.fixture
def ann(project: Project) -> int:
    user = project.user("ann", "seller")
    accounts.set_password(project.store, user, PASSWORD, by(project))
    return user


def by(project: Project) -> accounts.By:
    return accounts.by_system(project.clock())


def log_in(project: Project, password: str = PASSWORD, **settings: Any) -> accounts.NewSession:
    attempt = accounts.LogIn("ann@example.com", password)
    policy = policy_of(Settings(**settings))
    return accounts.log_in(project.store, project.manifest, attempt, project.clock(), policy)


@pytest.mark.parametrize("settings, good, bad", [
    ({"password_length": 14}, "fourteen signs", "thirteen sign"),
    ({"password_classes": 3}, "Four words 4 me", "four words for me"),
    ({"password_classes": 2}, "四个中文 words", "fourwordsforme"),
])  # fmt: skip
def test_length_and_kinds_of_signs(
    project: Project, ann: int, settings: dict[str, Any], good: str, bad: str
) -> None:
    policy = policy_of(Settings(**settings))
    with pytest.raises(Invalid):
        accounts.set_password(project.store, ann, bad, by(project), policy)
    accounts.set_password(project.store, ann, good, by(project), policy)


def test_the_last_passwords_may_not_come_again(project: Project, ann: int) -> None:
    policy = policy_of(Settings(password_history=3))
    for password in ("number two is this", "number three is this"):
        accounts.set_password(project.store, ann, password, by(project), policy)
    for password in (PASSWORD, "number two is this", "number three is this"):
        with pytest.raises(Invalid):
            accounts.set_password(project.store, ann, password, by(project), policy)
    accounts.set_password(project.store, ann, "number four is this", by(project), policy)
    accounts.set_password(project.store, ann, PASSWORD, by(project), policy)


def test_a_password_that_has_grown_old_has_to_be_changed(project: Project, ann: int) -> None:
    project.clock.forward(days=29)
    log_in(project, password_days=30)
    project.clock.forward(days=2)
    with pytest.raises(accounts.MustChange) as raised:
        log_in(project, password_days=30)
    choice = accounts.Choice("a wholly new one")
    accounts.use_link(project.store, raised.value.link, choice, accounts.By(NOBODY, project.clock()))
    assert log_in(project, "a wholly new one", password_days=30).token


def test_an_account_is_shut_for_long_after_many_failures_and_opened_by_an_administrator(
    project: Project, ann: int
) -> None:
    rules = {"lockout_failures": 4, "lockout_minutes": 120, "login_rate": "3 per minute"}
    for _ in range(4):
        with pytest.raises(Unauthenticated):
            log_in(project, "wrong", **rules)
        project.clock.forward(minutes=1)
    project.clock.forward(minutes=90)
    with pytest.raises(TooManyRequests):
        log_in(project, **rules)
    accounts.unlock(project.store, ann, "ann@example.com", by(project))
    assert log_in(project, **rules).token
    with project.store.read() as transaction:
        kinds = [r.kind for r in transaction.each_audit()]
    assert kinds.count("login.throttled") == 1
    assert kinds.count("login.failed") == 4


def test_a_given_password_runs_out(project: Project, ann: int) -> None:
    given = accounts.give_password(project.store, ann, by(project), policy_of(Settings(given_password_hours=10)))
    project.clock.forward(hours=9)
    with pytest.raises(accounts.MustChange):
        log_in(project, given)
    project.clock.forward(hours=2)
    with pytest.raises(Unauthenticated):
        log_in(project, given)


def test_a_password_that_was_given_before_a_promotion_opens_nothing(project: Project, ann: int) -> None:
    given = accounts.give_password(project.store, ann, by(project))
    write.write(Update("user", ann, {"roles": ["reader"]}), project.system)
    with pytest.raises(accounts.MustChange):
        log_in(project, given)
    write.write(Update("user", ann, {"roles": ["admin"]}), project.system)
    with pytest.raises(Unauthenticated):
        log_in(project, given)
    assert not accounts.has_password(project.store, ann)


def test_ones_own_password_stays_through_a_promotion(project: Project, ann: int) -> None:
    write.write(Update("user", ann, {"roles": ["admin"]}), project.system)
    assert log_in(project).token


def test_without_password_log_in_the_right_password_opens_nothing(project: Project, ann: int) -> None:
    with pytest.raises(Unauthenticated):
        log_in(project, password_login=False)


def test_tokens_live_no_longer_than_the_installation_lets_them(project: Project, ann: int) -> None:
    policy, now = policy_of(Settings(token_days=30)), project.clock()
    for asked, got in ((None, 30), (now + timedelta(days=400), 30), (now + timedelta(days=7), 7)):
        wish = accounts.TokenWish("job", None, asked)
        accounts.create_token(project.store, ann, wish, by(project), policy.token_age)
        assert accounts.list_tokens(project.store, ann)[0].expires_at == now + timedelta(days=got)


@pytest.mark.parametrize("address, allowed, is_in", [
    ("10.1.2.3", "10.0.0.0/8", True), ("11.1.2.3", "10.0.0.0/8", False), ("::ffff:10.1.2.3", "10.0.0.0/8", True),
    ("2001:db8::1", "10.0.0.0/8, 2001:db8::/32", True), ("203.0.113.5", "203.0.113.5", True),
    ("10.1.2.3", "", True), ("", "10.0.0.0/8", False), ("nonsense", "10.0.0.0/8", False),
    ("fe80::1%eth0", "fe80::/10", True),
])  # fmt: skip
def test_networks_hold_what_they_say(project: Project, address: str, allowed: str, is_in: bool) -> None:
    assert is_allowed(address, allowed, project.manifest) is is_in


def test_who_is_deactivated_in_one_process_is_out_in_another(project: Project, ann: int) -> None:
    token = log_in(project).token
    made = accounts.create_token(project.store, ann, accounts.TokenWish("job"), by(project))
    spawn = multiprocessing.get_context("fork")
    asking, answering = spawn.Pipe()
    other = spawn.Process(target=_watch, args=(project, token, made.secret, answering))
    other.start()
    assert asking.recv() == (True, True)
    write.write(Update("user", ann, {"active": False}), project.system)
    asking.send("and now?")
    assert asking.recv() == (False, False)
    other.join()


def _watch(project: Project, token: str, secret: str, pipe: Any) -> None:
    """Another process that has the actor in its cache."""
    pipe.send(_is_in(project.store, project, token, secret))
    pipe.recv()
    pipe.send(_is_in(project.store, project, token, secret))


def _is_in(store: Store, project: Project, token: str, secret: str) -> tuple[bool, bool]:
    def known(identity: accounts.Identity | None) -> bool:
        return identity is not None and accounts.find_actor(store, project.manifest, identity) is not None

    now = project.clock()
    return known(accounts.find_session(store, token, now)), known(accounts.find_token(store, secret, now))
