"""The system's browser: where it is and how it is started."""

from __future__ import annotations

import os

# The shell without windows draws the same pages and needs two thirds of the time.
_PLACES = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
CHROMIUM = os.environ.get("JIMU_TEST_CHROMIUM") or next((p for p in _PLACES if os.path.exists(p)), _PLACES[-1])
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
