"""Passwords, sessions, tokens: who gets in, and how they are kept out again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from jimu.access import accounts
from jimu.access.passwords import needs_rehash
from jimu.errors import Invalid, TooManyRequests, Unauthenticated
from jimu.records import Delete, Restore, Update, write
from jimu.storage import counted
from tests.records.project import Project

PASSWORD = "correct horse"


@pytest.fixture
def ann(project: Project) -> int:
    user = project.user("ann", "seller")
    accounts.set_password(project.store, user, PASSWORD, by(project))
    return user


def log_in(
    project: Project, password: str = PASSWORD, email: str = "Ann@Example.com", **more: Any
) -> accounts.NewSession:
    where = {"address": "10.0.0.1", **{k: more.pop(k) for k in ("address", "previous", "known") if k in more}}
    attempt = accounts.LogIn(email, password, accounts.Arrival(**where))
    policy = accounts.AccountPolicy(**{"rate": "3 per minute", **more})
    return accounts.log_in(project.store, project.manifest, attempt, project.clock(), policy)


def by(project: Project) -> accounts.By:
    return accounts.by_system(project.clock())


def who(project: Project, token: str) -> int | None:
    identity = accounts.find_session(project.store, token, project.clock())
    actor = identity and accounts.find_actor(project.store, project.manifest, identity)
    return actor.id if actor else None


def test_the_right_password_opens_a_session(project: Project, ann: int) -> None:
    session = log_in(project)
    assert who(project, session.token) == ann
    assert who(project, session.token + "x") is None
    assert [s.address for s in accounts.list_sessions(project.store, ann, project.clock())] == ["10.0.0.1"]


def test_every_failure_looks_the_same(project: Project, ann: int) -> None:
    idle = project.user("idle", active=False)
    accounts.set_password(project.store, idle, PASSWORD, by(project))
    project.user("nopass")
    messages = set()
    for email, password in (
        ("ann@example.com", "wrong"),
        ("nobody@example.com", PASSWORD),
        ("", PASSWORD),
        ("idle@example.com", PASSWORD),
        ("nopass@example.com", PASSWORD),
    ):
        with pytest.raises(Unauthenticated) as caught:
            log_in(project, password, email, rate="100 per minute")
        messages.add(str(caught.value.message))
    assert len(messages) == 1


def test_too_many_failures_are_throttled_per_account_and_per_address(project: Project, ann: int) -> None:
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            log_in(project, "wrong")
    with pytest.raises(TooManyRequests):
        log_in(project, address="10.0.0.2")
    with pytest.raises(TooManyRequests):
        log_in(project, email="somebody@example.com")
    project.clock.forward(minutes=2)
    log_in(project)


def test_a_success_forgives_earlier_failures(project: Project, ann: int) -> None:
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            log_in(project, "wrong", address="")
        log_in(project, address="")


def test_sessions_end_when_unused_and_after_a_time_at_all(project: Project, ann: int) -> None:
    policy = accounts.SessionPolicy(idle=timedelta(hours=1), absolute=timedelta(hours=3))
    token = log_in(project, session=policy).token
    for _ in range(5):
        project.clock.forward(minutes=35)
        assert accounts.find_session(project.store, token, project.clock(), policy)
    project.clock.forward(minutes=35)
    assert accounts.find_session(project.store, token, project.clock(), policy) is None
    unused = log_in(project, session=policy).token
    project.clock.forward(minutes=61)
    assert accounts.find_session(project.store, unused, project.clock(), policy) is None


def test_logging_in_again_ends_the_session_before(project: Project, ann: int) -> None:
    first = log_in(project).token
    second = log_in(project, previous=first).token
    assert who(project, first) is None
    rotated = accounts.rotate_session(project.store, second, project.clock())
    assert rotated is not None
    assert who(project, second) is None
    assert who(project, rotated.token) == ann


def test_logging_out_here_and_everywhere(project: Project, ann: int) -> None:
    here, there, third = (log_in(project).token for _ in range(3))
    accounts.end_session(project.store, here)
    assert who(project, here) is None
    assert accounts.end_sessions(project.store, ann, by(project), keep=third) == 1
    assert who(project, there) is None
    assert who(project, third) == ann


def test_a_new_password_logs_out_everywhere_else(project: Project, ann: int) -> None:
    kept, other = log_in(project).token, log_in(project).token
    accounts.set_password(project.store, ann, accounts.Choice("another password", keep=kept), by(project))
    assert who(project, kept) == ann
    assert who(project, other) is None
    with pytest.raises(Unauthenticated):
        log_in(project)
    log_in(project, "another password")


@pytest.mark.parametrize("password", ["short", "x" * 2000, "ann@example.com"])
def test_bad_passwords_are_refused(project: Project, ann: int, password: str) -> None:
    with pytest.raises(Invalid):
        accounts.set_password(project.store, ann, accounts.Choice(password, "Ann@example.com"), by(project))


def test_a_deactivated_user_is_out_at_once_and_stays_out(project: Project, ann: int) -> None:
    token = log_in(project).token
    assert who(project, token) == ann
    write.write(Update("user", ann, {"active": False}), project.system)
    assert who(project, token) is None
    write.write(Update("user", ann, {"active": True}), project.system)
    assert who(project, token) is None
    again = log_in(project).token
    write.write(Delete("user", ann), project.system)
    assert who(project, again) is None
    write.write(Restore("user", ann), project.system)
    assert who(project, again) is None


def test_a_change_of_roles_acts_on_the_next_request(project: Project, ann: int) -> None:
    token = log_in(project).token

    def roles() -> frozenset[str]:
        identity = accounts.find_session(project.store, token, project.clock())
        actor = identity and accounts.find_actor(project.store, project.manifest, identity)
        return actor.roles if actor else frozenset()

    assert roles() == {"seller"}
    write.write(Update("user", ann, {"roles": ["reader", "admin"]}), project.system)
    assert roles() == {"reader", "admin"}


def test_a_request_is_authenticated_with_one_query(project: Project, ann: int) -> None:
    token = log_in(project).token
    who(project, token)
    with counted() as nothing, project.store.read():
        pass
    with counted() as meter:
        assert who(project, token) == ann
    assert meter.queries - nothing.queries == 1


def test_tokens_are_shown_once_scoped_and_expire(project: Project, ann: int) -> None:
    wish = accounts.TokenWish("script", {"read", "write:deal"}, project.clock() + timedelta(days=1))
    made = accounts.create_token(project.store, ann, wish, by(project))
    identity = accounts.find_token(project.store, made.secret, project.clock(), "10.1.2.3")
    assert identity is not None
    assert (identity.user_id, identity.via, identity.scopes) == (ann, "api", frozenset({"read", "write:deal"}))
    actor = accounts.find_actor(project.store, project.manifest, identity)
    assert actor is not None
    assert (actor.via, actor.scopes) == ("api", frozenset({"read", "write:deal"}))
    (listed,) = accounts.list_tokens(project.store, ann)
    assert (listed.used_at, listed.address) == (project.clock(), "10.1.2.3")
    assert made.secret not in repr(listed)
    project.clock.forward(days=2)
    assert accounts.find_token(project.store, made.secret, project.clock()) is None


def test_tokens_can_be_revoked_by_their_owner_alone(project: Project, ann: int) -> None:
    made = accounts.create_token(project.store, ann, accounts.TokenWish("script"), by(project))
    assert not accounts.revoke_token(project.store, project.user("bob"), made.id, by(project))
    assert accounts.revoke_token(project.store, ann, made.id, by(project))
    assert accounts.find_token(project.store, made.secret, project.clock()) is None


@pytest.mark.parametrize("scopes", [{"everything"}, {"read:"}, set()])
def test_a_token_needs_scopes_that_exist(project: Project, ann: int, scopes: set[str]) -> None:
    with pytest.raises(Invalid):
        accounts.create_token(project.store, ann, accounts.TokenWish("script", scopes), by(project))


def test_hashes_are_argon2id_with_the_recommended_cost() -> None:
    stored = accounts.hash_password(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not needs_rehash(stored)
    assert accounts.verify_password(stored, PASSWORD)
    assert not accounts.verify_password(stored, "other")
    assert not accounts.verify_password(None, PASSWORD)
    assert needs_rehash("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b7iL1")
