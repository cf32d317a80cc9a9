"""Revisions: how a configuration comes into force: plan (with what it does to the data), apply, roll back, list.

Knows definitions and the store, no faces. ``plan`` changes nothing; ``apply`` is one transaction under a lock, so a bad
one changes nothing; every revision keeps its files, and ``rollback`` is an apply of those.
"""

from jimu.revisions.applying import Applied, Refused, apply
from jimu.revisions.deployment import Deployment, Origin
from jimu.revisions.findings import Finding, Plan, Severity
from jimu.revisions.history import find_revision, list_revisions, load_revision, rollback
from jimu.revisions.planning import plan

__all__ = [
    "Applied",
    "Deployment",
    "Finding",
    "Origin",
    "Plan",
    "Refused",
    "Severity",
    "apply",
    "find_revision",
    "list_revisions",
    "load_revision",
    "plan",
    "rollback",
]
