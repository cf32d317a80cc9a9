"""A ticket says which plan somebody looked at, so that only that plan is carried out and no other in its place."""

from __future__ import annotations

from dataclasses import dataclass

from jimu.definitions import Manifest
from jimu.messages import Message
from jimu.revisions.applying import Refused
from jimu.revisions.deployment import Deployment
from jimu.revisions.findings import Finding, Plan, Severity

# Findings by which values go out of sight; they are kept, and come back with the definition.
HIDING = frozenset({"object_removed", "object_retired", "field_removed", "field_retired"})


@dataclass(frozen=True, slots=True)
class Ticket:
    """``base``: the revision in force when the plan was made (0: none); ``target``: the content hash it leads to."""

    base: int
    target: str

    @classmethod
    def of(cls, deployment: Deployment, manifest: Manifest) -> Ticket:
        return cls(deployment.revision or 0, manifest.revision)


def require_current(ticket: Ticket, deployment: Deployment, manifest: Manifest) -> None:
    """Raises Refused, and says why, if the plan that ``ticket`` stands for would be another one by now."""
    if (deployment.revision or 0) != ticket.base:
        raise Refused(Message("Revision {revision} was applied after this plan was made; look at the plan again.",
                              {"revision": deployment.revision}))
    if manifest.revision != ticket.target:
        raise Refused(Message("The files of the workspace have changed since this plan was made; look at the plan "
                              "again."))


def is_destructive(finding: Finding) -> bool:
    """Whether values are lost, or go out of sight."""
    if finding.severity is Severity.BLOCKING:
        return finding.can_be_allowed
    return finding.code in HIDING and bool(finding.count)


def needs_confirmation(plan: Plan) -> bool:
    return any(is_destructive(finding) for finding in plan.findings)


def allowances(plan: Plan) -> tuple[str, ...]:
    """What ``apply`` has to be told so that it accepts the blocking findings of ``plan`` that can be, and no others."""
    return tuple(
        f"{f.code}:{f.address}" for f in plan.findings if f.severity is Severity.BLOCKING and f.can_be_allowed
    )
