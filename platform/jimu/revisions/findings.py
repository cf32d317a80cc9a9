"""What a plan consists of: one finding per change, saying in words and counts what it does to the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from jimu.messages import Message, Translator


class Severity(StrEnum):
    """``safe``: touches no value. ``warning``: people will notice. ``blocking``: refused, unless allowed by name."""

    SAFE = "safe"
    WARNING = "warning"
    BLOCKING = "blocking"


@dataclass(frozen=True, slots=True)
class Finding:
    """``code`` is stable and what is named to allow it (``type_misfit``); ``address`` the definition (``lead.code``).

    ``count`` of ``total`` records are touched, where that can be said; ``examples`` shows a few of them.
    ``can_be_allowed``: False for what the database itself would refuse.
    """

    code: str
    severity: Severity
    address: str
    message: Message
    count: int | None = None
    total: int | None = None
    examples: tuple[str, ...] = ()
    can_be_allowed: bool = True

    def dump(self, translate: Translator | None = None) -> dict[str, Any]:
        return {
            "code": self.code, "severity": self.severity.value, "address": self.address,
            "message": self.message.render(translate), "count": self.count, "total": self.total,
            "examples": list(self.examples), "can_be_allowed": self.can_be_allowed,
        }


@dataclass(frozen=True)
class Plan:
    """What it takes to bring ``after`` into force over ``before`` (content hashes; None: a new database).

    ``schema_changes``: what will be done to tables, in the words of the store, for those who want to know.
    """

    before: str | None
    after: str
    findings: tuple[Finding, ...] = ()
    schema_changes: tuple[Mapping[str, Any], ...] = field(default_factory=tuple)

    @property
    def is_empty(self) -> bool:
        """Nothing to do: the database runs this configuration, and its tables are as they should be."""
        return self.before == self.after and not self.schema_changes

    def refused(self, allow: frozenset[str] = frozenset()) -> list[Finding]:
        """The blocking findings that are not allowed. ``allow``: codes, ``code:address``, or ``all``."""
        return [f for f in self.findings if f.severity is Severity.BLOCKING and not _is_allowed(f, allow)]

    def worst(self) -> Severity:
        order = list(Severity)
        return max((f.severity for f in self.findings), key=order.index, default=Severity.SAFE)

    def dump(self, translate: Translator | None = None) -> dict[str, Any]:
        return {
            "before": self.before, "after": self.after, "is_empty": self.is_empty, "severity": self.worst().value,
            "findings": [f.dump(translate) for f in self.findings], "schema_changes": list(self.schema_changes),
        }


def _is_allowed(finding: Finding, allow: frozenset[str]) -> bool:
    names = {"all", finding.code, f"{finding.code}:{finding.address}"}
    return finding.can_be_allowed and bool(names & allow)
