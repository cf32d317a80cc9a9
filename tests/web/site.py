"""A site for tests: the workspace running on a database of its own, and visitors with a browser's habits but no
scripts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from jimu.access import SYSTEM, accounts
from jimu.fieldtypes.ids import encode_id
from jimu.records import Create, read, write
from jimu.records.commands import Delete, Record, Update
from jimu.records.requests import ListRequest
from jimu.runtime import Runtime

PASSWORD = "correct horse battery"


class FormReader(HTMLParser):
    """The forms of a page as a browser would send them untouched: action -> list of (name, value)."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self._select: tuple[str, bool] | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), []))
        elif not self.forms or "disabled" in given:
            return
        elif tag == "input" and given.get("name") and given.get("type") not in ("file", "submit"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self._put(given["name"], given.get("value", ""))
        elif tag == "textarea":
            self._area = given.get("name")
            if self._area:
                self._put(self._area, "")
        elif tag == "select":
            self._select = (given.get("name", ""), "multiple" in given)
        elif tag == "option" and self._select and "selected" in given:
            self._put(self._select[0], given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area:
            name, text = self.forms[-1][1].pop()
            self._put(name, text + data)

    def _put(self, name: str, value: str) -> None:
        if name:
            self.forms[-1][1].append((name, value))


def form_on(html: str, action: str) -> dict[str, list[str]]:
    """The form of ``html`` that goes to ``action``."""
    reader = FormReader()
    reader.feed(html)
    found: dict[str, list[str]] = {}
    for name, value in next(pairs for where, pairs in reader.forms if where == action):
        found.setdefault(name, []).append(value)
    return found


def forms_of(html: str) -> list[str]:
    """Where the forms of a page go."""
    reader = FormReader()
    reader.feed(html)
    return [action for action, _ in reader.forms]


@dataclass
class Visitor:
    """One person at one browser."""

    client: FlaskClient

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **more)

    def fill(
        self, path: str, changes: Mapping[str, Any], action: str | None = None, follow: bool = False
    ) -> TestResponse:
        """Open ``path``, change what its form holds and send it."""
        action = action or path.split("?")[0]
        data: dict[str, Any] = dict(form_on(self.get(path).text, action))
        data.update(changes)
        return self.client.post(action, data=data, follow_redirects=follow)

    def log_in(self, email: str, password: str = PASSWORD, next: str = "/") -> TestResponse:
        return self.fill(f"/login?next={next}", {"email": email, "password": password}, "/login")

    @property
    def token(self) -> str:
        found = re.search(r'<meta name="csrf-token" content="(\w+)">', self.get("/profile").text)
        assert found
        return found[1]


@dataclass
class Site:
    runtime: Runtime
    app: Flask
    makers: dict[str, int] = field(default_factory=dict)
    owner: int = 0

    def visitor(self, email: str = "") -> Visitor:
        """A visitor, logged in if ``email`` is given."""
        visitor = Visitor(self.app.test_client())
        if email:
            assert visitor.log_in(email).status_code == 303
        return visitor

    @property
    def system(self) -> Any:
        return self.runtime.context(SYSTEM, via="cli")

    def create(self, object: str, **values: Any) -> int:
        """The id of a new record, owned by the first user made unless ``values`` say otherwise."""
        if self.owner and object != "user":
            values.setdefault("owner", self.owner)
        return write.write(Create(object, values), self.system).id

    def update(self, object: str, id: int, **values: Any) -> None:
        write.write(Update(object, id, values), self.system)

    def delete(self, object: str, id: int) -> None:
        write.write(Delete(object, id), self.system)

    def record(self, object: str, id: int) -> Record:
        return read.get(object, id, self.system)

    def ids(self, object: str) -> dict[str, int]:
        """name -> id of the records of ``object``."""
        request = ListRequest(object, fields=["name"], limit=500)
        return {record.values["name"]: record.id for record in read.list_records(request, self.system).records}

    def notifications(self, name: str) -> list[Record]:
        """What the bell of the user called ``name`` has to tell."""
        request = ListRequest("notification", where=f"owner.name == '{name}'", order=("-created_at",))
        return read.list_records(request, self.system).records

    def user(self, name: str, *roles: str, **values: Any) -> int:
        id = self.create("user", name=name, email=f"{name.lower()}@example.com", roles=list(roles), **values)
        self.owner = self.owner or id
        accounts.set_password(self.runtime.current.store, id, PASSWORD, accounts.by_system(self.runtime.clock()))
        return id


def url(object: str, id: int, rest: str = "") -> str:
    return f"/o/{object}/{encode_id(id)}{rest}"
