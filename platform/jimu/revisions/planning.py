"""Planning: compare two configurations, and say what each difference does to the data. Changes nothing."""

from __future__ import annotations

from jimu.definitions import Change, Manifest, compare
from jimu.messages import Message
from jimu.records.schema import build_schema
from jimu.revisions.deployment import Deployment
from jimu.revisions.effects import Situation, effects_of, plain
from jimu.revisions.findings import Finding, Plan, Severity
from jimu.revisions.questions import Questions
from jimu.storage import Store
from jimu.storage.ddl import SchemaChange, count_misfits, plan_ddl, preview_store


def plan(deployment: Deployment, manifest: Manifest) -> Plan:
    """What bringing ``manifest`` into force would do, in words and counts."""
    changes = compare(deployment.running, manifest)
    schema = build_schema(manifest)
    steps = plan_ddl(deployment.database, schema)
    findings = _first(changes) if deployment.running is None else _effects(deployment, manifest, changes, steps)
    return Plan(
        deployment.running.revision if deployment.running else None, manifest.revision, tuple(findings),
        tuple(step.dump() for step in steps),
    )


def _first(changes: list[Change]) -> list[Finding]:
    """In a new database there is no data that could suffer."""
    return [plain(change) for change in changes]


def _effects(
    deployment: Deployment, manifest: Manifest, changes: list[Change], steps: list[SchemaChange]
) -> list[Finding]:
    assert deployment.running is not None
    old_schema, new_schema = build_schema(deployment.running), build_schema(manifest)
    now = deployment.clock()
    old_store = Store(deployment.database, old_schema)
    with old_store.read() as old, preview_store(deployment.database, new_schema).read() as new:
        situation = Situation(
            deployment.running, manifest, Questions(old, old_schema, now), Questions(new, new_schema, now)
        )
        findings = [f for change in changes if not _is_part(change, manifest) for f in effects_of(change, situation)]
        findings += [f for step in steps if (f := _misfits(deployment, step)) is not None]
    return sorted(findings, key=lambda f: list(Severity).index(f.severity), reverse=True)


def _is_part(change: Change, manifest: Manifest) -> bool:
    """A change of a field that belongs to another, such as a currency's code: the other tells it all."""
    object = manifest.objects.get(change.object or "")
    field = object.fields.get(change.name or "") if object and change.part == "field" else None
    return field is not None and field.part_of is not None


def _misfits(deployment: Deployment, step: SchemaChange) -> Finding | None:
    """Values that a change of type cannot carry over: they would be blank in the new column."""
    if step.kind != "change_type":
        return None
    count, examples = count_misfits(deployment.database, step)
    if not count:
        return None
    message = Message("Field {field} changes its type: {n} values do not fit and would become blank.",
                      {"field": f"{step.object}.{step.column}", "n": count})
    shown = tuple(str(value) for _, value in examples)
    return Finding("type_misfit", Severity.BLOCKING, f"{step.object}.{step.column}", message, count, None, shown)
