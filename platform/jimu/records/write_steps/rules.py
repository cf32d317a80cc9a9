"""The object's checks, all of them, on the final values."""

from __future__ import annotations

from jimu.errors import Problem
from jimu.formulas import evaluate
from jimu.messages import Message
from jimu.records.wave import Wave


def check_rules(wave: Wave) -> None:
    """A check that does not hold is a problem beside each of its fields (a warning only warns)."""
    checks = wave.plan.checks
    if not checks:
        return
    for draft in wave.judged:
        unusable = {p.field for p in draft.problems if p.code != "required"}
        get, environment = wave.reader(draft), wave.environment_of(draft)
        for check in checks:
            if unusable and any(path[0] in unusable for path in check.check.paths):
                continue  # what it would judge is not what the person wrote
            if evaluate(check.check, get, environment):
                continue
            found = draft.problems if check.severity == "error" else draft.warnings
            message = Message("{text}", {"text": check.message})
            found.extend(Problem(f"check:{check.name}", message, name) for name in check.fields or (None,))
