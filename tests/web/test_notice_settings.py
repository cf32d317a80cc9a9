"""People choose how they are told of what."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.web.site import Site, Visitor


def _send(visitor: Visitor, form: dict[str, str]) -> Any:
    return visitor.client.post("/profile/notices", data={"csrf_token": visitor.token, **form})


def test_choices_and_quiet_hours_are_kept_and_what_is_refused_stays(site: Site, ada: Visitor, tmp_path: Path) -> None:
    runtime = site.runtime
    before, runtime.settings = runtime.settings, replace(runtime.settings, channel_file=tmp_path / "out.jsonl")
    runtime.__dict__.pop("_context_settings", None)
    try:
        assert "mention.file" in ada.get("/profile/notices").text
        form = {"mention.file": "never", "stage.file": "at_once", "quiet_from": "22:00", "quiet_until": "07:00"}
        assert _send(ada, form).status_code == 303
        page = ada.get("/profile/notices").text
        assert 'value="22:00"' in page
        assert page.count('<option value="never" selected>') == 1
        refused = _send(ada, {"quiet_from": "22:00", "quiet_until": ""})
        assert refused.status_code == 422
        assert 'value="22:00"' in refused.text
        assert "both or none" in refused.text
    finally:
        runtime.settings = before
        runtime.__dict__.pop("_context_settings", None)


def test_without_a_channel_the_page_says_so(ada: Visitor) -> None:
    assert "No channel is set up here" in ada.get("/profile/notices").text
