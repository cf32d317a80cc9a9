"""docs/cli.md names every command, and every command can explain itself."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from jimu.cli.exits import Exit
from jimu.cli.root import COMMANDS, cli

CLI_GUIDE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")


def test_the_guide_lists_every_command_and_no_other() -> None:
    assert re.findall(r"^\| `jimu ([a-z]+)` \|", CLI_GUIDE, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_a_sentence_on_what_it_does(command: str) -> None:
    result = CliRunner().invoke(cli, [command, "--help"])
    assert result.exit_code == Exit.OK, result.output
    assert re.search(r"^  [A-Z].{20,}", result.output, re.MULTILINE)


def test_the_overview_shows_a_line_for_every_command() -> None:
    output = CliRunner().invoke(cli, ["--help"]).output
    for command in COMMANDS:
        assert re.search(rf"^  {command} +[A-Z]", output, re.MULTILINE), command


def test_the_guide_lists_the_exit_codes() -> None:
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", CLI_GUIDE, re.MULTILINE)}
    assert listed == {int(code) for code in Exit}
