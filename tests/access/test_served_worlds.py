"""The worlds of ``test_worlds``, asked over HTTP: every address of the site and of the API tells of what the judgement
says and of nothing else, and a record that may not be read answers as one that never was.

``JIMU_WORLDS`` says how many worlds the long run draws per database.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from difflib import unified_diff

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from werkzeug.routing import Rule

from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.masking import HIDDEN
from jimu.storage.ids import new_id
from tests.access.judgement import Row, World
from tests.access.served import Allowed, Server, Visitor, likeness, told_in
from tests.access.world import COUNTS, OBJECTS, Made, worlds
from tests.databases import fresh_database

_FILES = {f"objects/x/{name}.yaml": text for name, text in OBJECTS.items()}
_FILES["flows/pools/pool0.yaml"] = "object: lead\nlabel: Pool\nmembers: [{users: [nobody@example.com]}]\n"
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
_QUIET = (
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
)
# These end the session, change how it speaks, or are no pages of records.
# Whether one has kept a record is one's own.
_LEFT_OUT = frozenset(
    {"web.is_favourite", "web.log_out", "web.choose_language", "web.choose_app", "api.nowhere", "static"}
)
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    known: dict[str, Server] = {}
    with ExitStack() as stack:

        def server_of(backend: str) -> Server:
            if backend not in known:
                folder = tmp_path_factory.mktemp(backend)
                url = stack.enter_context(fresh_database(backend, folder))
                known[backend] = Server(url, folder, _FILES)
                stack.callback(known[backend].runtime.close)
            return known[backend]

        yield server_of


def _sees_half(world: World) -> list[int]:
    """The people who see something of every object, and not all of it."""
    found = []
    for person in range(len(world.people)):
        seen = Allowed(world, person).rows
        if len({row.object for row in seen}) == len(COUNTS) and len(seen) <= len(world.rows) * 2 / 3:
            found.append(person)
    return found


@settings(max_examples=1, suppress_health_check=_QUIET, derandomize=True, phases=_PHASES)
@given(worlds().filter(_sees_half))
def test_every_address_tells_what_may_be_seen(servers: Callable[[str], Server], backend: str, world: World) -> None:
    server, person = servers(backend), _sees_half(world)[0]
    made = server.serve(world)
    assert_surfaces(server, made, world, person)
    assert_addresses(server, made, world, person, most=1)


@pytest.mark.slow
@settings(max_examples=int(os.environ.get("JIMU_WORLDS", "40")), suppress_health_check=_QUIET, phases=_PHASES)
@given(worlds())
def test_every_address_tells_what_may_be_seen_in_many_worlds(
    servers: Callable[[str], Server], backend: str, world: World
) -> None:
    server = servers(backend)
    made = server.serve(world)
    for person in range(len(world.people)):
        assert_surfaces(server, made, world, person)
        assert_addresses(server, made, world, person, most=2)


# --- what must be told, exactly ---------------------------------------------------------------------------------------


def assert_surfaces(server: Server, made: Made, world: World, person: int) -> None:
    visitor, allowed = server.visitor(made.people[person]), Allowed(world, person)
    keep_everything(made, world, person)
    for object in COUNTS:
        assert_lists(visitor, allowed, object)
        for row in world.of(object):
            assert_one(visitor, allowed, row)
    for row in allowed.rows:
        if row.object == "lead":
            assert_hidden_alike(visitor, allowed, row)
    assert_over_lookups(visitor, allowed)
    assert_at_hand(visitor, allowed)
    assert_duplicates(visitor, allowed)


def keep_everything(made: Made, world: World, person: int) -> None:
    """As if the person had kept, followed and looked at every record while everything could be seen."""
    owner = made.people[person]
    for row in world.rows:
        made.project.create("favourite", owner=owner, record=row.id)
        made.project.create("recent_view", owner=owner, record=row.id, viewed_at=made.project.clock())
        made.project.create("follower", owner=owner, record=row.id)
        told = {"subject": f"News of {row.word}", "text": f"They said {row.word}", "reason": "mention"}
        made.project.create("notification", owner=owner, record=row.id, **told)


def assert_lists(visitor: Visitor, allowed: Allowed, object: str) -> None:
    """The API's list, the page, its rows, an export and a count are of the same records."""
    meant = [row for row in allowed.rows if row.object == object]
    words, known = {row.word for row in meant}, encode_id
    answer = visitor.get(f"/api/v1/records/{object}", limit=100, count="exact")
    allowed.assert_told(answer, f"API list of {object}")
    if answer.status_code == 404:
        assert not meant
        assert visitor.get(f"/o/{object}").status_code == 404
        return
    assert {record["id"] for record in answer.json["records"]} == {known(row.id) for row in meant}
    assert answer.json["count"]["value"] == len(meant), answer.json["count"]
    counted = visitor.get(f"/api/v1/records/{object}/aggregate", measures="count()")
    assert counted.json["rows"] == [{"count": len(meant)}]
    page = visitor.get(f"/o/{object}")
    allowed.assert_told(page, f"list of {object}")
    assert told_in(page.text, object) == words, (object, allowed.person)
    exported = visitor.get(f"/o/{object}/export.csv")
    allowed.assert_told(exported, "export")
    if exported.status_code == 200:
        out = {row.word for row in meant if allowed.world.may(allowed.person, "export", row)}
        assert told_in(exported.text, object) == out, (object, allowed.person)


