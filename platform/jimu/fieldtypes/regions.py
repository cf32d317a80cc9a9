"""Region trees: the provinces, cities and districts of a country, for addresses and dependent lists.

The engine ships none; a plugin brings the tree of a country through the hook ``jimu_region_trees``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jimu.messages import Text


@dataclass(frozen=True, slots=True)
class Region:
    """``code`` is unique in its country; ``level`` counts from 0 (the outermost)."""

    code: str
    name: Text
    level: int
    parent: str | None = None


class RegionTree:
    """The regions of one country. ``levels`` names the levels from the outermost in ("Province", "City" …)."""

    def __init__(self, country: str, levels: Iterable[Text], regions: Iterable[Region]):
        self.country = country
        self.levels = tuple(levels)
        self._regions: dict[str, Region] = {r.code: r for r in regions}
        self._children: dict[str | None, list[Region]] = {}
        for region in self._regions.values():
            if region.parent is not None and region.parent not in self._regions:
                raise ValueError(f"region {region.code} has an unknown parent {region.parent}")
            self._children.setdefault(region.parent, []).append(region)

    def __len__(self) -> int:
        return len(self._regions)

    def find(self, code: str) -> Region | None:
        return self._regions.get(code)

    def children(self, code: str | None = None) -> list[Region]:
        """The regions directly inside ``code`` (None: the outermost ones), in the order given."""
        return list(self._children.get(code, ()))

    def path(self, code: str) -> list[Region]:
        """The region and all around it, outermost first; [] for an unknown code."""
        found: list[Region] = []
        region = self._regions.get(code)
        while region is not None:
            found.insert(0, region)
            region = self._regions.get(region.parent) if region.parent is not None else None
        return found

    def name(self, code: str, locale: str = "en") -> str:
        """The region's own name, '' for an unknown code."""
        region = self._regions.get(code)
        return region.name.get(locale) if region else ""

    def parent(self, code: str) -> str | None:
        """The code of the region around ``code``; None at the outermost level and for an unknown code."""
        region = self._regions.get(code)
        return region.parent if region else None

    def full_name(self, code: str, locale: str = "en", separator: str = " ") -> str:
        return separator.join(region.name.get(locale) for region in self.path(code))

    def find_by_names(self, names: Iterable[str]) -> Region | None:
        """The region that ``names`` (outermost first, levels may be left out) lead to; None unless exactly one fits."""
        fitting: list[Region | None] = [None]
        for name in names:
            wanted = _folded(name)
            fitting = [r for around in fitting for r in self._below(around) if _is_called(r, wanted)]
        return fitting[0] if len(fitting) == 1 else None

    def search(self, text: str, most: int) -> list[Region]:
        """The regions whose name in any language begins with ``text``, outer levels first, at most ``most``."""
        wanted = _folded(text)
        fitting = [
            r for r in self._regions.values() if any(_folded(n).startswith(wanted) for n in r.name.by_locale.values())
        ]
        return sorted(fitting, key=lambda region: region.level)[:most]

    def _below(self, around: Region | None) -> Iterable[Region]:
        waiting = list(self._children.get(around.code if around else None, ()))
        while waiting:
            region = waiting.pop()
            yield region
            waiting.extend(self._children.get(region.code, ()))


class Regions:
    """The trees of all countries as one, for formulas: codes are looked up in every tree."""

    def __init__(self, trees: Mapping[str, RegionTree]):
        self.trees = trees

    def name(self, code: str, language: str = "en") -> str:
        return next((name for tree in self.trees.values() if (name := tree.name(code, language))), "")

    def parent(self, code: str) -> str | None:
        return next((parent for tree in self.trees.values() if (parent := tree.parent(code)) is not None), None)


def find_region(trees: Mapping[str, RegionTree], country: str | None, code: str) -> Region | None:
    """The region ``code`` in the tree of ``country``, or in any tree when the country is not known."""
    if country is not None:
        return trees[country].find(code) if country in trees else None
    return next((found for tree in trees.values() if (found := tree.find(code))), None)


def _is_called(region: Region, wanted: str) -> bool:
    return any(wanted == _folded(name) for name in region.name.by_locale.values())


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()
