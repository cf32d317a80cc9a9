"""Passwords: Argon2id with the parameters that OWASP recommends (19 MiB, two passes, one lane): about 25 ms a log-in.

Source: OWASP Password Storage Cheat Sheet, Argon2id. Hashes made with other parameters still verify and are made anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from jimu.errors import Invalid, Problem
from jimu.messages import Message

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

LEAST_LENGTH = 8


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """``classes``: of small letters, capitals, digits and other signs a password needs so many kinds. ``history``: so
    many of the last ones may not be taken again.
    """

    least: int = LEAST_LENGTH
    classes: int = 0
    history: int = 0


DEFAULT_RULES = PasswordRules()
# Hashing longer texts would only be a way to keep the server busy.
MOST_LENGTH = 1024
_LEAST_DIFFERENT = 4
# From the lists of passwords that leaked most often; those that are too short anyhow are left out.
_COMMON_WORDS = (
    "password passw0rd p@ssword p@ssw0rd 12345678 123456789 1234567890 87654321 0123456789 qwertyui qwertyuiop "
    "qwerty123 asdfghjkl 1q2w3e4r 1q2w3e4r5t 1qaz2wsx q1w2e3r4 zaq12wsx abcd1234 abc12345 abcdefgh iloveyou "
    "sunshine princess football baseball superman trustno1 letmein1 welcome1 administrator admin123 changeme "
    "woaini1314 5201314520 a1234567 aa123456 qwer1234 1234qwer 88888888 66668888"
)
_COMMON = frozenset(_COMMON_WORDS.split())


def hash_password(password: str) -> str:
    """The text to keep for ``password``: parameters, salt and hash."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether ``password`` is right. Takes as long when there is nothing stored (an unknown user) as when there is."""
    if len(password) > MOST_LENGTH:
        return False
    try:
        return _hasher.verify(stored if stored is not None else _nobodys_hash(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether ``stored`` was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def require_good_password(
    password: str, email: str = "", rules: PasswordRules = DEFAULT_RULES, before: Iterable[str] = ()
) -> None:
    """Raises Invalid, with the field ``password``, for a password that may not be chosen. ``before``: the hashes of
    those that may not come again.
    """
    message = _reason_against(password, email, rules)
    if message is None and any(verify_password(hash, password) for hash in before):
        message = Message("You have had this password before. Choose another one.")
    if message is not None:
        raise Invalid(message, [Problem("bad_password", message, "password")])


def _reason_against(password: str, email: str, rules: PasswordRules) -> Message | None:
    if len(password) < rules.least:
        return Message("A password needs at least {least} characters.", {"least": rules.least})
    if len(password) > MOST_LENGTH:
        return Message("A password may have at most {most} characters.", {"most": MOST_LENGTH})
    if email and password.casefold() == email.casefold():
        return Message("The password must not be the e-mail address.")
    if is_guessable(password):
        return Message("This password is among the first that are tried. Take several words.")
    if count_classes(password) < rules.classes:
        return Message(
            "A password needs {classes} of these: small letters, capitals, digits, other signs.",
            {"classes": rules.classes},
        )
    return None


def count_classes(password: str) -> int:
    """How many of small letters, capitals, digits and other signs are in it."""
    kinds = {"a" if c.islower() else "A" if c.isupper() else "0" if c.isdigit() else "-" for c in password}
    return len(kinds)


def is_guessable(password: str) -> bool:
    """Whether it is one of the passwords that everybody tries, or hardly more than one letter."""
    plain = password.casefold()
    return len(set(plain)) < _LEAST_DIFFERENT or plain in _COMMON or plain.rstrip("0123456789!.") in _COMMON


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("the password of nobody")
