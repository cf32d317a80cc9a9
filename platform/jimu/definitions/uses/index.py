"""The index: by what is used, and by who uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from jimu.definitions.kinds import KINDS
from jimu.definitions.manifest import Manifest
from jimu.definitions.use import Use
from jimu.definitions.uses.layouts import uses_of_apps, uses_of_lists, uses_of_pages, uses_of_roles
from jimu.definitions.uses.loads import uses_of_import_plans, uses_of_seeds
from jimu.definitions.uses.objects import uses_of_objects


def uses_of_further_kinds(manifest: Manifest) -> Iterator[Use]:
    """Those that the kinds of ``definitions.kinds`` tell of themselves."""
    for kind in KINDS:
        for definition in manifest.all(kind.name).values():
            yield from kind.uses(manifest, definition)


WALKERS: tuple[Callable[[Manifest], Iterator[Use]], ...] = (
    uses_of_objects,
    uses_of_pages,
    uses_of_lists,
    uses_of_roles,
    uses_of_apps,
    uses_of_seeds,
    uses_of_import_plans,
    uses_of_further_kinds,
)

# By these, the value of one field follows from another's.
_COMPUTES = frozenset({"formula", "rollup", "default"})

Edge = tuple[str, str]


@dataclass(frozen=True)
class Uses:
    by_target: Mapping[str, tuple[Use, ...]]
    by_source: Mapping[str, tuple[Use, ...]]

    def of(self, target: str) -> tuple[Use, ...]:
        """Who uses ``target``, in the order of ``WALKERS``."""
        return self.by_target.get(target, ())

    def by(self, source: str) -> tuple[Use, ...]:
        """What ``source`` uses."""
        return self.by_source.get(source, ())

    def around(self, address: str, most: int = 40) -> list[Edge]:
        """The (needed, needing) pairs of fields from which ``address`` is computed, and of those computed from it, as
        far as they reach; at most ``most`` fields.
        """
        edges: dict[Edge, None] = {}
        seen = {address}
        for upwards in (True, False):
            waiting = [address]
            while waiting and len(seen) < most:
                here = waiting.pop(0)
                for other in self._next(here, upwards):
                    edges[(other, here) if upwards else (here, other)] = None
                    if other not in seen and len(seen) < most:
                        seen.add(other)
                        waiting.append(other)
        return [e for e in edges if e[0] in seen and e[1] in seen]

    def _next(self, address: str, upwards: bool) -> list[str]:
        uses = self.by(address) if upwards else self.of(address)
        found = (u.target if upwards else u.source for u in uses if u.how in _COMPUTES)
        return list(dict.fromkeys(a for a in found if "." in a))


def build_uses(manifest: Manifest) -> Uses:
    """The index of ``manifest``."""
    found = list(dict.fromkeys(use for walk in WALKERS for use in walk(manifest)))
    return Uses(_grouped(found, lambda u: u.target), _grouped(found, lambda u: u.source))


def _grouped(uses: Iterable[Use], key: Callable[[Use], str]) -> Mapping[str, tuple[Use, ...]]:
    found: dict[str, list[Use]] = {}
    for use in uses:
        found.setdefault(key(use), []).append(use)
    return {name: tuple(listed) for name, listed in found.items()}
