"""Links to set a password with: one use, a while, and nobody else's."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from jimu.access import accounts
from jimu.access.account_links import LIFETIMES
from jimu.access.actor import NOBODY
from jimu.access.passwords import is_guessable
from jimu.errors import Invalid, NotFound
from jimu.storage import Store
from tests.records.project import Project


@pytest.fixture
def user(project: Project) -> int:
    return project.user("lin", "seller")


def use(store: Store, secret: str, password: str, now: datetime) -> int:
    return accounts.use_link(store, secret, accounts.Choice(password), accounts.By(NOBODY, now))


def test_a_link_works_once_and_only_for_a_while(project: Project, user: int) -> None:
    store, now = project.store, project.clock()
    link = accounts.create_link(store, user, accounts.INVITATION, accounts.by_system(now))
    late = now + LIFETIMES[accounts.INVITATION]
    assert accounts.find_link(store, link.secret, late) is None
    with pytest.raises(NotFound):
        use(store, link.secret, "a good password", late)
    assert use(store, link.secret, "a good password", late - timedelta(seconds=1)) == user
    with store.read() as transaction:
        stored = transaction.find_credential(user)
    assert stored is not None
    assert accounts.verify_password(stored.password_hash, "a good password")
    with pytest.raises(NotFound):
        use(store, link.secret, "another password", now)


def test_a_bad_password_does_not_use_the_link_up(project: Project, user: int) -> None:
    store, now = project.store, project.clock()
    link = accounts.create_link(store, user, accounts.RESET, accounts.by_system(now))
    for bad in ("short", "password1", "aaaaaaaaaaaa"):
        with pytest.raises(Invalid):
            use(store, link.secret, bad, now)
    assert accounts.find_link(store, link.secret, now) is not None


def test_a_given_password_ends_sessions_and_links_and_must_be_changed(project: Project, user: int) -> None:
    store, now = project.store, project.clock()
    link = accounts.create_link(store, user, accounts.RESET, accounts.by_system(now))
    session = accounts.create_session(store, user, now)
    given = accounts.give_password(store, user, accounts.by_system(now))
    assert accounts.find_link(store, link.secret, now) is None
    assert accounts.find_session(store, session.token, now) is None
    with pytest.raises(accounts.MustChange) as raised:
        accounts.log_in(store, project.manifest, accounts.LogIn("lin@example.com", given), now)
    use(store, raised.value.link, "one of my own", now)
    accounts.log_in(store, project.manifest, accounts.LogIn("lin@example.com", "one of my own"), now)
    with store.read() as transaction:
        assert transaction.account_states([user])[user].last_login_at == now


def test_secrets_of_links_are_not_kept(project: Project, user: int) -> None:
    link = accounts.create_link(project.store, user, accounts.RESET, accounts.by_system(project.clock()))
    with project.store.read() as transaction:
        assert transaction.find_account_link(link.secret) is None


@pytest.mark.parametrize("password", ["password", "Passw0rd!", "12345678", "qwertyuiop1", "abababababab", "88888888"])
def test_passwords_that_everybody_tries_are_guessable(password: str) -> None:
    assert is_guessable(password)


@pytest.mark.parametrize("password", ["jimu-demo", "correct horse battery", "四个中文词语组成"])
def test_others_are_not(password: str) -> None:
    assert not is_guessable(password)
