"""Whose account it is that somebody comes with from a provider: known by its subject, else by its verified address,
else made anew where the provider may do that. Users are written like all records, by the engine itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jimu.access.actor import SYSTEM, Actor
from jimu.access.audit import By
from jimu.access.identities import find_identity, link_identity, use_identity
from jimu.access.loading import load_actor
from jimu.access.login import find_user
from jimu.access.oidc import Claims, OidcError, Provider
from jimu.records import write
from jimu.records.commands import Create, Update
from jimu.web.visit import Visit


def actor_of(now: Visit, provider: Provider, claims: Claims) -> Actor:
    """The user who signs in. Raises OidcError for somebody who has no account here and gets none."""
    store = now.snapshot.store
    by = By(replace(SYSTEM, address=now.by.actor.address), now.by.at)
    known = find_identity(store, provider.name, claims.subject)
    if known is not None:
        user_id = known.user_id
        use_identity(store, known, claims.email, by)
    else:
        user_id = _by_address(now, provider, claims)
        link_identity(store, user_id, provider.name, claims.subject, claims.email, by)
    actor = _load(now, user_id)
    if actor is None:
        raise OidcError("the account is not active")
    return _with_roles(now, provider, claims, actor)


def _by_address(now: Visit, provider: Provider, claims: Claims) -> int:
    if not claims.email:
        raise OidcError("the provider gave no verified e-mail address")
    if provider.domains and claims.email.rpartition("@")[2].lower() not in provider.domains:
        raise OidcError(f"addresses such as {claims.email} may not come in")
    found = find_user(now.snapshot.store, now.manifest, claims.email)
    if found is not None:
        return found
    if not provider.create_users:
        raise OidcError(f"there is no account for {claims.email}")
    roles = {*provider.default_roles, *claims.roles} & set(now.manifest.roles)
    values: dict[str, Any] = {"name": claims.name, "email": claims.email, "roles": sorted(roles), "active": True}
    return write.write(Create("user", values), _engine(now, provider)).id


def _with_roles(now: Visit, provider: Provider, claims: Claims, actor: Actor) -> Actor:
    """Of the roles that the provider speaks of the user has those that it gives; others are left alone."""
    spoken_of = set(provider.roles.values()) & set(now.manifest.roles)
    held = set(actor.record.get("roles") or ())
    wanted = (held - spoken_of) | (set(claims.roles) & spoken_of)
    if not spoken_of or wanted == held:
        return actor
    write.write(Update("user", actor.id or 0, {"roles": sorted(wanted)}), _engine(now, provider))
    return _load(now, actor.id or 0) or actor


def _engine(now: Visit, provider: Provider) -> Any:
    return replace(now.context.as_actor(SYSTEM), reason=f"sign-in with {provider.name}")


def _load(now: Visit, user_id: int) -> Actor | None:
    with now.snapshot.store.read() as transaction:
        return load_actor(transaction, now.manifest, user_id)
