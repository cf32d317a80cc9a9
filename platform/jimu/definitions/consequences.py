"""Telling causes from consequences: a file that cannot be read makes everything that names it look wrong too. What only
follows from another fault is left out, so that the fault itself is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any

from jimu.diagnostics import Diagnostic, Severity
from jimu.messages import Message

_KIND_OF_CODE = {
    "unknown_object": "object",
    "unknown_list": "list",
    "unknown_role": "role",
    "unknown_option_list": "options",
    "unknown_page": "page",
}
_FROM_A_MISSING_BASE = frozenset({*_KIND_OF_CODE, "unknown_field", "missing_key"})


def without_consequences(
    diagnostics: Iterable[Diagnostic], damaged: Set[tuple[str, str]], objects: Set[str]
) -> list[Diagnostic]:
    """``diagnostics`` but for the errors that follow from others.

    ``damaged``: kind and name of the definitions that could not be read whole; ``objects``: those that there are.
    Nothing is left out if no error would remain.
    """
    found = list(diagnostics)
    codes = {d.code for d in found}
    untyped = {d.address for d in found if d.code == "unknown_type"}

    def is_consequence(diagnostic: Diagnostic) -> bool:
        params = _params(diagnostic.message)
        if "unknown_base" in codes and diagnostic.code in _FROM_A_MISSING_BASE:
            return True
        if diagnostic.code in _KIND_OF_CODE:
            return (_KIND_OF_CODE[diagnostic.code], params.get("name")) in damaged
        if diagnostic.code == "unknown_field":
            owner = params.get("object")
            return ("object", owner) in damaged or ("unknown_object" in codes and owner not in objects)
        return diagnostic.code == "wrong_type" and diagnostic.address in untyped

    causes = [d for d in found if d.severity is not Severity.ERROR or not is_consequence(d)]
    return causes if any(d.severity is Severity.ERROR for d in causes) else found


def _params(message: Message) -> Mapping[str, Any]:
    """Those of the sentence that says the problem, without the one around it that adds a hint."""
    inner = message.params.get("problem")
    return _params(inner) if isinstance(inner, Message) else message.params
