"""The word lists that comparing names needs, as data (``words.yaml`` beside this file)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, eq=False)
class Words:
    """``forms``: legal forms, each as its words, the longest first."""

    forms: tuple[str, ...]
    heads: tuple[str, ...]
    cities: frozenset[str]
    city_marks: frozenset[str]
    public_mail: frozenset[str]
    dotless_mail: frozenset[str]
    mail_aliases: Mapping[str, str]


@cache
def words() -> Words:
    raw = yaml.safe_load(files("jimu.records.duplicates").joinpath("words.yaml").read_text("utf-8"))
    return Words(
        tuple(sorted(raw["forms"], key=len, reverse=True)),
        tuple(raw["heads"]),
        frozenset(raw["cities"]),
        frozenset(raw["city_mark"]),
        frozenset(raw["public_mail"]),
        frozenset(raw["dotless_mail"]),
        dict(raw["mail_aliases"]),
    )
