"""A value asked of the plugins' hooks, asked for once per set of plugins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class PerHooks(Generic[T]):
    """``get(hooks)`` returns ``build(hooks)``, built at the first call.

    A process has one set of plugins, tests a few.
    """

    def __init__(self, build: Callable[[Any], T], without: T) -> None:
        self._build = build
        self._without = without
        self._values: dict[int, tuple[Any, T]] = {}

    def get(self, hooks: Any) -> T:
        """``hooks`` None: the value of no plugins at all."""
        if hooks is None:
            return self._without
        known = self._values.get(id(hooks))
        if known is None or known[0] is not hooks:
            known = self._values[id(hooks)] = (hooks, self._build(hooks))
        return known[1]
