"""What an installation demands of accounts, as its settings say: one value, made once, handed to whatever checks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from jimu.access.passwords import DEFAULT_RULES, PasswordRules
from jimu.access.sessions import DEFAULT_POLICY, SessionPolicy
from jimu.settings import Settings

_RATE = re.compile(r"(\d+) per (second|minute|hour|day)")
_PERIODS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
Limit = tuple[int, timedelta]


@dataclass(frozen=True, slots=True)
class AccountPolicy:
    """``rate``: failures that are let pass per account and per address. ``lockout``: failures by which an account is
    shut, and for how long. ``password_age``, ``token_age`` None: for ever. ``device_age`` None: no device is spared
    the second factor.
    """

    session: SessionPolicy = DEFAULT_POLICY
    rate: str = "10 per minute"
    lockout: Limit | None = None
    password: PasswordRules = DEFAULT_RULES
    password_age: timedelta | None = None
    password_login: bool = True
    given_for: timedelta = timedelta(hours=72)
    second_factor: bool = False
    device_age: timedelta | None = timedelta(days=30)
    token_age: timedelta | None = None

    @property
    def limits(self) -> tuple[Limit, ...]:
        """For an account; the first of them is for addresses too."""
        return tuple(limit for limit in (limit_of(self.rate), self.lockout) if limit)


DEFAULT_ACCOUNT_POLICY = AccountPolicy()


@lru_cache(maxsize=16)
def policy_of(settings: Settings) -> AccountPolicy:
    """The policy that ``settings`` describe."""
    return AccountPolicy(
        session=SessionPolicy(idle=timedelta(hours=settings.session_hours)),
        rate=settings.login_rate,
        lockout=(
            (settings.lockout_failures, timedelta(minutes=settings.lockout_minutes))
            if settings.lockout_failures > 0
            else None
        ),
        password=PasswordRules(
            max(settings.password_length, 1), min(settings.password_classes, 4), settings.password_history
        ),
        password_age=_days(settings.password_days),
        password_login=settings.password_login,
        given_for=timedelta(hours=settings.given_password_hours),
        second_factor=settings.require_second_factor,
        device_age=_days(settings.known_device_days),
        token_age=_days(settings.token_days),
    )


def limit_of(rate: str) -> Limit | None:
    """How many failures are let pass in which time; None: any number."""
    matched = _RATE.fullmatch(rate.strip())
    return (int(matched[1]), _PERIODS[matched[2]]) if matched else None


def _days(days: int) -> timedelta | None:
    return timedelta(days=days) if days > 0 else None
