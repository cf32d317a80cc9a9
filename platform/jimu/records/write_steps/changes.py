"""What really changes. An update that changes nothing is stopped here: it stores nothing and raises no version."""

from __future__ import annotations

from jimu.records.wave import Wave


def find_changes(wave: Wave) -> None:
    """Set ``changed`` of each draft: the touched fields whose value differs from the stored one."""
    for draft in wave.open:
        before, values = draft.before, draft.values
        if before is None:
            draft.changed = tuple(name for name, value in values.items() if value is not None)
        else:
            draft.changed = tuple(
                name
                for name in sorted(draft.touched)
                if (name in values and values[name] != before.get(name)) or (name in before and name not in values)
            )
