"""The Jinja environment of pages, quicker than Jinja's own at what a page does hundreds of times: putting out plain
text, calling macros and functions. What templates may say is the same.
"""

from __future__ import annotations

import functools
import re
from types import FunctionType, MethodType
from typing import Any

from jinja2 import Environment, Template
from jinja2.runtime import Context, Macro
from jinja2.utils import missing
from markupsafe import Markup, escape

_special = re.compile("[&<>'\"]").search
_as_markup = functools.partial(str.__new__, Markup)


def put_out(value: Any) -> str:
    """``escape`` for what goes into a page's text at once: most values have nothing to escape, and a page has thousands
    of them, so they are not wrapped.
    """
    if value.__class__ is str:
        return value if _special(value) is None else str(escape(value))
    return value if value.__class__ is Markup else escape(value)


class PageMacro(Macro):
    """A macro of a page: what it gives is always markup."""

    def _invoke(self, arguments: list[Any], autoescape: bool) -> str:
        made: str = _as_markup(self._func(*arguments))
        return made

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """``self(*args, **kwargs)``."""
        count = len(args)
        if count > self._argument_count or self.caller or self.catch_kwargs or self.catch_varargs:
            return self(*args, **kwargs)
        rest = [kwargs.pop(name, missing) for name in self.arguments[count:]]
        return self(*args, *rest, **kwargs) if kwargs else self._invoke([*args, *rest], True)


class PageContext(Context):
    """Calls macros and plain functions without asking each time what they want to be handed."""

    def call(self, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        kind = obj.__class__
        if kind is PageMacro:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return obj.call(args, kwargs)
        if (kind is FunctionType or kind is MethodType) and not hasattr(obj, "jinja_pass_arg"):
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return obj(*args, **kwargs)
        return super().call(obj, *args, **kwargs)


class PageTemplate(Template):
    """Compiled templates call ``escape`` for what ``{{ … }}`` puts out, and ``Markup`` for what is put together of
    escaped pieces.
    """

    @classmethod
    def from_code(cls, *args: Any, **kwargs: Any) -> Template:
        made = super().from_code(*args, **kwargs)
        made.root_render_func.__globals__.update(escape=put_out, Macro=PageMacro, Markup=_as_markup)
        return made


class PageEnvironment(Environment):
    template_class = PageTemplate
    context_class = PageContext
