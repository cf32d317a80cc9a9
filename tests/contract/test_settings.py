"""Every setting is in docs/admin.md, with its default and its line of help, and nothing else is."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from jimu.settings import Settings

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `(JIMU_[A-Z_]+)` \| (?:`([^`]*)`)? *\| (.+) \|$", re.MULTILINE)


def test_the_admin_guide_lists_every_setting_with_its_default_and_meaning() -> None:
    documented = {name: (default, meaning) for name, default, meaning in ROW.findall(_admin_guide())}
    assert documented == {
        f"JIMU_{f.name.upper()}": (_shown(f.default), f.metadata["help"]) for f in fields(Settings)
    }


def test_a_setting_of_the_wrong_kind_is_named() -> None:
    with pytest.raises(ValueError, match="JIMU_PORT must be a whole number"):
        Settings.from_environment({"JIMU_PORT": "eighty"})
    with pytest.raises(ValueError, match="JIMU_DEBUG must be true or false"):
        Settings.from_environment({"JIMU_DEBUG": "perhaps"})


def test_variables_become_settings_and_what_is_given_wins() -> None:
    settings = Settings.from_environment({"JIMU_PORT": "9000", "JIMU_HOME": "/data", "JIMU_DEBUG": "yes"}, port=9001)
    assert (settings.port, settings.home, settings.debug) == (9001, Path("/data"), True)


def _admin_guide() -> str:
    return (ROOT / "docs" / "admin.md").read_text("utf-8")


def _shown(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)