def assert_one(visitor: Visitor, allowed: Allowed, row: Row) -> None:
    """One record by id, by whatever way, and what hangs on it."""
    id, is_seen = encode_id(row.id), row in allowed.rows
    for path in (
        f"/api/v1/records/{row.object}/{id}",
        f"/o/{row.object}/{id}",
        f"/o/{row.object}/{id}/card",
        f"/o/{row.object}/peek/{id}",
        f"/r/{id}/card",
        f"/o/{row.object}/{id}/why",
    ):
        answer = visitor.get(path)
        allowed.assert_told(answer, path)
        assert (answer.status_code == 200) == is_seen, (path, answer.status_code, allowed.person)
        assert not is_seen or path.endswith("why") or row.word in answer.text, path
    if row.comment:
        comments = visitor.get(f"/o/{row.object}/{id}/comments")
        assert (comments.status_code == 200 and f"about {row.word}" in comments.text) == is_seen
    if row.paper:
        file = is_seen and allowed.shows(row, "paper")
        known = visitor.get(f"/api/v1/records/attachment/{encode_id(row.paper)}")
        assert (known.status_code == 200) == file, (allowed.person, row)
    for found in (visitor.get("/api/v1/search", q=row.word), visitor.get("/search", q=row.word)):
        allowed.assert_told(found, row.word)
        assert (id in found.text) == is_seen, (allowed.person, row)
    palette = visitor.get("/palette", q=row.word)
    allowed.assert_told(palette, row.word)
    assert (id in palette.text) == is_seen, (allowed.person, row)
    hint = visitor.get("/palette", q=row.hint)
    assert (id in hint.text) == (is_seen and allowed.shows(row, "hint")), (allowed.person, row)


def assert_hidden_alike(visitor: Visitor, allowed: Allowed, row: Row) -> None:
    """What pools hide reads the same over the API and on the page."""
    hidden = {name for pool in allowed.world.pools for name in pool.hidden if name not in pool.masked}
    values = visitor.get(f"/api/v1/records/lead/{encode_id(row.id)}").json
    page = visitor.get(f"/o/lead/{encode_id(row.id)}").text
    for name in hidden & allowed.world.masks(allowed.person, row):
        if allowed.world.sees(allowed.person, "lead", name):
            assert values[name] == HIDDEN
            assert HIDDEN in page


def assert_over_lookups(visitor: Visitor, allowed: Allowed) -> None:
    """Related lists, the dialog and the list in which a lookup is chosen, and roll-ups."""
    world, person = allowed.world, allowed.person
    deals, firms = ([row for row in allowed.rows if row.object == name] for name in ("deal", "firm"))
    lists_deals = visitor.get("/api/v1/records/deal").status_code == 200
    for firm in firms:
        below = {row.word for row in deals if row.above is firm}
        page = visitor.get(f"/o/firm/{encode_id(firm.id)}/related/deal/firm")
        allowed.assert_told(page, "related")
        assert (told_in(page.text, "deal") if page.status_code == 200 else set()) == below, (person, firm)
        values = visitor.get(f"/api/v1/records/firm/{encode_id(firm.id)}").json
        every = [row for row in world.of("deal") if row.above is firm]
        assert values.get("deals") == (len(every) if lists_deals else None), (person, firm)
        adds_up = lists_deals and world.sees(person, "deal", "worth")
        summed = str(values["worths"]) if values.get("worths") is not None else None
        assert summed == (str(sum(row.worth for row in every)) if adds_up and every else summed), (person, firm)
        assert adds_up or "worths" not in values, (person, firm)
        page = visitor.get(f"/o/firm/{encode_id(firm.id)}").text
        for href in re.findall(r'href="(/o/deal\?where=[^"]+)"', page):
            counted = visitor.client.get(html.unescape(href))
            allowed.assert_told(counted, href)
            assert told_in(counted.text, "deal") == below, (person, firm, href)
        assert "/o/deal?where=" in page or not (lists_deals and every), (person, firm)
    if not lists_deals:
        return
    for path in ("/o/deal/choose/firm", "/o/deal/choose/firm/search"):
        answer = visitor.get(path, q="The")
        allowed.assert_told(answer, path)
        assert answer.status_code == 200, (path, answer.status_code)
        assert told_in(answer.text, "firm") == {row.word for row in firms}, (path, person)


