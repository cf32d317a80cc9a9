"""Planning: compare two configurations, and say what each difference does to the data. Changes nothing."""

from __future__ import annotations

from jimu.definitions import Change, Manifest, compare
from jimu.messages import Message
from jimu.records.schema import build_schema
from jimu.revisions.deployment import Deployment
from jimu.revisions.effects import Situation, count_failing, effects_of, plain
from jimu.revisions.findings import Finding, Plan, Severity
from jimu.revisions.questions import Questions
from jimu.revisions.reach import Compared, reach_findings
from jimu.revisions.renames import with_renames_back
from jimu.revisions.titles import title_findings
from jimu.storage import Store
from jimu.storage.ddl import SchemaChange, count_misfits, plan_ddl, preview_store


def plan(deployment: Deployment, manifest: Manifest) -> Plan:
    """What bringing ``manifest`` into force would do, in words and counts."""
    manifest = with_renames_back(deployment.running, manifest)
    steps = plan_ddl(deployment.database, build_schema(manifest))
    findings = _definitions(deployment, manifest)
    findings += [f for step in steps if (f := _misfits(deployment, step)) is not None]
    findings.sort(key=lambda f: list(Severity).index(f.severity), reverse=True)
    return Plan(deployment.hash, manifest.revision, tuple(findings), tuple(step.dump() for step in steps))


def _definitions(deployment: Deployment, manifest: Manifest) -> list[Finding]:
    """What changes in the definitions. In a new database there is no data that could suffer."""
    if deployment.running is not None:
        return _effects(deployment, deployment.running, manifest)
    if deployment.revision is not None:
        message = Message("This version of the engine cannot read revision {revision}, which is in force; "
                          "what changes in it cannot be told.", {"revision": deployment.revision})
        return [Finding("running_unreadable", Severity.WARNING, "workspace", message)]
    return [plain(change) for change in compare(None, manifest)]


def _effects(deployment: Deployment, running: Manifest, manifest: Manifest) -> list[Finding]:
    old_schema, new_schema = build_schema(running), build_schema(manifest)
    now = deployment.clock()
    old_store = Store(deployment.database, old_schema, is_observed=False)
    with old_store.read() as old, preview_store(deployment.database, new_schema).read() as new:
        changes = [c for c in compare(running, manifest) if not _is_part(c, manifest)]
        questions = Questions(new, new_schema, now)
        failing = count_failing(changes, manifest, questions)
        situation = Situation(running, manifest, Questions(old, old_schema, now), questions, failing)
        found = [finding for change in changes for finding in effects_of(change, situation)]
        reach = reach_findings(running, manifest, Compared(old, new, now, deployment.looked_at), changes)
        return [*found, *title_findings(running, manifest, questions), *reach]


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
    message = Message("Field {field} changes its type; values that do not fit and would become blank: {n}.",
                      {"field": f"{step.object}.{step.column}", "n": count})
    shown = tuple(str(value) for _, value in examples)
    return Finding("type_misfit", Severity.BLOCKING, f"{step.object}.{step.column}", message, count, None, shown)
