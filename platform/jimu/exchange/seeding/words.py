"""Word lists: seed/words/<name>.yaml, by language, either plain lists or patterns over lists.

en:    {patterns: ["{place} {trade}"], place: [North, Lake], trade: [Tools, Foods]}
zh-CN: [阿里, 百川]
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from random import Random
from typing import Any

from jimu.definitions.manifest import Manifest
from jimu.definitions.reader import read

ANY = "any"
PATTERNS = "patterns"
_FOLDER = ("seed", "words")
_PLACE = re.compile(r"\{([a-z0-9_]+)\}")


@dataclass(frozen=True)
class WordList:
    """``by_language``: language -> words, or name -> words with ``patterns`` that put them together."""

    name: str
    by_language: Mapping[str, Sequence[str] | Mapping[str, Sequence[str]]]

    def draw(self, random: Random, language: str | None = None) -> str:
        """A word, in ``language`` if the list has it, else in its first language."""
        found = self.by_language.get(language or ANY)
        if found is None:
            found = next(iter(self.by_language.values()))
        if not isinstance(found, Mapping):
            return str(found[int(random.random() * len(found))])
        patterns = found[PATTERNS]
        pattern = str(patterns[int(random.random() * len(patterns))])
        return _PLACE.sub(lambda place: str(_one(random, found[place[1]])), pattern)

    def problems(self) -> list[str]:
        """Names in patterns that have no list."""
        missing = []
        for language, found in self.by_language.items():
            if isinstance(found, Mapping):
                names = {name for pattern in found.get(PATTERNS, ()) for name in _PLACE.findall(pattern)}
                missing += [f"{language}.{name}" for name in sorted(names - set(found))]
                if not found.get(PATTERNS):
                    missing.append(f"{language}.{PATTERNS}")
        return missing


def _one(random: Random, words: Sequence[str]) -> str:
    return words[int(random.random() * len(words))]


def read_word_lists(manifest: Manifest) -> dict[str, WordList]:
    """The word lists among the manifest's files."""
    lists: dict[str, WordList] = {}
    for path, text in manifest.files.items():
        parts = PurePosixPath(path.rpartition(":")[2]).parts  # without the layer that it comes from, as in crm:seed/
        if path.endswith((".yaml", ".yml")) and parts[-3:-1] == _FOLDER:
            name = PurePosixPath(parts[-1]).stem
            lists[name] = WordList(name, _content(read(text, path)[0]))
    return lists


def _content(raw: Any) -> Mapping[str, Any]:
    return raw if isinstance(raw, Mapping) else {ANY: raw}
