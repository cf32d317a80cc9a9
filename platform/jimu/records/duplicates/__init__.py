"""Duplicates: which records are taken for the same, by the rules of their object.

``check_duplicates`` and ``keep_match_keys`` are steps of the write path; ``find_duplicates`` answers an import or a
form that wants to know before it writes. Records find each other by keys (``keys``) that the write path keeps, so that
it takes no longer with a million records than with a thousand. Knows no HTTP.
"""

from jimu.records.duplicates.detecting import Match, Searching
from jimu.records.duplicates.rules import Rule, all_rules, find_rule, rules_of
from jimu.records.duplicates.telling import Telling, Told

__all__ = ["Match", "Rule", "Searching", "Telling", "Told", "all_rules", "find_rule", "rules_of"]
