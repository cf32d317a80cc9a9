"""The second factor: codes of an authenticator app (TOTP, RFC 6238), ten recovery codes, devices that are spared it.

The secret is sealed with the installation's key; a code works once; wrong ones are counted like wrong passwords.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from jimu.access.account_policy import AccountPolicy
from jimu.access.actor import Actor
from jimu.access.audit import By
from jimu.access.login import Failure, Proof, arrive, fail, require_not_throttled
from jimu.access.secrets_kept import key_of, make_secret
from jimu.access.sessions import Arrival, NewSession, add_session, end_sessions_in
from jimu.access.stages import SET_UP
from jimu.errors import Invalid, Problem, Unauthenticated
from jimu.fieldtypes.secret import key_from, reveal, seal
from jimu.messages import Message
from jimu.storage import Store, Transaction
from jimu.storage.accounts import SessionRow
from jimu.storage.sign_in import SecondFactorRow

WRONG_CODE = Message("This code is not right, or was used before.")
_PERIOD = 30
_CODES = 10
# Without letters and digits that look alike.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What is shown once, for the app to know: ``secret`` to type, ``address`` (otpauth://) for the QR picture."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class FactorState:
    """How a user's second factor stands."""

    confirmed_at: datetime | None
    codes_left: int
    devices: int


def begin_enrolment(store: Store, actor: Actor, key: bytes, issuer: str, now: datetime) -> Enrolment:
    """A secret for the actor's app; it counts once a code of it was given. The one begun before, if it was not
    confirmed, is shown again, so that a reloaded page spoils nothing.
    """
    import pyotp

    user_id = actor.id or 0
    with store.write() as transaction:
        row = transaction.find_second_factor(user_id)
        if row is not None and row.confirmed_at is not None:
            raise Invalid(Message("There is a second factor already. Remove it first."))
        secret = _revealed(row, key) if row is not None else ""
        if not secret:
            secret = pyotp.random_base32()
            transaction.put_second_factor(user_id, seal(secret, _seal_key(key)), now)
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=actor.email or actor.name, issuer_name=issuer))


def confirm_enrolment(store: Store, by: By, key: bytes, code: str) -> list[str]:
    """The factor counts from now on, if ``code`` is right; the recovery codes, to be shown once.

    Raises Invalid for a wrong code.
    """
    user_id = by.actor.id or 0
    with store.write() as transaction:
        row = transaction.find_second_factor(user_id)
        if row is None or row.confirmed_at is not None or not _is_right(transaction, row, code, key, by.at):
            raise Invalid(WRONG_CODE, [Problem("bad_code", WRONG_CODE, "code")])
        transaction.confirm_second_factor(user_id, by.at)
        by.note(transaction, "account.factor_added", subject=user_id)
        return _make_codes(transaction, user_id)


def make_recovery_codes(store: Store, by: By) -> list[str]:
    """Ten new ones; those before are void."""
    user_id = by.actor.id or 0
    with store.write() as transaction:
        by.note(transaction, "account.codes_made", subject=user_id)
        return _make_codes(transaction, user_id)


def remove_factor(store: Store, user_id: int, by: By, *, keep: str = "") -> bool:
    """With its codes and known devices, and log out elsewhere; False: there was none. ``keep``: the session that goes
    on.
    """
    with store.write() as transaction:
        if not transaction.remove_second_factor(user_id):
            return False
        end_sessions_in(transaction, user_id, keep=keep or None)
        by.note(transaction, "account.factor_removed", subject=user_id)
        return True


def forget_devices(store: Store, user_id: int, by: By) -> None:
    with store.write() as transaction:
        if transaction.forget_devices(user_id):
            by.note(transaction, "account.devices_forgotten", subject=user_id)


def factor_state(store: Store, user_id: int, now: datetime) -> FactorState:
    with store.read() as transaction:
        row = transaction.find_second_factor(user_id)
        left = sum(code.used_at is None for code in transaction.list_recovery_codes(user_id))
        devices = transaction.count_devices(user_id, now)
    return FactorState(row.confirmed_at if row else None, left, devices)


# --- at the log-in ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What was typed into the second step. ``remember``: spare this device for a while."""

    code: str
    remember: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """``known``: the token of the device that is spared from now on ('': none). ``codes``: recovery codes to show."""

    session: NewSession
    known: str = ""
    codes: tuple[str, ...] = ()


