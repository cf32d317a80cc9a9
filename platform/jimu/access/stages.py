"""What is still to be done between proving who one is and a session: a second factor, to be given or set up."""

from __future__ import annotations

from datetime import datetime

from jimu.access.account_policy import AccountPolicy
from jimu.access.actor import Actor
from jimu.access.secrets_kept import key_of
from jimu.definitions.manifest import Manifest
from jimu.storage import Transaction

GIVE, SET_UP = "give_factor", "set_up_factor"


def stage_for(
    transaction: Transaction, manifest: Manifest, actor: Actor, is_strong: bool, known: str, now: datetime,
    policy: AccountPolicy,
) -> str:  # fmt: skip
    """'' where the session may begin. ``is_strong``: two factors were proved elsewhere; ``known``: the token of a
    device that is spared.
    """
    if is_strong:
        return ""
    if actor.id in transaction.have_second_factor([actor.id or 0]):
        return "" if _is_known(transaction, actor, known, now, policy) else GIVE
    return SET_UP if needs_second_factor(manifest, actor, policy) else ""


def needs_second_factor(manifest: Manifest, actor: Actor, policy: AccountPolicy) -> bool:
    """Whether the settings or one of the actor's roles demand one."""
    return policy.second_factor or any(
        manifest.roles[name].require_second_factor for name in actor.roles if name in manifest.roles
    )


def _is_known(transaction: Transaction, actor: Actor, known: str, now: datetime, policy: AccountPolicy) -> bool:
    if not known or policy.device_age is None:
        return False
    device = transaction.find_known_device(key_of(known))
    return device is not None and device.user_id == actor.id and device.expires_at > now
