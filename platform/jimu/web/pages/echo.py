"""Echoes: how what was typed is understood, where it is typed in another way than it is shown."""

from __future__ import annotations

from babel.dates import format_date

from jimu.fieldtypes.kinds import Kind
from jimu.web.pages.display import Values
from jimu.web.pages.model import FieldShape
from jimu.web.pages.reader import Reader
from jimu.web.pages.sent import Sent

_ECHOED = frozenset({Kind.DATE, Kind.DATETIME, Kind.DURATION})


def has_echo(shape: FieldShape) -> bool:
    return shape.field.kind in _ECHOED


def echo_of(shape: FieldShape, values: Values, sent: Sent, reader: Reader) -> str:
    """The text under the control: a day with its weekday, a duration in its units; '' where there is nothing to say."""
    kind, value = shape.field.kind, values.get(shape.name)
    typed = sent.typed.get(shape.name) or [""]
    if value is None or not typed[0]:
        return ""
    if kind is Kind.DURATION:
        text = shape.present(value, values, {}).text
        return text if text != typed[0] else ""
    day = value if kind is Kind.DATE else value.astimezone(reader.time_zone)
    return str(format_date(day, "full", locale=reader.format_context().babel_locale))
