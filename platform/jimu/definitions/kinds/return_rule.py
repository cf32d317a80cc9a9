"""When records go back to their pool by themselves: one rule of a pool, made into two formulas.

``day`` is the day on whose run the record goes back, ``due`` whether it does on the day of the question (or has been
due before). Both are ordinary formulas on the record, so the run, the preview, lists and warnings ask the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jimu.definitions.documents import Document, optional_text, text_of
from jimu.definitions.kinds.kind import Linking
from jimu.definitions.model import NO_TEXT, Formula
from jimu.definitions.reader import YamlMap
from jimu.diagnostics import Place
from jimu.fieldtypes.kinds import Kind
from jimu.formulas.types import BOOLEAN, DATE, NUMBER
from jimu.messages import Text

OWNED_SINCE = "owner_since"


@dataclass(frozen=True, slots=True)
class ReturnRuleDef:
    """``held``: the records it looks at. ``after`` and the sources are kept for saying the rule in words. ``warn``:
    so many days before ``day`` the owner is told, the earliest first. ``soon``: will be due within the longest of them.
    """

    name: str
    label: Text
    held: Formula
    day: Formula
    due: Formula
    soon: Formula | None
    after: int | str | Mapping[str, int]
    by: str = ""  # ``after`` by the values of this field
    since: tuple[str, ...] = ()
    when_source: str = ""
    except_source: str = ""
    grace: int = 0
    warn: tuple[int, ...] = ()
    advice: Text = NO_TEXT
    source: Place = field(default_factory=Place)


def build_return_rules(
    raw: object, object: str, protect: int, document: Document, linking: Linking
) -> tuple[ReturnRuleDef, ...]:
    """The rules written under ``returns``; a record that several of them take goes by the first."""
    made: list[ReturnRuleDef] = []
    for i, item in enumerate(raw if isinstance(raw, list) else ()):
        if isinstance(item, YamlMap):
            rule = _Building(item, ("returns", i), object, document, linking).rule(protect)
            if rule is not None:
                made.append(rule)
    return tuple(made)


class _Building:
    def __init__(
        self, raw: YamlMap, path: tuple[str | int, ...], object: str, document: Document, linking: Linking
    ) -> None:
        self.raw, self.path, self.object = raw, path, object
        self.document, self.linking = document, linking

    def rule(self, protect: int) -> ReturnRuleDef | None:
        raw = self.raw
        known = len(self.linking.findings.diagnostics)
        for key in ("when", "except"):
            if raw.get(key):
                self._formula(raw[key], BOOLEAN, key)
        since, after = self._since(), self._after()
        if len(self.linking.findings.diagnostics) > known:
            return None
        grace, warn = int(raw.get("grace", 0)), tuple(sorted(raw.get("warn") or (), reverse=True))
        day_source = _day_source(since, after, protect, grace)
        held_source = _held_source(raw.get("when"), raw.get("except"))
        held = self._formula(held_source, BOOLEAN, "when")
        day = self._formula(day_source, DATE, "after")
        early = self._early_source(since, grace)
        due = self._formula(f"{early}{held_source} and {day_source} <= today()", BOOLEAN, "after")
        soon = None
        if warn:
            ahead = f"{day_source} > today() and {day_source} <= add_days(today(), {warn[0]})"
            early = self._early_source(since, grace - warn[0])
            soon = self._formula(f"{early}{held_source} and {ahead}", BOOLEAN, "warn")
        if held is None or day is None or due is None:
            return None
        name = raw["name"]
        shown: Any = raw.get("after")
        levels = _levels(shown) if isinstance(shown, YamlMap) else None
        return ReturnRuleDef(
            name,
            text_of(raw, "label", name),
            held,
            day,
            due,
            soon,
            levels if levels is not None else shown,
            shown["by"] if isinstance(shown, YamlMap) else "",
            since,
            raw.get("when", ""),
            raw.get("except", ""),
            grace,
            warn,
            optional_text(raw, "advice"),
            self.document.value_place(*self.path),
        )

    def _formula(self, source: str, expected: object, key: str) -> Formula | None:
        place = self.document.value_place(*self.path, key)
        made = self.linking.linker.formula(source, self.object, expected, place, self.document.address)  # type: ignore[arg-type]
        if made is not None and made.python_only:
            template = "The database cannot compute {name}; a condition of a pool is judged there."
            self.linking.findings.error(
                "not_in_sql", template, {"name": made.python_only}, place, self.document.address
            )
            return None
        return made

    def _since(self) -> tuple[str, ...]:
        """The days or moments from which it is counted; the latest of them counts."""
        kept = []
        for i, name in enumerate(self.raw.get("since") or [OWNED_SINCE]):
            place = self.document.value_place(*self.path, "since", i) if self.raw.get("since") else self._place()
            field = self.linking.linker.check_path(name, self.object, place, self.document.address)
            if field is None:
                continue
            if field.kind not in (Kind.DATE, Kind.DATETIME):
                template = "{field} is neither a day nor a moment, so nothing can be counted from it."
                self.linking.findings.error(
                    "not_a_day", template, {"field": field.address}, place, self.document.address
                )
                continue
            kept.append(name)
        return tuple(kept)

    def _after(self) -> str:
        """The days as a formula."""
        raw = self.raw.get("after")
        if isinstance(raw, YamlMap):
            field = self.linking.linker.check_field(
                raw["by"], self.object, self.document.value_place(*self.path, "after", "by"), self.document.address
            )
            cases = ", ".join(f"{key!r}, {int(days)}" for key, days in raw["days"].items())
            if field is not None:
                self._formula(f"case({raw['by']}, {cases}, None)", NUMBER, "after")
            otherwise = raw.get("otherwise")
            return f"case({raw['by']}, {cases}, {'None' if otherwise is None else int(otherwise)})"
        if isinstance(raw, str):
            self._formula(raw, NUMBER, "after")
            return f"({raw})"
        return str(int(raw or 0))

    def _early_source(self, since: tuple[str, ...], more: int) -> str:
        """What must hold of every record that goes back, by comparisons that cost nothing: nothing counted from is
        younger than the rule's fewest days. Spares the question for most records the day to be worked out."""
        raw: Any = self.raw.get("after")
        listed = (
            [*raw["days"].values(), *([raw["otherwise"]] if "otherwise" in raw else [])]
            if isinstance(raw, YamlMap)
            else [raw]
        )
        if not all(isinstance(days, int) for days in listed):
            return ""
        least = min(int(days) for days in listed) + more - 1
        if least <= 0:
            return ""
        parts = []
        for name in dict.fromkeys((*since, OWNED_SINCE)):
            field = self.linking.linker.fields[self.object].get(name)
            if field is not None and field.kind is Kind.DATETIME:
                parts.append(f"(is_blank({name}) or {name} <= now() - days({least}))")
        return " and ".join([*parts, ""])

    def _place(self) -> Place:
        return self.document.value_place(*self.path)


def _levels(raw: YamlMap) -> dict[str, int]:
    """The days by value; those for all other values under ''."""
    days = {str(key): int(value) for key, value in raw["days"].items()}
    return {**days, "": int(raw["otherwise"])} if "otherwise" in raw else days


def _day_source(since: tuple[str, ...], after: str, protect: int, grace: int) -> str:
    """The day of the return: so long after the latest of ``since``, and never within the protection after the claim.
    A record whose ``after`` is blank does not go back."""
    start = f"coalesce(max({', '.join(f'date({name})' for name in since)}, date({OWNED_SINCE})), date(created_at))"
    day = f"add_days({start}, {after})"
    if protect:
        kept = f"add_days(coalesce(date({OWNED_SINCE}), date(created_at)), {protect})"
        # max() passes over blanks, but what never goes back must stay so.
        day = f"if_(is_blank({after}), None, max({day}, {kept}))"
    return f"add_days({day}, {grace})" if grace else day


def _held_source(when: str | None, but: str | None) -> str:
    parts = ["not_blank(owner)", *([f"({when})"] if when else []), *([f"not ({but})"] if but else [])]
    return " and ".join(parts)
