"""Passwords: Argon2id with the parameters that OWASP recommends (19 MiB, two passes, one lane): about 25 ms a log-in.

Source: OWASP Password Storage Cheat Sheet, Argon2id. Hashes made with other parameters still verify and are made anew.
"""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from jimu.errors import Invalid, Problem
from jimu.messages import Message

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

LEAST_LENGTH = 8
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


def require_good_password(password: str, email: str = "") -> None:
    """Raises Invalid, with the field ``password``, for a password that may not be chosen."""
    if len(password) < LEAST_LENGTH:
        message = Message("A password needs at least {least} characters.", {"least": LEAST_LENGTH})
    elif len(password) > MOST_LENGTH:
        message = Message("A password may have at most {most} characters.", {"most": MOST_LENGTH})
    elif email and password.casefold() == email.casefold():
        message = Message("The password must not be the e-mail address.")
    elif is_guessable(password):
        message = Message("This password is among the first that are tried. Take several words.")
    else:
        return
    raise Invalid(message, [Problem("bad_password", message, "password")])


def is_guessable(password: str) -> bool:
    """Whether it is one of the passwords that everybody tries, or hardly more than one letter."""
    plain = password.casefold()
    return len(set(plain)) < _LEAST_DIFFERENT or plain in _COMMON or plain.rstrip("0123456789!.") in _COMMON


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("the password of nobody")