def finish_with_code(
    store: Store, step: SessionRow, actor: Actor, answer: Answer, arrival: Arrival, at: Moment
) -> Finished:
    """The session after a right code of the app or a recovery code.

    Raises Unauthenticated for a wrong one, TooManyRequests after too many of them.
    """
    subjects = [f"factor:{step.user_id}"]
    require_not_throttled(store, subjects, at.now, at.policy)
    by = By(replace(actor, address=arrival.address), at.now)
    with store.write() as transaction:
        kind = _proved(transaction, step.user_id, answer.code, at)
        if kind:
            if kind == "recovery":
                by.note(transaction, "login.recovery_code")
            transaction.remove_login_attempts(subjects)
            known = _remember(transaction, by, arrival, at.policy) if answer.remember else ""
            proof = Proof(actor, f"{step.method}+{kind}")
            return Finished(_finish(transaction, step, by, proof, arrival, at.policy), known)
    fail(store, Failure(actor.email, subjects, step.user_id, "login.factor_failed"), at.now, at.policy, arrival)
    raise Unauthenticated(WRONG_CODE)


def finish_with_enrolment(
    store: Store, step: SessionRow, actor: Actor, answer: Answer, arrival: Arrival, at: Moment
) -> Finished:
    """The session of somebody who had to set up a second factor first. Raises Invalid for a wrong code."""
    by = By(replace(actor, address=arrival.address), at.now)
    codes = confirm_enrolment(store, by, at.key, answer.code)
    with store.write() as transaction:
        known = _remember(transaction, by, arrival, at.policy) if answer.remember else ""
        proof = Proof(actor, f"{step.method}+totp")
        return Finished(_finish(transaction, step, by, proof, arrival, at.policy), known, tuple(codes))


@dataclass(frozen=True, slots=True)
class Moment:
    """When, by which policy and with which key."""

    now: datetime
    policy: AccountPolicy
    key: bytes


def _finish(
    transaction: Transaction, step: SessionRow, by: By, proof: Proof, arrival: Arrival, policy: AccountPolicy
) -> NewSession:
    if not transaction.end_session_number(step.id, step.user_id):
        raise Unauthenticated(WRONG_CODE)  # another request finished this step
    arrive(transaction, by, proof, arrival)
    return add_session(transaction, by, arrival, policy.session, method=proof.method)


def _proved(transaction: Transaction, user_id: int, code: str, at: Moment) -> str:
    """``totp``, ``recovery`` or '' for a wrong code. What was right is used up."""
    row = transaction.find_second_factor(user_id)
    if row is None or row.confirmed_at is None:
        return ""
    if _is_right(transaction, row, code, at.key, at.now):
        return "totp"
    wanted = _hash_of(code)
    for kept in transaction.list_recovery_codes(user_id):
        if kept.used_at is None and hmac.compare_digest(kept.hash, wanted):
            return "recovery" if transaction.use_recovery_code(kept.id, at.now) else ""
    return ""


def _is_right(transaction: Transaction, row: SecondFactorRow, code: str, key: bytes, now: datetime) -> bool:
    """Whether it is the code of this half minute, the one before or the next; each counter is good once."""
    import pyotp

    typed = "".join(code.split())
    secret = _revealed(row, key)
    if not secret or len(typed) != 6 or not typed.isascii() or not typed.isdigit():
        return False
    totp = pyotp.TOTP(secret)
    at = int(now.timestamp()) // _PERIOD
    for counter in (at, at - 1, at + 1):
        if hmac.compare_digest(totp.generate_otp(counter), typed):
            return transaction.use_counter(row.user_id, counter)
    return False


def _remember(transaction: Transaction, by: By, arrival: Arrival, policy: AccountPolicy) -> str:
    if policy.device_age is None:
        return ""
    token = make_secret()
    transaction.add_known_device(
        key_of(token), by.actor.id or 0, by.at, by.at + policy.device_age, arrival.device[:200]
    )
    return token


def _make_codes(transaction: Transaction, user_id: int) -> list[str]:
    codes = ["-".join(_letters(5) for _ in range(2)) for _ in range(_CODES)]
    transaction.put_recovery_codes(user_id, [_hash_of(code) for code in codes])
    return codes


def _letters(n: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(n))


def _hash_of(code: str) -> str:
    """Ten letters of 31 are 49 bits, tried ten times a minute: a plain hash is enough."""
    return key_of("recovery:" + "".join(code.split()).replace("-", "").casefold())


def _seal_key(key: bytes) -> bytes:
    return key_from(key.decode("latin-1"))


def _revealed(row: SecondFactorRow, key: bytes) -> str:
    """'' where it was sealed with another key: the factor is then as good as lost, and an administrator removes it."""
    try:
        return reveal(row.secret, _seal_key(key))
    except ValueError:
        return ""


def is_set_up_step(step: SessionRow) -> bool:
    return step.stage == SET_UP


def picture_of(address: str) -> str:
    """The QR picture as SVG, without anything around it."""
    import segno

    code = segno.make(address, error="m")
    return str(code.svg_inline(border=3, omitsize=True, svgclass="qr", lineclass="qr-line"))
