"""Where the workspace's files come from: commit and author of its git checkout."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from jimu.revisions.deployment import Origin


def git_origin(folder: Path) -> Origin:
    """Commit and author of the checkout at ``folder``; commit '' outside one, "+" after it if files were changed."""
    commit = _git(folder, "rev-parse", "HEAD")
    if commit and _git(folder, "status", "--porcelain", "--", "."):
        commit += "+"
    author = _git(folder, "config", "user.name") or os.environ.get("USER", "") or os.environ.get("USERNAME", "")
    return Origin(author=author, commit=commit)


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - whichever git the user has
            capture_output=True, text=True, timeout=10, check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
