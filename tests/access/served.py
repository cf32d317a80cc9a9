"""A drawn world, served: one application per database whose configuration and records are those of one world after the
other, and people who ask it over HTTP as browsers and programs do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from jimu.access.csrf import CSRF_HEADER, SESSION_COOKIE, csrf_token
from jimu.access.sessions import create_session
from jimu.app import create_app
from jimu.fieldtypes.ids import encode_id
from jimu.records.schema import build_schema
from jimu.runtime import Runtime
from jimu.settings import Settings
from jimu.storage import Store
from tests.access.judgement import Row, World
from tests.access.world import Made, build_manifest
from tests.records.project import FrozenClock, Project, remove_rows

TOLD = re.compile(r"\b(?:firm|deal|lead|line)(?:word|hint)\d\b|paper\d+\.txt")
# What changes from one answer to the next, whatever is asked.
_OF_THE_MOMENT = re.compile(r'[0-9a-f]{64}|"request_id": ?"[^"]*"|nonce="[^"]*"|Request [0-9a-z-]+|[0-9a-f]{16,32}')


class Server:
    """The application on the database at ``url``, whose workspace is ``files``."""

    def __init__(self, url: str, folder: Path, files: dict[str, str]) -> None:
        for name, text in {"workspace.yaml": "label: Test\nextends: []\n", **files}.items():
            target = folder / "shop" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        self.clock = FrozenClock()
        settings = Settings(
            workspace=folder / "shop", home=folder / "var", database_url=url, api_rate="", login_rate=""
        )
        self.runtime = Runtime(settings, clock=self.clock).start()
        self.app = create_app(runtime=self.runtime)

    def serve(self, world: World) -> Made:
        """The world as the only thing there is. Its tables are those of every world, so it is not applied as a
        revision: what the process has in force is put in its place."""
        database = self.runtime.database
        remove_rows(database)
        manifest = build_manifest(world)
        schema = build_schema(manifest)
        store = Store(database, schema)
        self.runtime._snapshot = replace(self.runtime.current, manifest=manifest, schema=schema, store=store)
        return Made(Project(manifest, database, store, self.clock, self.runtime.plugins), world)

    def visitor(self, user: int) -> Visitor:
        session = create_session(self.runtime.current.store, user, self.clock())
        return Visitor(self.app.test_client(), session.token, csrf_token(self.runtime.secret_key, session.token))


@dataclass
class Visitor:
    """Somebody who is signed in."""

    client: FlaskClient
    session: str
    csrf: str

    def __post_init__(self) -> None:
        self.client.set_cookie(SESSION_COOKIE, self.session)

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(path, query_string=query)

    def send(self, method: str, path: str, **rest: Any) -> TestResponse:
        """With all that a page or a program of this session has to send along."""
        headers = {CSRF_HEADER: self.csrf}
        if path.startswith("/api/"):
            rest = {"json": {}} | rest
        else:
            rest = {"data": {"csrf_token": self.csrf} | rest.pop("data", {})} | rest
        return self.client.open(path, method=method, headers=headers, **rest)


@dataclass
class Allowed:
    """What a person may be told of the world, by the judgement alone."""

    world: World
    person: int

    @cached_property
    def rows(self) -> list[Row]:
        return [row for row in self.world.rows if self.world.may(self.person, "read", row)]

    @cached_property
    def words(self) -> set[str]:
        """Every word, hint and name of a file that an answer may hold."""
        found: set[str] = set()
        for row in self.rows:
            found.add(row.word)
            found |= {row.hint} if self.shows(row, "hint") else set()
            found |= {f"paper{row.id}.txt"} if row.paper and self.shows(row, "paper") else set()
        return found

    @cached_property
    def hidden_ids(self) -> set[str]:
        """Ids that no answer may hold: of records that may not be read and to which none that may be read refers,
        and of what hangs on them."""
        referred = {row.above.id for row in self.rows if row.above is not None}
        read = {row.id for row in self.rows}
        hidden = [row for row in self.world.rows if row.id not in read]
        hanging = {id for row in hidden for id in (row.paper, row.comment) if id}
        return {encode_id(id) for id in hanging | {row.id for row in hidden if row.id not in referred}}

    def shows(self, row: Row, name: str) -> bool:
        return self.world.sees(self.person, row.object, name) and name not in self.world.masks(self.person, row)

    def assert_told(self, answer: TestResponse, asked: str, refers: bool = False) -> None:
        """That ``answer`` tells of nothing else; what the asker named may come back. ``asked``: the request, with all
        that was sent. ``refers``: it is of records of the asker's own that keep the ids of others."""
        assert answer.status_code < 500, (self.person, asked, answer.text[:2000])
        text = text_of(answer) + str(answer.headers)
        told = {word for word in TOLD.findall(text) if word not in asked} - self.words
        told |= set() if refers else {id for id in self.hidden_ids if id in text and id not in asked}
        assert not told, (self.person, asked, answer.status_code, told)


def text_of(answer: TestResponse) -> str:
    """What an answer holds, also where it is no text."""
    return answer.get_data().decode("utf-8", "replace")


def told_in(text: str, object: str) -> set[str]:
    """The words of records of ``object`` in ``text``."""
    return {word for word in TOLD.findall(text) if word.startswith(f"{object}word")}


def likeness(answer: TestResponse, id: str) -> tuple[int, str]:
    """An answer without what it owes to the moment and to the id that was asked for."""
    return answer.status_code, _OF_THE_MOMENT.sub("", text_of(answer).replace(id, "ID"))
