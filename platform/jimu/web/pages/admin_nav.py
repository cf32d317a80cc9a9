"""The pages of administration: one entry each, with the system rights of which one opens it. Menu, start page, search
and the guard of the routes read this table.
"""

from __future__ import annotations

from dataclasses import dataclass

from jimu.access.actor import Actor
from jimu.access.rights import has_right
from jimu.definitions.manifest import Manifest
from jimu.flows.approvals.looking_after import RIGHT as LOOK_AFTER
from jimu.messages import Message

USERS, CONFIGURE, AUDIT = "users", "configure", "audit"
ERASE = "erase"


@dataclass(frozen=True, slots=True)
class AdminPage:
    """``rights``: any of them opens the page. ``about``: what one does there, also found by the search."""

    name: str
    href: str
    icon: str
    label: Message
    about: Message
    rights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdminGroup:
    label: Message
    pages: tuple[AdminPage, ...]


GROUPS: tuple[AdminGroup, ...] = (
    AdminGroup(
        Message("People"),
        (
            AdminPage(
                "users",
                "/admin/users",
                "users",
                Message("Users"),
                Message("Invite people, give roles, reset passwords, end sessions, deactivate accounts"),
                (USERS,),
            ),
            AdminPage(
                "organisation",
                "/admin/organisation",
                "sitemap",
                Message("Organisation"),
                Message("Departments as a tree with heads and members: move, add, dissolve, look at a day gone by"),
                (USERS,),
            ),
            AdminPage(
                "roles",
                "/admin/roles",
                "user-shield",
                Message("Roles"),
                Message("What each role may do with objects and fields, and which system rights it brings"),
                (USERS, CONFIGURE),
            ),
            AdminPage(
                "access",
                "/admin/access",
                "shield-check",
                Message("Effective access"),
                Message("What a person may do, and by which role"),
                (USERS,),
            ),
            AdminPage(
                "tokens",
                "/admin/tokens",
                "key",
                Message("API tokens"),
                Message("Every token of every user: scopes, last use, revoke"),
                (USERS,),
            ),
        ),
    ),
    AdminGroup(
        Message("Configuration"),
        (
            AdminPage(
                "plan",
                "/admin/plan",
                "git-branch",
                Message("Plan and apply"),
                Message("What the workspace's files would change in definitions and data, and bringing it into force"),
                (CONFIGURE,),
            ),
            AdminPage(
                "revisions",
                "/admin/revisions",
                "versions",
                Message("Revisions"),
                Message("What was applied when and by whom, differences, roll back"),
                (CONFIGURE,),
            ),
            AdminPage(
                "objects",
                "/admin/objects",
                "database",
                Message("Objects and fields"),
                Message("Definitions, who may read and edit, where a field is used, what depends on what"),
                (CONFIGURE,),
            ),
            AdminPage(
                "options",
                "/admin/options",
                "list-check",
                Message("Option lists"),
                Message("Shared choices of picklists and where they are used"),
                (CONFIGURE,),
            ),
            AdminPage(
                "layouts",
                "/admin/layouts",
                "layout-grid",
                Message("Apps and layouts"),
                Message("Menus, page layouts, lists, seeds and import plans"),
                (CONFIGURE,),
            ),
            AdminPage(
                "source",
                "/admin/source",
                "file-text",
                Message("YAML source"),
                Message("The files of the revision in force, with line numbers"),
                (CONFIGURE,),
            ),
        ),
    ),
    AdminGroup(
        Message("System"),
        (
            AdminPage(
                "audit",
                "/admin/audit",
                "list-details",
                Message("Audit"),
                Message("Log-ins, what was seen and exported, changes of permissions; search, export, check"),
                (AUDIT,),
            ),
            AdminPage(
                "pools",
                "/admin/pools",
                "hand-grab",
                Message("Pools"),
                Message("What lies in each pool, its rules in words, what tomorrow's run returns, runs and undo"),
                (CONFIGURE,),
            ),
            AdminPage(
                "duplicates",
                "/duplicates",
                "copy",
                Message("Duplicates"),
                Message("Groups of records that are taken for the same: compare, merge, or keep apart"),
                (CONFIGURE,),
            ),
            AdminPage(
                "personal",
                "/admin/personal",
                "user-search",
                Message("Personal data"),
                Message("What is known of a person: find it, hand it out, erase it"),
                (ERASE,),
            ),
            AdminPage(
                "retention",
                "/admin/retention",
                "hourglass",
                Message("Retention"),
                Message("How long records are kept, and what the next night's run will do"),
                (CONFIGURE,),
            ),
            AdminPage(
                "approvals",
                "/admin/approvals",
                "checklist",
                Message("Approvals"),
                Message("Approvals that run: stuck, overdue; give to others, repair, end"),
                (LOOK_AFTER,),
            ),
            AdminPage(
                "approval_try",
                "/admin/approvals/try",
                "route",
                Message("Try a flow"),
                Message("Who would be asked, why and until when; the last approvals by a changed flow"),
                (CONFIGURE,),
            ),
            AdminPage(
                "automations",
                "/admin/automations",
                "robot",
                Message("Automations"),
                Message("What is done by itself, when and if; runs that failed, and trying one out"),
                (CONFIGURE,),
            ),
            AdminPage(
                "service_levels",
                "/admin/service-levels",
                "stopwatch",
                Message("Service levels"),
                Message("Clocks on records: running, paused, warned, breached, met; the time that each has left"),
                (CONFIGURE,),
            ),
            AdminPage(
                "deliveries",
                "/admin/deliveries",
                "send",
                Message("Deliveries"),
                Message("Mails and webhooks that left the system: what failed, send again"),
                (CONFIGURE,),
            ),
            AdminPage(
                "jobs",
                "/admin/jobs",
                "clock",
                Message("Jobs"),
                Message("What waits, runs, is done or has failed; retry and cancel"),
                (CONFIGURE,),
            ),
            AdminPage(
                "settings",
                "/admin/settings",
                "adjustments",
                Message("Settings"),
                Message("Settings of this installation and where each value comes from"),
                (CONFIGURE,),
            ),
            AdminPage(
                "health",
                "/admin/health",
                "heart",
                Message("Health"),
                Message("Database, Redis, search, disk, clock, worker"),
                (CONFIGURE,),
            ),
            AdminPage(
                "api",
                "/api/docs",
                "api",
                Message("API documentation"),
                Message("Every endpoint and field, made from the configuration in force"),
                (USERS, CONFIGURE),
            ),
            AdminPage(
                "design",
                "/design",
                "components",
                Message("Design system"),
                Message("Every component of the pages in every state, language and theme"),
                (CONFIGURE,),
            ),
            AdminPage(
                "bin",
                "/bin",
                "trash",
                Message("Recycle bin"),
                Message("What was deleted: restore it, or remove it for good"),
                (USERS, CONFIGURE),
            ),
        ),
    ),
)
PAGES = {page.name: page for group in GROUPS for page in group.pages}
ANY = tuple(dict.fromkeys(right for page in PAGES.values() for right in page.rights))


def may_open(actor: Actor, manifest: Manifest, rights: tuple[str, ...]) -> bool:
    return any(has_right(actor, manifest, right) for right in rights)


def groups_for(actor: Actor, manifest: Manifest) -> list[AdminGroup]:
    """The groups with the pages that ``actor`` may open; empty ones left out."""
    found = [
        AdminGroup(group.label, tuple(p for p in group.pages if may_open(actor, manifest, p.rights)))
        for group in GROUPS
    ]
    return [group for group in found if group.pages]
