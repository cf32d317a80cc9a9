"""How long the server takes for a page, against API reads of the same data.

    python -m tests.bench.pages HOME EMAIL PASSWORD [OBJECT]                    processor time inside this process
    python -m tests.bench.pages http://127.0.0.1:8000 EMAIL PASSWORD [OBJECT]   a running site, by the clock

What is compared, each asked for in turn within a round, one person, one session:

- list: the first page of the object's first list without groups, 50 rows; list, grouped: as people get it by default.
- record: the page of the first record. form: its edit form, with the lines that are in it.

"Bare" is one API read of the same records and the same fields, ids instead of names (for a form, one read more for its
lines). But a page shows the names of the records that its records point at, and each name is looked up and judged by the access
rules; an API client gets them with ``expand``. "Same data" is that read. The goal of 2.5 is measured against "same data"
in both ways of measuring. Nothing else that a page shows is counted for the API, neither stages, lists to switch to nor
sums, though their queries are part of the page's time.

In the process the request passes the whole application (WSGI in, bytes out) but no socket: what a socket and a server
cost both sides alike is left out, which makes these quotients higher than those by the clock. It prints the processor
time of the quickest and of the middle one of all rounds; other work on the machine disturbs the quickest least. "SQL" is
the number of statements as the access log has it, with the BEGIN of each reading.
"""

from __future__ import annotations

import argparse
import gc
import http.client
import io
import json
import logging
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from jimu.app import create_app
from jimu.app.access_log import log as access_log

LEAST_WARM = 20
MILLISECONDS = 1e-6  # of a nanosecond


class Way(Protocol):
    """How a request reaches the application: (path, form, cookies) -> (status, Set-Cookie values, body)."""

    clock: Callable[[], int]

    def send(self, path: str, form: bytes | None, cookies: str) -> tuple[int, list[str], bytes]: ...


