"""The field types and formula functions that plugins bring, put into the registries that everything is judged by.

The registries hold code and live as long as the process. The same plugin loaded again from another folder (a copied
workspace, a test) takes the place of its earlier self; any other claim of a name that is taken is refused.
"""

from __future__ import annotations

from typing import Any

from jimu.fieldtypes import registry
from jimu.formulas.signature import REGISTRY, FunctionDef
from jimu.messages import Message
from jimu.plugins import NAMESPACE, PluginManager


def register_extensions(manager: PluginManager) -> None:
    """Register what ``manager``'s plugins bring; what cannot be is reported there."""
    for plugin, types in manager.collect("jimu_field_types"):
        for type_ in types:
            known = registry.find(type_.name)
            try:
                registry.register([type_], replace=known is not None and _is_from(type(known), plugin))
            except ValueError:
                reason = Message("the field type {name} exists already.", {"name": type_.name})
                manager.report("bad_plugin", manager.infos[plugin], reason)
    for plugin, functions in manager.collect("jimu_formula_functions"):
        _forget_earlier_self(plugin, functions)
        refused = REGISTRY.register(functions)
        if refused:
            reason = Message("the formula functions {names} exist already.", {"names": refused})
            manager.report("bad_plugin", manager.infos[plugin], reason)


def _is_from(code: Any, plugin: str) -> bool:
    """Whether ``code`` (a class or function) is of the folder plugin called ``plugin``, wherever that lay."""
    module = getattr(code, "__module__", None) or ""
    return bool(module.startswith(f"{NAMESPACE}.{plugin}_"))


def _forget_earlier_self(plugin: str, functions: list[FunctionDef] | tuple[FunctionDef, ...]) -> None:
    for function in functions:
        for name in function.names:
            known = REGISTRY.functions.get(name)
            if known is not None and known != function and all(_is_from(s.evaluate, plugin) for s in known.signatures):
                REGISTRY.functions.pop(name)
                for signature in known.signatures:
                    REGISTRY.by_key.pop(signature.key, None)
