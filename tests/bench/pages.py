"""How long the server takes for a page, against the bare API read of the same records: at most 2.5 times as long.

    python -m tests.bench.pages http://127.0.0.1:8000 EMAIL PASSWORD [OBJECT] [--rounds N]

Asks a running site over one connection, in turn within each round, and prints medians in milliseconds and their quotient.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import statistics
import time
from urllib.parse import urlencode, urlsplit

LEAST_WARM = 20


class Visitor:
    """One connection with one session."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80)
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, form: dict[str, str] | None = None) -> bytes:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body, headers["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        self.connection.request("GET" if form is None else "POST", path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        for value in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.split(";", 1)[0]
        if answer.status >= 400:
            raise SystemExit(f"{path}: {answer.status} {text[:300]!r}")
        return text

    def log_in(self, email: str, password: str) -> None:
        found = re.search(rb'name="csrf_token" value="(\w+)"', self.ask("/login"))
        token = found[1].decode() if found else ""
        self.ask("/login", {"csrf_token": token, "email": email, "password": password})

    def seconds(self, path: str) -> float:
        start = time.perf_counter()
        self.ask(path)
        return time.perf_counter() - start


def shown_fields(page: bytes) -> list[str]:
    """The fields of the list's columns, those of other records left out."""
    names = re.findall(rb'data-field="([\w.]+)"', page)
    return list(dict.fromkeys(name.decode() for name in names if b"." not in name))


def pairs(visitor: Visitor, object: str) -> dict[str, tuple[str, list[str]]]:
    """Name -> page and API reads of the same data: a form with lines in it has the lines' records as well."""
    api = f"/api/v1/records/{object}"
    fields = ",".join(shown_fields(visitor.ask(f"/o/{object}")))
    first = json.loads(visitor.ask(f"{api}?limit=1"))["records"][0]["id"]
    form = visitor.ask(f"/o/{object}/{first}/edit").decode()
    lines = [f"{api}/{first}/related/{key}" for key in re.findall(r'id="lines-(\w+\.\w+)"', form)]
    return {
        "list": (f"/o/{object}", [f"{api}?limit=50&count=estimated&fields={fields}"]),
        "record": (f"/o/{object}/{first}", [f"{api}/{first}"]),
        "form": (f"/o/{object}/{first}/edit", [f"{api}/{first}", *lines]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("email")
    parser.add_argument("password")
    parser.add_argument("object", nargs="?", default="opportunity")
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    visitor = Visitor(given.url)
    visitor.log_in(given.email, given.password)
    print("| page | page, ms | API read, ms | quotient |\n|---|---|---|---|")
    for name, (page, api) in pairs(visitor, given.object).items():
        for _ in range(LEAST_WARM):
            visitor.seconds(page), sum(map(visitor.seconds, api))
        taken = [(visitor.seconds(page), sum(map(visitor.seconds, api))) for _ in range(given.rounds)]
        ours, bare = (statistics.median(times) * 1000 for times in zip(*taken, strict=True))
        print(f"| {name} | {ours:.2f} | {bare:.2f} | {ours / bare:.2f} |")


if __name__ == "__main__":
    main()
