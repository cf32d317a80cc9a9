"""Overlays: a file of the same kind and name in a higher layer says only what differs from the file below it.

Mappings are merged key by key, texts and numbers replaced, labels merged by language; null takes a key away. A list
is changed only by an explicit word: ``{append: [...]}``, ``prepend``, ``replace``, ``remove``, and ``retire`` for
options, so that nobody loses a base's later additions without having said so. Every value keeps the place where it
was written.
"""

from __future__ import annotations

from typing import Any

from jimu.definitions.reader import YamlList, YamlMap, place
from jimu.definitions.schemas import WORDS, common_field_keys
from jimu.diagnostics import Diagnostic
from jimu.messages import Message

LABELS = frozenset({"label", "plural", "help", "message"})
WHOLE = frozenset({"default"})  # values that are replaced, never merged
_NAMING = ("name", "value", "field", "object", "label")


def merge(base: YamlMap, over: YamlMap) -> tuple[YamlMap, list[Diagnostic]]:
    """``base`` changed as ``over`` says, and what ``over`` says wrongly. Neither is changed."""
    merging = _Merging()
    return merging.maps(base, over, ()), merging.diagnostics


class _Merging:
    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def maps(self, base: YamlMap, over: YamlMap, path: tuple[str, ...]) -> YamlMap:
        made = base.copy()
        if len(path) == 2 and path[0] == "fields" and "type" in over and over["type"] != base.get("type"):
            for key in set(made) - common_field_keys():
                made.discard(key)  # the other type's own keys
        for key, value in over.items():
            if value is None:
                made.discard(key)
                continue
            merged = self.value(made.get(key), value, over, (*path, key))
            kept = merged is made.get(key)
            made.set(
                key,
                merged,
                made.keys_at[key] if kept else over.keys_at[key],
                made.values_at[key] if kept else over.values_at[key],
            )
        return made

    def value(self, base: Any, over: Any, owner: YamlMap, path: tuple[str, ...]) -> Any:
        key = path[-1]
        if key in LABELS and isinstance(over, YamlMap):
            return self._label(base, over)
        if isinstance(over, YamlMap):
            if isinstance(base, YamlList) or base is None:
                words = set(over) & set(WORDS)
                if words and words == set(over) and all(isinstance(v, YamlList) for v in over.values()):
                    return self._list(base if base is not None else YamlList(over.mark), over, path)
            if isinstance(base, YamlMap) and key not in WHOLE:
                return self.maps(base, over, path)
            return over
        if isinstance(over, YamlList) and isinstance(base, YamlList) and over != base:
            message = Message(
                "{key} is a list of the base; say replace, append, prepend or remove: {key}: {{append: [...]}}.",
                {"key": key},
            )
            self.diagnostics.append(Diagnostic("list_needs_word", message, place(owner.keys_at[key])))
            return base
        return over

    def _label(self, base: Any, over: YamlMap) -> YamlMap:
        if isinstance(base, str):
            told = YamlMap(over.mark)
            told.set("en", base, over.mark, over.mark)
            base = told
        if not isinstance(base, YamlMap):
            return over
        made = base.copy()
        for locale, text in over.items():
            made.set(locale, text, over.keys_at[locale], over.values_at[locale])
        return made

    def _list(self, base: YamlList, words: YamlMap, path: tuple[str, ...]) -> YamlList:
        made = YamlList(base.mark)
        start = words.get("replace", base)
        taken = words.get("remove", ())
        self._check_known(start, words, "remove", path)
        self._check_known(start, words, "retire", path)
        for source in (words.get("prepend", YamlList(words.mark)), start, words.get("append", YamlList(words.mark))):
            for item, at in zip(source, source.items_at, strict=True):
                if source is start and any(_same(item, gone) for gone in taken):
                    continue
                retired = source is start and any(_same(item, gone) for gone in words.get("retire", ()))
                made.add(_retired(item, at) if retired else item, at)
        return made

    def _check_known(self, base: YamlList, words: YamlMap, word: str, path: tuple[str, ...]) -> None:
        listed = words.get(word, YamlList(words.mark))
        for item, at in zip(listed, listed.items_at, strict=True):
            if not any(_same(known, item) for known in base):
                message = Message(
                    "{key} of the base has no {item} to {word}.", {"key": path[-1], "item": str(item), "word": word}
                )
                self.diagnostics.append(Diagnostic("unknown_item", message, place(at)))


def _same(item: Any, wanted: Any) -> bool:
    """Whether ``wanted`` (the item itself, or what names it) means ``item``."""
    if item == wanted:
        return True
    return isinstance(item, dict) and not isinstance(wanted, dict) and any(item.get(key) == wanted for key in _NAMING)


def _retired(item: Any, at: tuple[str, int, int]) -> YamlMap:
    made = item.copy() if isinstance(item, YamlMap) else YamlMap(at)
    if not isinstance(item, YamlMap):
        made.set("value", item, at, at)
    made.set("retired", True, at, at)
    return made
