"""Logging in with e-mail and password: throttled per account and address, telling nobody which accounts exist.

Whatever way somebody comes in (password, link, provider), ``begin_session`` is the end of it: it decides whether a
second factor is asked for, notes the log-in and makes the session.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from jimu.access.account_links import CHANGE, add_link
from jimu.access.account_policy import DEFAULT_ACCOUNT_POLICY, AccountPolicy, Limit, limit_of
from jimu.access.actor import NOBODY, Actor
from jimu.access.audit import By
from jimu.access.loading import load_actor
from jimu.access.passwords import hash_password, needs_rehash, verify_password
from jimu.access.scopes import USER_OBJECT
from jimu.access.secrets_kept import key_of
from jimu.access.sessions import NOWHERE, Arrival, NewSession, add_session
from jimu.access.stages import stage_for
from jimu.definitions.manifest import Manifest
from jimu.errors import JimuError, TooManyRequests, Unauthenticated
from jimu.messages import Message
from jimu.storage import Store, Transaction
from jimu.storage.accounts import Credential

WRONG = Message("The e-mail address or the password is not right.")
TOO_MANY = Message("Too many failed attempts; wait a little and try again.")


class MustChange(JimuError):
    """The password is right, but another knows it too, or it is too old. ``link``: the secret of a link to set a new
    one with.
    """

    code = "must_change_password"

    def __init__(self, link: str) -> None:
        super().__init__(Message("Choose a password of your own first."))
        self.link = link


@dataclass(frozen=True, slots=True)
class LogIn:
    """One attempt to log in with a password."""

    email: str
    password: str
    arrival: Arrival = NOWHERE


def log_in(
    store: Store, manifest: Manifest, attempt: LogIn, now: datetime, policy: AccountPolicy = DEFAULT_ACCOUNT_POLICY
) -> NewSession:
    """A new session; where a second factor is still to come, one that is good for that step alone (``stage``).

    Raises TooManyRequests after too many failures, Unauthenticated (always the same) for anything else: an unknown
    e-mail address, a wrong password, a user without one or who is not active; MustChange for a password that was
    given by somebody else or has grown too old.
    """
    subjects = subjects_of(attempt.email, attempt.arrival.address)
    require_not_throttled(store, subjects, now, policy)
    user_id, stored = _find_account(store, manifest, attempt.email)
    right = verify_password(stored.password_hash if stored else None, attempt.password)
    actor = _active(store, manifest, user_id)
    if not right or actor is None or stored is None or _has_run_out(stored, now) or not policy.password_login:
        fail(store, Failure(attempt.email, subjects, user_id), now, policy, attempt.arrival)
        raise Unauthenticated(WRONG)
    if stored.must_change or _is_too_old(stored, now, policy):
        raise MustChange(_link_to_change(store, actor, now, attempt.arrival))
    if needs_rehash(stored.password_hash):
        with store.write() as transaction:
            transaction.rehash_credential(stored.user_id, hash_password(attempt.password))
    return begin_session(store, manifest, Proof(actor, "password"), attempt.arrival, now, policy)


@dataclass(frozen=True, slots=True)
class Proof:
    """Who has proved who they are, and how. ``is_strong``: with two factors already, so none is asked for."""

    actor: Actor
    method: str
    is_strong: bool = False


def begin_session(
    store: Store, manifest: Manifest, proof: Proof, arrival: Arrival, now: datetime,
    policy: AccountPolicy = DEFAULT_ACCOUNT_POLICY,
) -> NewSession:  # fmt: skip
    """A session for somebody who has proved who they are, or the step before it: a second factor to give, or one to
    set up. ``stage`` of the answer says which.
    """
    by = By(replace(proof.actor, address=arrival.address), now)
    with store.write() as transaction:
        stage = stage_for(transaction, manifest, proof.actor, proof.is_strong, arrival.known, now, policy)
        if stage:
            by.note(transaction, "login.factor_asked", details={"method": proof.method, "stage": stage})
        else:
            arrive(transaction, by, proof, arrival)
        return add_session(transaction, by, arrival, policy.session, stage, proof.method)


def arrive(transaction: Transaction, by: By, proof: Proof, arrival: Arrival) -> None:
    """The log-in is done: noted, and what stood in its way forgotten."""
    user_id = proof.actor.id or 0
    transaction.remove_login_attempts(subjects_of(proof.actor.email, "")[:1])
    transaction.note_login(user_id, by.at)
    if arrival.previous:
        transaction.end_session(key_of(arrival.previous))
    by.note(transaction, "login.ok", details={"method": proof.method, "device": arrival.device[:200]})


# --- failures ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Failure:
    """``subjects``: what it is counted for, the account first."""

    email: str
    subjects: list[str]
    user_id: int | None = None
    kind: str = "login.failed"


def fail(store: Store, failure: Failure, now: datetime, policy: AccountPolicy, arrival: Arrival) -> None:
    """Count a failed attempt. The one by which the account is shut for a while is noted as such; what comes while it
    is shut is not, so that nobody fills the audit.
    """
    by = By(replace(NOBODY, address=arrival.address), now)
    text = failure.email[:200] if "@" in failure.email else ""
    with store.write() as transaction:
        transaction.add_login_attempt(failure.subjects, now)
        by.note(transaction, failure.kind, subject=failure.user_id, text=text)
        if any(_is_reached(transaction, failure.subjects, limit, now) for limit in policy.limits):
            by.note(transaction, "login.throttled", subject=failure.user_id, text=text)


def _is_reached(transaction: Transaction, subjects: Iterable[str], limit: Limit, now: datetime) -> bool:
    most, period = limit
    counts = transaction.count_login_attempts(subjects, now - period)
    return any(count == most for count in counts.values())


def require_not_throttled(store: Store, subjects: Iterable[str], now: datetime, policy: AccountPolicy) -> None:
    """Raises TooManyRequests when one of ``subjects`` has failed too often; ``details["retry_after"]`` in seconds.

    An account may also be shut for longer (``policy.lockout``); an address is not, since many share one.
    """
    wanted = list(subjects)
    for limit, whose in ((limit_of(policy.rate), wanted), (policy.lockout, wanted[:1])):
        if limit is None or not whose:
            continue
        most, period = limit
        with store.read() as transaction:
            counts = transaction.count_login_attempts(whose, now - period)
        if any(count >= most for count in counts.values()):
            raise TooManyRequests(TOO_MANY, details={"retry_after": int(period.total_seconds())})


def subjects_of(email: str, address: str) -> list[str]:
    """What failures are counted for, the account first."""
    found = [f"account:{email.strip().casefold()[:200]}"]
    return [*found, f"address:{address}"] if address else found


def count_failures(store: Store, emails: Iterable[str], since: datetime) -> dict[str, int]:
    """E-mail address → failed log-ins since then."""
    subjects = {f"{subjects_of(email, '')[0]}": email for email in emails}
    with store.read() as transaction:
        counts = transaction.count_login_attempts(subjects, since)
    return {subjects[subject]: n for subject, n in counts.items()}


def unlock(store: Store, user_id: int, email: str, by: By) -> None:
    """Forget the failed log-ins of an account, so that it may be tried again at once."""
    with store.write() as transaction:
        transaction.remove_login_attempts([*subjects_of(email, ""), f"factor:{user_id}"])
        by.note(transaction, "account.unlocked", subject=user_id)


# --- the account ------------------------------------------------------------------------------------------------------


def _find_account(store: Store, manifest: Manifest, email: str) -> tuple[int | None, Credential | None]:
    """The id and credential behind an e-mail address; None where there is none."""
    user_id = find_user(store, manifest, email)
    if user_id is None:
        return None, None
    with store.read() as transaction:
        return user_id, transaction.find_credential(user_id)


def find_user(store: Store, manifest: Manifest, email: str) -> int | None:
    """The one living user with this address."""
    wanted = email.strip()
    if not wanted or USER_OBJECT not in manifest.objects:
        return None
    with store.read() as transaction:
        ids = transaction.find_ids(USER_OBJECT, "email", [wanted], ignore_case=True).get(wanted, [])
    return ids[0] if len(ids) == 1 else None


def _active(store: Store, manifest: Manifest, user_id: int | None) -> Actor | None:
    if user_id is None:
        return None
    with store.read() as transaction:
        return load_actor(transaction, manifest, user_id)


def _has_run_out(stored: Credential, now: datetime) -> bool:
    return stored.expires_at is not None and stored.expires_at <= now


def _is_too_old(stored: Credential, now: datetime, policy: AccountPolicy) -> bool:
    return policy.password_age is not None and stored.changed_at + policy.password_age <= now


def _link_to_change(store: Store, actor: Actor, now: datetime, arrival: Arrival) -> str:
    by = By(replace(actor, address=arrival.address), now)
    with store.write() as transaction:
        return add_link(transaction, actor.id or 0, CHANGE, by).secret
