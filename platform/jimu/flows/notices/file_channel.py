"""For development: notices as lines of JSON in a file, or on the console (``-``)."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jimu.messages import Text

if TYPE_CHECKING:
    from jimu.flows.notices.channels import Envelope


class FileChannel:
    name = "file"
    label = Text({"en": "File", "zh-CN": "文件", "zh-TW": "檔案"})

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def address_of(self, user: Mapping[str, Any]) -> str:
        return str(user.get("email") or user.get("name") or "")

    def send(self, envelope: Envelope) -> None:
        """Raises OSError."""
        line = json.dumps(asdict(envelope), ensure_ascii=False)
        if str(self.path) == "-":
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
