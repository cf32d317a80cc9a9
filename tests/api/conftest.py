"""A small workspace, served: two companies' worth of objects, an administrator and a seller with fewer rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from jimu.access import SYSTEM, accounts
from jimu.app import create_app
from jimu.records import Create, ListRequest, read, write
from jimu.runtime import Runtime
from jimu.settings import Settings

# Some fields are sparse: nothing outside may be able to tell.
FILES = {
    "workspace.yaml": """
        name: shop
        label: {en: Shop, zh-CN: 商店, zh-TW: 商店}
        extends: []
        currency: USD
        currencies: [USD, EUR, CNY]
        country: CN
    """,
    "objects/shop/company.yaml": """
        label: {en: Company, zh-CN: 公司, zh-TW: 公司}
        title: "{name}"
        fields:
          name: {type: text, label: {en: Name, zh-CN: 名称, zh-TW: 名稱}, required: true, max_length: 80, search: true}
          phone: {type: phone, search: true, sparse: true}
          site: {type: address, sparse: true}
          deals: {type: rollup, of: deal.company, function: sum, field: amount}
    """,
    "objects/shop/deal.yaml": """
        label: {en: Deal, zh-CN: 交易, zh-TW: 交易}
        title: "{name}"
        features: [history, attachments]
        fields:
          name: {type: text, required: true, max_length: 80, search: true}
          code: {type: text, max_length: 20, unique: true}
          company: {type: lookup, to: company}
          amount: {type: currency, min: 0}
          cost: {type: decimal, sparse: true}
          stage: {type: picklist, options: [open, won, lost], default: open}
          close_on: {type: date}
          starts: {type: datetime, sparse: true}
          took: {type: duration, sparse: true}
          urgent: {type: boolean, sparse: true}
          notes: {type: rich_text}
          tags: {type: tags, sparse: true}
          extra: {type: json, sparse: true}
          pin: {type: secret, sparse: true}
          friends: {type: multi_lookup, to: company}
          margin: {type: formula, formula: "amount - cost", returns: decimal, scale: 2}
        checks:
          - name: won_needs_date
            check: "stage != 'won' or close_on"
            message: {en: Say when it was won.}
            fields: [close_on]
    """,
    "flows/automations/hurry.yaml": """
        label: {en: Hurry, zh-CN: 加急, zh-TW: 加急}
        object: deal
        when: webhook
        do: [{set: {urgent: true}}]
    """,
    "objects/roles/seller.yaml": """
        label: Seller
        objects:
          company: {read: all, create: true}
          deal: {create: true, read: own, update: own, delete: own, fields: {cost: none, margin: none, code: read}}
    """,
    "objects/roles/boss.yaml": """
        label: Boss
        system: [modify_all, view_all, users, configure]
    """,
}


@dataclass
class Caller:
    """A program with a token: ``caller.get("/records/deal", where="…")`` and so on, and what came back as JSON."""

    client: FlaskClient
    token: str
    user_id: int
    headers: dict[str, str] = field(default_factory=dict)

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        json: Any = None,
        query: Any = None,
        **rest: Any,
    ) -> TestResponse:
        all_headers = {"Authorization": f"Bearer {self.token}", **self.headers, **(headers or {})}
        if json is not None:
            rest["json"] = json
        return self.client.open(f"/api/v1{path}", method=method, headers=all_headers, query_string=query, **rest)

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> TestResponse:
        return self.send("GET", path, headers=headers, query=query)

    def post(self, path: str, json: Any = None, headers: dict[str, str] | None = None, **query: Any) -> TestResponse:
        return self.send("POST", path, json=json, headers=headers, query=query)

    def patch(self, path: str, json: Any = None, headers: dict[str, str] | None = None) -> TestResponse:
        return self.send("PATCH", path, json=json, headers=headers)

    def delete(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> TestResponse:
        return self.send("DELETE", path, headers=headers, query=query)

    def create(self, object: str, **values: Any) -> Any:
        """A new record's JSON."""
        answer = self.post(f"/records/{object}", values)
        assert answer.status_code == 201, answer.text
        return answer.json


class Shop:
    """The served workspace."""

    def __init__(self, folder: Path, url: str, **settings: Any) -> None:
        for path, text in FILES.items():
            self.write(folder, path, text)
        self.runtime = Runtime(Settings(workspace=folder, home=folder / "var", database_url=url, **settings)).start()
        self.app = create_app(runtime=self.runtime)
        self.client = self.app.test_client(use_cookies=False)
        self.boss = self.user("Bo Boss", "boss@example.com", ["boss"])
        self.seller = self.user("Sally Seller", "sally@example.com", ["seller"])

    @staticmethod
    def write(folder: Path, path: str, text: str) -> None:
        lines = text.strip("\n").splitlines()
        indent = len(lines[0]) - len(lines[0].lstrip())
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(line[indent:] for line in lines) + "\n", "utf-8")

    def user(self, name: str, email: str, roles: list[str], scopes: list[str] | None = None) -> Caller:
        context = self.runtime.context(SYSTEM)
        known = read.list_records(ListRequest("user", where=f"email == '{email}'"), context).records
        values = {"name": name, "email": email, "roles": roles, "active": True}
        return self.caller((known[0] if known else write.write(Create("user", values), context)).id, scopes)

    def caller(self, user_id: int, scopes: list[str] | None = None) -> Caller:
        snapshot = self.runtime.current
        token = accounts.create_token(
            snapshot.store, user_id, accounts.TokenWish("test", scopes), accounts.by_system(self.runtime.clock())
        )
        return Caller(self.client, token.secret, user_id)


def prepare_shop(url: str) -> None:
    """The shop and its people, in the database at ``url``."""
    with TemporaryDirectory() as folder:
        Shop(Path(folder), url).runtime.close()


def files_key() -> str:
    """Under which a database with the tables of ``FILES``, as they are now, is kept."""
    return f"api shop {hash(tuple(sorted(FILES.items())))}"


@pytest.fixture
def database_url(backend: str, backend_urls: Callable[..., str]) -> str:
    return backend_urls(backend, files_key(), prepare_shop)


@pytest.fixture
def sqlite_url(backend_urls: Callable[..., str]) -> str:
    return backend_urls("sqlite", files_key(), prepare_shop)


@pytest.fixture
def make_shop(tmp_path: Path, sqlite_url: str) -> Iterator[Callable[..., Shop]]:
    """A shop with other settings, on SQLite."""
    made: list[Shop] = []

    def make(**settings: Any) -> Shop:
        made.append(Shop(tmp_path, sqlite_url, **settings))
        return made[-1]

    yield make
    for shop in made:
        shop.runtime.close()


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Iterator[Shop]:
    """The shop, once on each database."""
    shop = Shop(tmp_path, database_url)
    yield shop
    shop.runtime.close()


@pytest.fixture
def small_shop(make_shop: Callable[..., Shop]) -> Shop:
    """The shop on SQLite, for tests in which the database plays no part."""
    return make_shop()
