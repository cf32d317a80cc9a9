"""What one types into a select tells nothing of records that one may not read: neither the answer nor what is done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jimu.app import create_app
from jimu.runtime import Runtime
from jimu.settings import Settings
from jimu.storage import counted
from tests.databases import BACKENDS_MARKED, prepared_database
from tests.web.site import Site, Visitor

FILES = {
    "workspace.yaml": "name: shop\nlabel: Shop\nextends: []\n",
    "objects/roles/seller.yaml": """
label: Seller
objects:
  firm: {create: true, read: own}
  deal: {create: true, read: own, update: own}
""",
    "objects/shop/firm.yaml": """
label: Firm
title: "{name}"
fields:
  name: {type: text, required: true, search: true, pinyin: true}
  city: {type: text, search: true}
""",
    "objects/shop/deal.yaml": """
label: Deal
title: "{name}"
fields:
  name: {type: text, required: true}
  firm: {type: lookup, to: firm}
  about: {type: any_lookup}
""",
}
PLACES = (
    "/o/deal/choose/firm?q={}",
    "/o/deal/choose/about?q={}",
    "/o/deal/choose/about?of=firm&q={}",
    "/o/deal/choose/firm/search?rows=1&q={}",
    "/search?q={}",
)


@pytest.fixture(scope="module", params=BACKENDS_MARKED)
def sam(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Who sees two firms of their own; somebody else has forty."""
    folder = tmp_path_factory.mktemp("hidden")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.strip() + "\n", "utf-8")
    with prepared_database(str(request.param), folder, "hidden choices", lambda url: None) as url:
        settings = Settings(workspace=folder, home=folder / "var", database_url=url, login_rate="1000 per minute")
        runtime = Runtime(settings).start()
        site = Site(runtime, create_app(runtime=runtime))
        other, mine = site.user("Olga", "seller"), site.user("Sam", "seller")
        for n in range(40):
            site.create("firm", name=f"Hidden {n}", city="Secretville", owner=other)
        for name in ("Mine one", "Mine two"):
            site.create("firm", name=name, owner=mine)
        yield site.visitor("sam@example.com")
        runtime.close()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("hidden", ["Hidden", "Hidden 7", "Secretville", "Hidd"])
def test_what_is_hidden_is_answered_like_what_is_not_there(sam: Visitor, place: str, hidden: str) -> None:
    nothing = "Q" * len(hidden)
    said, cost = [], []
    for text in (hidden, nothing):
        sam.get(place.format(text))
        with counted() as meter:
            answer = sam.get(place.format(text))
        assert answer.status_code == 200
        said.append(
            answer.text.replace(text, "·").replace(text.replace(" ", "%20"), "·").replace(text.replace(" ", "+"), "·")
        )
        cost.append(meter.queries)
    assert said[0] == said[1]
    assert cost[0] == cost[1]


def test_what_is_ones_own_is_found(sam: Visitor) -> None:
    assert len(sam.get("/o/deal/choose/firm?q=mine").get_json()["options"]) == 2
