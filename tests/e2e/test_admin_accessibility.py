"""axe finds nothing to complain of on the pages of administration, in both themes."""

from __future__ import annotations

from typing import Any

import pytest

from jimu.storage import JobRow
from jimu.web.pages.admin_nav import PAGES
from tests.e2e.conftest import Window
from tests.e2e.test_accessibility import _judge

pytestmark = pytest.mark.browser

MORE = {
    "administration": "/admin",
    "search": "/admin?q=thing",
    "new user": "/admin/users/new",
    "role": "/admin/roles/helper?object=thing",
    "revision": "/admin/revisions/1",
    "object": "/admin/objects/thing",
    "field": "/admin/objects/thing/pieces",
    "file": "/admin/source?file=objects/shop/maker.yaml",
    "waiting jobs": "/admin/jobs?state=waiting",
    "own tokens": "/me/tokens",
    "profile": "/profile",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_administration_is_accessible(theme: str, open_window: Any) -> None:
    window: Window = open_window(color_scheme=theme)
    window.log_in()
    with window.served.site.runtime.database.write() as transaction:
        transaction.emit([JobRow("export")])
    page = window.go("/admin/users")
    user = page.locator("tbody th a").first.get_attribute("href") or ""
    pages = {
        **{name: page.href for name, page in PAGES.items() if page.href.startswith("/admin")},
        **MORE,
        "user": user,
        "person": f"/admin/access?user={user.rsplit('/', 1)[1]}&object=thing",
    }
    complaints = [text for name, path in pages.items() for text in _judge(window, name, path)]
    assert complaints == []