def assert_at_hand(visitor: Visitor, allowed: Allowed) -> None:
    """Favourites, recent records, notices and what is followed."""
    kept = visitor.get("/at-hand")
    allowed.assert_told(kept, "at hand")
    assert {item["record"] for item in kept.json["favourites"]} == {encode_id(row.id) for row in allowed.rows}
    assert {item["record"] for item in kept.json["recent"]} <= {encode_id(row.id) for row in allowed.rows}
    for path in ("/notifications", "/following", "/", "/inbox", "/bin", "/pools", "/api/v1/approvals"):
        allowed.assert_told(visitor.get(path), path)
    for object in ("comment", "attachment", "team_member"):
        allowed.assert_told(visitor.get(f"/api/v1/records/{object}", limit=100), object)
    for object in ("notification", "follower", "favourite", "recent_view"):
        allowed.assert_told(visitor.get(f"/api/v1/records/{object}", limit=100), object, refers=True)


def assert_duplicates(visitor: Visitor, allowed: Allowed) -> None:
    """Of firms of the same worth: all of those that may be seen, of others what the rule says."""
    world, person = allowed.world, allowed.person
    if world.level(person, "firm", "worth") != "edit":
        return
    for worth in {row.worth for row in world.of("firm")}:
        answer = visitor.send("POST", "/api/v1/duplicates/firm", json={"name": "New", "worth": worth})
        if answer.status_code != 200:
            assert not told_in(answer.text, "firm")
            continue
        told = answer.json["duplicates"]
        same = [row for row in world.of("firm") if row.worth == worth]
        seen = {encode_id(row.id): row for row in same if row in allowed.rows}
        assert {one["id"] for one in told if one["id"]} == set(seen), (person, worth)
        others = [one for one in told if one["id"] is None]
        assert len(others) == (0 if world.tell == "none" else len(same) - len(seen)), (person, worth)
        for one in others:
            assert bool(one["owner"]) == (world.tell in ("owner", "full")), (person, one)
            assert bool(one["title"]) == (world.tell == "full"), (person, one)


# --- every address ----------------------------------------------------------------------------------------------------


def assert_addresses(server: Server, made: Made, world: World, person: int, most: int) -> None:
    """Every address there is, for records that may be read (nothing else is told) and for others (nothing at all)."""
    visitor, allowed = server.visitor(made.people[person]), Allowed(world, person)
    hidden = [row for row in world.rows if row not in allowed.rows]
    before, found = versions(made), []
    for rule in server.app.url_map.iter_rules():
        if rule.endpoint in _LEFT_OUT or {"locale", "number"} & set(rule.arguments):
            continue
        if "GET" in (rule.methods or ()):
            for row in _some(allowed.rows, person, most):
                path = address(server, rule, row, row.id)
                allowed.assert_told(visitor.get(path), path)
        if "id" in rule.arguments:
            for row in _some(hidden, person, most):
                found += unlike_a_missing_one(server, visitor, allowed, rule, row)
    assert not found, "\n\n".join(found)
    after = versions(made)
    assert {row.id: after[row.id] for row in hidden} == {row.id: before[row.id] for row in hidden}


def versions(made: Made) -> dict[int, int]:
    return {row.id: made.project.value(row.object, row.id, "version") for row in made.world.rows}


def unlike_a_missing_one(server: Server, visitor: Visitor, allowed: Allowed, rule: Rule, row: Row) -> Iterator[str]:
    """How answers about a record that may not be read differ from those about one that never was."""
    missing = new_id()
    for method in sorted({*(rule.methods or ())} & {"GET", *UNSAFE}):
        told = []
        for id in (row.id, missing):
            path = address(server, rule, row, id)
            answer = visitor.get(path) if method == "GET" else visitor.send(method, path)
            allowed.assert_told(answer, path)
            told.append(likeness(answer, encode_id(id)))
        if told[0] != told[1]:
            seen, meant = told
            yield f"{method} {rule.rule} {row.object} {seen[0]} {meant[0]} {difference(seen[1], meant[1])}"


def difference(one: str, other: str) -> str:
    return "\n".join(unified_diff(one.splitlines(), other.splitlines(), "hidden", "missing", n=0, lineterm=""))


def address(server: Server, rule: Rule, row: Row, id: int) -> str:
    """An address of ``rule`` that names ``row`` by ``id``."""
    values = {"object": row.object, "id": encode_id(id), "source": "deal", "field": "firm", "format": "csv"}
    values |= {"key": "deal.firm", "file": encode_id(row.paper or 1), "comment": encode_id(row.comment or 1)}
    given = {name: values.get(name, "x") for name in rule.arguments}
    adapter = server.app.url_map.bind("localhost")
    method = next(iter(rule.methods or {"GET"}))
    return adapter.build(rule.endpoint, given, method=method, append_unknown=False)


def _some(rows: list[Row], person: int, most: int) -> list[Row]:
    """At most ``most`` of the rows, of different objects, others for each person."""
    of_each = list({row.object: row for row in rows}.values())
    start = person % len(of_each) if of_each else 0
    return (of_each[start:] + of_each[:start])[:most]
