"""Revisions: how a configuration comes into force: plan (with what it does to the data), apply, roll back, list.

Knows definitions and the store, no faces. ``plan`` changes nothing; ``apply`` is one transaction under a lock, so a bad
one changes nothing; every revision keeps its files, and ``rollback`` is an apply of those.
"""

from jimu.revisions.applying import Applied, Refused, apply
from jimu.revisions.comparing import FileChange, compare_files, summarise
from jimu.revisions.deployment import Deployment, Origin
from jimu.revisions.findings import Finding, Plan, Severity
from jimu.revisions.history import find_revision, list_revisions, load_revision, revision_before, rollback
from jimu.revisions.origin import git_origin
from jimu.revisions.planning import plan
from jimu.revisions.tickets import Ticket, allowances, is_destructive, needs_confirmation, require_current

__all__ = [
    "Applied",
    "Deployment",
    "FileChange",
    "Finding",
    "Origin",
    "Plan",
    "Refused",
    "Severity",
    "Ticket",
    "allowances",
    "apply",
    "compare_files",
    "find_revision",
    "git_origin",
    "is_destructive",
    "list_revisions",
    "load_revision",
    "needs_confirmation",
    "plan",
    "require_current",
    "revision_before",
    "rollback",
    "summarise",
]
