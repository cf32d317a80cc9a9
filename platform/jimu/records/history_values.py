"""Values as history keeps them (JSON) and back: by kind alone, since an old value need not be one a field still
allows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from jimu.definitions.model import FieldDef
from jimu.fieldtypes.kinds import Kind

_RESTORE: dict[Kind, Callable[[Any], Any]] = {
    Kind.DECIMAL: lambda v: Decimal(str(v)),
    Kind.DATE: date.fromisoformat,
    Kind.DATETIME: datetime.fromisoformat,
    Kind.TIME: time.fromisoformat,
    Kind.DURATION: lambda v: timedelta(seconds=v),
}


def restore_value(value: Any, field: FieldDef) -> Any:
    """The Python value of what history holds; what does not fit the field's kind of today comes back as it is."""
    restore = _RESTORE.get(field.kind)
    if value is None or restore is None:
        return value
    try:
        return restore(value)
    except (ValueError, TypeError, ArithmeticError):
        return value
