"""A value derived from a manifest: built once for it and forgotten together with it.

Manifests are immutable and replaced whole, so identity is the right key: a new revision starts with nothing cached.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

from jimu.definitions.manifest import Manifest

T = TypeVar("T")


class PerManifest(Generic[T]):
    """``get(manifest)`` returns ``build(manifest)``, built at the first call.

    Two threads may build it twice; one wins.
    """

    def __init__(self, build: Callable[[Manifest], T]) -> None:
        self._build = build
        self._values: dict[int, T] = {}

    def get(self, manifest: Manifest) -> T:
        key = id(manifest)
        try:
            return self._values[key]
        except KeyError:
            value = self._values.setdefault(key, self._build(manifest))
            weakref.finalize(manifest, self._values.pop, key, None).atexit = False
            return value
