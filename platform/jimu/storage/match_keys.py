"""Rows of keys by which like records find each other. What a key means is for ``records.duplicates`` to know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jimu.storage.connection import Connection

_COPY_FROM = 200
_MOST_UNDER_ONE = 1_000
_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class MatchRuleRow:
    """``filled``: the keys of all records are there."""

    rule: int
    object: str
    name: str
    filled: bool


class MatchKeyRows:
    """The part of a transaction that keeps them."""

    connection: Connection

    def add_match_keys(self, rows: Sequence[tuple[int, int, int, str]], *, fresh: bool = False) -> None:
        """(rule, key, record id, text to judge likeness by); those that are there already are left. ``fresh``: none of
        them is.
        """
        if fresh and self.connection.capabilities.copy and len(rows) >= _COPY_FROM:
            self.connection.copy("COPY match_key (rule, key, record_id, text) FROM STDIN", rows)
            return
        self.connection.do_many(
            "INSERT INTO match_key (rule, key, record_id, text) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", rows)

    def remove_match_keys(self, rule: int, ids: Iterable[int]) -> None:
        """All keys of ``rule`` under which the records lie."""
        self.connection.do(f"DELETE FROM match_key WHERE record_id {self.connection.among()} AND rule = ?",  # noqa: S608
                           self.connection.list_value(ids), rule)

    def forget_match_keys(self, ids: Iterable[int]) -> None:
        """All keys of records that are gone for good."""
        self.connection.do(f"DELETE FROM match_key WHERE record_id {self.connection.among()}",  # noqa: S608
                           self.connection.list_value(ids))

    def find_match_keys(self, rule: int, keys: Sequence[int]) -> list[tuple[int, int, str]]:
        """(key, record id, text) of what lies under ``keys``; of a crowded key the newest records only."""
        found: list[tuple[int, int, str]] = []
        for start in range(0, len(keys), _AT_ONCE):
            found += self._find(rule, keys[start : start + _AT_ONCE])
        return found

    def _find(self, rule: int, keys: Sequence[int]) -> list[tuple[int, int, str]]:
        listed = self.connection.list_value(keys)
        plain = f"FROM match_key WHERE rule = ? AND key {self.connection.among()}"
        return self.connection.rows_planned_anew(self._marked(
            "SELECT key, record_id, text FROM (SELECT key, record_id, text, row_number() OVER (PARTITION BY key"  # noqa: S608
            f" ORDER BY record_id DESC) AS place {plain}) AS found WHERE place <= {_MOST_UNDER_ONE}"),
            (rule, listed))

    def _marked(self, text: str) -> str:
        mark = self.connection.capabilities.mark
        return text if mark == "?" else text.replace("?", mark)

    def crowded_match_keys(self, rule: int, after: int, limit: int) -> list[tuple[int, int]]:
        """(key, how many records) of the next keys after ``after`` under which several records lie, in their order."""
        return self.connection.ask(
            "SELECT key, count(*) FROM match_key WHERE rule = ? AND key > ? GROUP BY key HAVING count(*) > 1"
            " ORDER BY key LIMIT ?", rule, after, limit)

    def match_rules(self) -> list[MatchRuleRow]:
        """The rules whose keys are kept."""
        rows = self.connection.ask("SELECT rule, object, name, filled FROM match_rule ORDER BY rule")
        return [MatchRuleRow(rule, object, name, bool(filled)) for rule, object, name, filled in rows]

    def add_match_rule(self, row: MatchRuleRow) -> None:
        self.connection.do("INSERT INTO match_rule (rule, object, name, filled) VALUES (?, ?, ?, ?)",
                           row.rule, row.object, row.name, row.filled)

    def fill_match_rule(self, rule: int) -> None:
        """Say that all keys of ``rule`` are there."""
        self.connection.do("UPDATE match_rule SET filled = ? WHERE rule = ?", True, rule)

    def remove_match_rule(self, rule: int) -> None:
        """Forget a rule with its keys."""
        self.connection.do("DELETE FROM match_key WHERE rule = ?", rule)
        self.connection.do("DELETE FROM match_rule WHERE rule = ?", rule)
