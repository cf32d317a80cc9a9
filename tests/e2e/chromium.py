"""The system's browser: where it is and how it is started."""

from __future__ import annotations

import os

CHROMIUM = os.environ.get("JIMU_TEST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
