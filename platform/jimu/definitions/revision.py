"""The revision: a hash of the canonical form of every definition, so that equal content has an equal revision."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

from jimu.definitions.documents import Documents
from jimu.plugins import PluginManager


def compute_revision(documents: Documents, plugins: PluginManager) -> str:
    """SHA-256 (hex). The order of files does not count, nor comments; the order of fields, columns … does."""
    content = {
        "definitions": {
            f"{kind}:{name}": document.data
            for kind, named in sorted(documents.items())
            for name, document in sorted(named.items())
        },
        "plugins": {info.name: info.version for info in plugins.infos.values() if info.origin != "built-in"},
    }
    return hashlib.sha256(
        json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_exact).encode()
    ).hexdigest()


def _exact(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    raise TypeError(f"{type(value).__name__} in a definition")
