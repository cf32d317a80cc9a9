"""All views of administration, registered as one."""

from __future__ import annotations

from flask import Blueprint

from jimu.web.views import (
    admin_accounts,
    admin_apply,
    admin_audit,
    admin_automations,
    admin_jobs,
    admin_memberships,
    admin_objects,
    admin_organisation,
    admin_pools,
    admin_revisions,
    admin_roles,
    admin_service_levels,
    admin_source,
    admin_system,
    admin_tokens,
    admin_users,
    welcome,
)

MODULES = (
    admin_system,
    admin_users,
    admin_memberships,
    admin_accounts,
    admin_organisation,
    admin_roles,
    admin_service_levels,
    admin_tokens,
    admin_audit,
    admin_automations,
    admin_apply,
    admin_revisions,
    admin_objects,
    admin_source,
    admin_jobs,
    admin_pools,
    welcome,
)


def register(blueprint: Blueprint) -> None:
    for module in MODULES:
        module.register(blueprint)
