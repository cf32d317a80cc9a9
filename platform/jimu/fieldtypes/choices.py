"""Options of picklists: finding one by what JSON says (its value) and by what people write (its value or any label)."""

from __future__ import annotations

import unicodedata
from typing import Any

from jimu.diagnostics import nearest
from jimu.fieldtypes.base import ChoiceSpec, FieldSpec, JsonSchema
from jimu.fieldtypes.errors import FieldError, wrong
from jimu.fieldtypes.numbers import shown

OPTION_KEYS: dict[str, JsonSchema] = {
    "options": {
        "type": ["array", "object"],
        "description": "The values that may be chosen, in order; or {list: name} for a shared list.",
    },
    "controller": {
        "type": "string",
        "description": "The picklist this one depends on; an option's `depends` lists its values that allow it.",
    },
}


def choice_of(field: FieldSpec, value: str) -> ChoiceSpec | None:
    for choice in field.choices or ():
        if choice.value == value:
            return choice
    return None


def check_choice(field: FieldSpec, value: Any) -> str:
    """``value`` if it is an option of the field (a retired one too: records checks whether it was there before)."""
    if not isinstance(value, str):
        raise unknown_choice(field, value)
    if field.choices is None or choice_of(field, value):
        return value
    raise unknown_choice(field, value)


def find_choice(field: FieldSpec, text: str) -> str:
    """The option whose value or label in any language ``text`` is, without regard to case and width; raises
    FieldError.
    """
    if field.choices is None or choice_of(field, text):
        return text
    wanted = _folded(text)
    found = [
        c for c in field.choices if wanted == _folded(c.value) or wanted in map(_folded, c.label.by_locale.values())
    ]
    alive = [c for c in found if not c.retired] or found
    if len({c.value for c in alive}) != 1:
        raise unknown_choice(field, text)
    return alive[0].value


def is_retired(field: FieldSpec, value: str) -> bool:
    """True when new input may no longer choose ``value``."""
    choice = choice_of(field, value)
    return choice is not None and choice.retired


def retired_choice(value: str) -> FieldError:
    return wrong("retired_choice", "{value} can no longer be chosen.", value=shown(value))


def unknown_choice(field: FieldSpec, value: Any) -> FieldError:
    known = [c.value for c in field.choices or () if not c.retired]
    near = nearest(str(value), known)
    if near:
        return wrong(
            "unknown_choice",
            "{value} is not one of the options. Did you mean {nearest}?",
            value=shown(value),
            nearest=near,
        )
    return wrong("unknown_choice", "{value} is not one of the options.", value=shown(value))


def label_of(field: FieldSpec, value: str, locale: str) -> str:
    choice = choice_of(field, value)
    return (choice.label.get(locale) or choice.value) if choice else value


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("_", " ").split())
