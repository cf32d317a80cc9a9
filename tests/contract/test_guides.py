"""The guides are run: every YAML block that begins with a file's name is loaded together with its neighbours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jimu.definitions import load

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```yaml\n# ((?!plugins/)[\w./-]+\.yaml)\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
GUIDES = sorted(p for p in ROOT.glob("docs/**/*.md") if BLOCK.search(p.read_text("utf-8")))
PAGES = [*sorted(ROOT.glob("docs/**/*.md")), ROOT / "README.md"]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_yaml_of_a_guide_loads(guide: Path, tmp_path: Path) -> None:
    for name, text in BLOCK.findall(guide.read_text("utf-8")):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    if not (tmp_path / "workspace.yaml").exists():
        (tmp_path / "workspace.yaml").write_text("name: guide\nlabel: Guide\nextends: [crm]\n", "utf-8")
    manifest, diagnostics = load(tmp_path)
    assert [f"{d.place} {d.code} {d.message}" for d in diagnostics] == []
    assert manifest is not None


def test_there_are_guides_with_yaml() -> None:
    assert ROOT / "docs/consultant-guide.md" in GUIDES


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_the_documents_lead_somewhere(page: Path) -> None:
    targets = [t for t in LINK.findall(page.read_text("utf-8")) if "://" not in t and not t.startswith("mailto:")]
    assert [t for t in targets if not (page.parent / t).exists()] == []


def test_the_readme_has_exactly_two_set_up_commands() -> None:
    start = (ROOT / "README.md").read_text("utf-8").split("## Start")[1].split("##")[0]
    commands = [line for line in re.findall(r"```sh\n(.*?)```", start, re.DOTALL)[0].splitlines() if line.strip()]
    assert [c.split("#")[0].strip() for c in commands] == ["make run", "make test"]
