"""The key that signs and encrypts, kept in a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def find_or_make_key(path: Path) -> bytes:
    """The key in ``path``; made on first use (32 random bytes as hex, mode 0600). All processes get the same."""
    try:
        return path.read_bytes().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(draft, path)  # unlike a rename it fails if another process was faster, and then theirs counts
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_bytes().strip()