class Network:
    """One connection to a running site."""

    clock = staticmethod(time.perf_counter_ns)

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80)

    def send(self, path: str, form: bytes | None, cookies: str) -> tuple[int, list[str], bytes]:
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("GET" if form is None else "POST", path, form, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.headers.get_all("Set-Cookie") or [], answer.read()


class Inside:
    """The application in this process, on the database of a home folder."""

    clock = staticmethod(time.process_time_ns)

    def __init__(self, home: str) -> None:
        os.environ["JIMU_HOME"] = home
        self.app = create_app()

    def send(self, path: str, form: bytes | None, cookies: str) -> tuple[int, list[str], bytes]:
        target, _, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET" if form is None else "POST", "PATH_INFO": target, "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "HTTP_HOST": "127.0.0.1:8000",
            "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_COOKIE": cookies,
            "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(form or b"")),
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(form or b""),
            "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        head: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], problem: Any = None) -> Callable[[bytes], object]:
            head.extend((status, headers))
            return lambda body: None

        answer = self.app(environ, start)
        body = b"".join(answer)
        close = getattr(answer, "close", None)
        if close is not None:
            close()
        return int(head[0][:3]), [value for name, value in head[1] if name.lower() == "set-cookie"], body


class Visitor:
    """One person with one session."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, form: dict[str, str] | None = None) -> bytes:
        cookies = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        status, set_, body = self.way.send(path, None if form is None else urlencode(form).encode(), cookies)
        for value in set_:
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.split(";", 1)[0]
        if status >= 400:
            raise SystemExit(f"{path}: {status} {body[:300]!r}")
        return body

    def log_in(self, email: str, password: str) -> None:
        found = re.search(rb'name="csrf_token" value="(\w+)"', self.ask("/login"))
        token = found[1].decode() if found else ""
        self.ask("/login", {"csrf_token": token, "email": email, "password": password})

    def nanoseconds(self, path: str) -> int:
        start = self.way.clock()
        self.ask(path)
        return self.way.clock() - start


@dataclass(frozen=True)
class Pair:
    name: str
    page: str
    bare: list[str]
    same: list[str]


def shown_fields(page: bytes) -> list[str]:
    """The fields of the list's columns, with the steps to those of other records."""
    return list(dict.fromkeys(name.decode() for name in re.findall(rb'<th[^>]* data-field="([\w.]+)"', page)))


def references_in(object: str, visitor: Visitor) -> set[str]:
    """The lookups of ``object`` that the API expands."""
    described = json.loads(visitor.ask(f"/api/v1/metadata/objects/{object}"))
    fields = described["fields"]
    named = fields.values() if isinstance(fields, dict) else fields
    return {f["name"] for f in named if f["kind"] == "reference"}


def pairs(visitor: Visitor, object: str) -> list[Pair]:
    api = f"/api/v1/records/{object}"
    plain = f"/o/{object}?group=-"
    lookups = references_in(object, visitor)
    shown = shown_fields(visitor.ask(plain))
    own = list(dict.fromkeys(name.split(".")[0] for name in shown))
    first = json.loads(visitor.ask(f"{api}?limit=1"))["records"][0]
    record = f"{api}/{first['id']}"
    edit = f"/o/{object}/{first['id']}/edit"
    lines = [f"{record}/related/{key}" for key in re.findall(r'id="lines-(\w+\.\w+)"', visitor.ask(edit).decode())]
    rows = f"{api}?limit=50&count=estimated&fields={','.join(own)}"
    named_rows = rows + _expanding(lookups & set(own), "&")
    named = record + _expanding(lookups & {name for name, value in first.items() if value}, "?")
    return [
        Pair("list", plain, [rows], [named_rows]),
        Pair("list, grouped", f"/o/{object}", [rows], [named_rows]),
        Pair("record", f"/o/{object}/{first['id']}", [record], [named]),
        Pair("form", edit, [record, *lines], [named, *lines]),
    ]


def _expanding(names: set[str], mark: str) -> str:
    return f"{mark}expand={','.join(sorted(names))}" if names else ""


def measured(visitor: Visitor, pair: Pair, rounds: int) -> tuple[list[int], list[int], list[int]]:
    """Page, bare reads and reads of the same data, in nanoseconds, a round each."""
    asked = ([pair.page], pair.bare, pair.same)
    for _ in range(LEAST_WARM):
        for paths in asked:
            sum(map(visitor.nanoseconds, paths))
    gc.collect()
    found = [tuple(sum(map(visitor.nanoseconds, paths)) for paths in asked) for _ in range(rounds)]
    ours, bare, same = (list(times) for times in zip(*found, strict=True))
    return ours, bare, same


class _Queries(logging.Handler):
    """Keeps how many statements the access log counted for the last request."""

    last = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.__dict__["request"]["queries"]


def statements(visitor: Visitor, path: str) -> int:
    counting, level = _Queries(), access_log.level
    access_log.addHandler(counting)
    access_log.setLevel(logging.INFO)
    visitor.ask(path)
    access_log.removeHandler(counting)
    access_log.setLevel(level)
    return counting.last


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("where", help="a home folder or an address")
    parser.add_argument("email")
    parser.add_argument("password")
    parser.add_argument("object", nargs="?", default="opportunity")
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    is_inside = not given.where.startswith("http")
    visitor = Visitor(Inside(given.where) if is_inside else Network(given.where))
    visitor.log_in(given.email, given.password)
    print(
        "| page | page, ms | bare, ms | same data, ms | to bare | to same data | SQL |\n|---|---|---|---|---|---|---|"
    )
    for pair in pairs(visitor, given.object):
        times = measured(visitor, pair, given.rounds)
        sql = str(statements(visitor, pair.page)) if is_inside else ""
        for name, pick in (
            (("quickest", min), ("middle", statistics.median)) if is_inside else (("", statistics.median),)
        ):
            ours, bare, same = (pick(taken) * MILLISECONDS for taken in times)
            label = f"{pair.name} ({name})" if name else pair.name
            print(f"| {label} | {ours:.2f} | {bare:.2f} | {same:.2f} | {ours / bare:.2f} | {ours / same:.2f} | {sql} |")


if __name__ == "__main__":
    main()
