"""Physical names: at most 63 bytes, free of collisions, the same for the same input."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

LONGEST = 63


def short(name: str, longest: int = LONGEST) -> str:
    """``name``, or its beginning and a hash of the whole where it is too long."""
    raw = name.encode()
    if len(raw) <= longest:
        return name
    digest = hashlib.sha256(raw).hexdigest()[:10]
    return f"{raw[: longest - 11].decode(errors='ignore')}_{digest}"


def free(name: str, taken: Collection[str]) -> str:
    """``name``, or the first of name_2, name_3 … that is not taken."""
    candidate, number = short(name), 2
    while candidate in taken:
        candidate = f"{short(name, LONGEST - 6)}_{number}"
        number += 1
    return candidate


def table_name(object: str) -> str:
    return short(f"o_{object}", 55)     # leaves room for the search table's suffix and the view


def index_name(prefix: str, table: str, parts: str) -> str:
    """``ix_``/``ux_`` name; ``parts`` spells everything that makes this index different from others of the table."""
    digest = hashlib.sha256(parts.encode()).hexdigest()[:10]
    return f"{prefix}_{short(table, LONGEST - len(prefix) - 12)}_{digest}"


def view_name(object: str) -> str:
    return short(f"v_{object}")


def quoted(name: str) -> str:
    """An identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'

TRIGRAM_COLLATION = "POSIX"
"""PostgreSQL: the collation that trigram indexes have and that ILIKE asks with.

It compares as "C" does, the collation of all text columns, but the planner takes it for another one. With "C" a trigram
index also answers plain equality, is wrongly thought cheaper than the plain index, and takes fifty times as long.
"""
