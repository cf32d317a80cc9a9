"""Applying: one transaction under a lock, in which tables, revision and pulse change together, or nothing does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jimu.access.audit import AuditEntry, record_audit
from jimu.definitions import Manifest
from jimu.errors import JimuError
from jimu.messages import Message
from jimu.records.duplicates.keeping import bring_rules_up
from jimu.records.schema import build_schema
from jimu.records.write_steps.ties import fill_later
from jimu.revisions.comparing import summarise
from jimu.revisions.deployment import Deployment, Origin
from jimu.revisions.findings import Finding, Plan
from jimu.revisions.planning import plan
from jimu.revisions.renames import with_renames_back
from jimu.revisions.titles import refresh_stale_titles
from jimu.storage import Application, Busy, RevisionRow, UniqueConflict


@dataclass(frozen=True)
class Applied:
    """``revision``: its number in the database. ``changed``: False if there was nothing to do."""

    revision: int
    plan: Plan
    changed: bool = True


class Refused(JimuError):
    """An apply that did not happen; nothing was changed. ``findings``: what has to be allowed or mended first."""

    code = "apply_refused"

    def __init__(self, message: Message, findings: Iterable[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


def apply(
    deployment: Deployment, manifest: Manifest, origin: Origin | None = None, *, allow: Iterable[str] = ()
) -> Applied:
    """Bring ``manifest`` into force. ``allow``: codes of blocking findings that are accepted.

    Raises Refused when a finding blocks, when another apply came first, or when one is under way.
    """
    manifest = with_renames_back(deployment.running, manifest)
    try:
        with deployment.database.applying() as application:
            _check_still_running(deployment, application.current_revision())
            planned = plan(deployment, manifest)
            if planned.is_empty:
                return Applied(deployment.revision or 0, planned, changed=False)
            _check_allowed(planned, frozenset(allow))
            application.apply(build_schema(manifest))
            if deployment.running is not None:
                refresh_stale_titles(application.transaction, deployment.running, manifest, deployment.clock())
            bring_rules_up(application.transaction, manifest)
            if deployment.running is not None:
                fill_later(application.transaction, deployment.running, manifest)
            revision = _record(application, deployment, manifest, origin or Origin())
        return Applied(revision, planned)
    except Busy as error:
        raise Refused(Message("Another apply is under way; try again when it is done.")) from error
    except UniqueConflict as error:
        raise Refused(Message("{object}: records that share {columns} were written meanwhile.",
                              {"object": error.object, "columns": error.columns})) from error


def _record(application: Application, deployment: Deployment, manifest: Manifest, origin: Origin) -> int:
    """The revision's row, which also moves the pulse that all processes watch."""
    revision = application.add_revision(
        manifest.revision, manifest.files, at=deployment.clock(), author=origin.author, commit=origin.commit,
        note=origin.note, summary=summarise(deployment.running, manifest),
    )
    kind = "configuration.rolled_back" if origin.is_rollback else "configuration.applied"
    told = {"revision": revision, "hash": manifest.revision, "author": origin.author, "note": origin.note}
    record_audit(application.transaction, AuditEntry(kind, origin.actor, deployment.clock(), details=told))
    return revision


def _check_allowed(planned: Plan, allow: frozenset[str]) -> None:
    refused = planned.refused(allow)
    if refused:
        raise Refused(Message("Findings that stop the plan: {n}.", {"n": len(refused)}), refused)


def _check_still_running(deployment: Deployment, current: RevisionRow | None) -> None:
    """The plan that somebody looked at must be the plan that is carried out."""
    if (current.id if current else None) != deployment.revision:
        raise Refused(Message("Another revision was applied meanwhile; look at the plan again."))
