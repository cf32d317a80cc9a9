"""Whatever the organisation, the roles and the rules: every way of reading tells of the same records and fields, and an
independent judgement (``judgement.py``) agrees.

``JIMU_WORLDS`` says how many worlds the long run draws per database.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from jimu.errors import BadRequest, NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.masking import Masked
from jimu.records import AggregateRequest, Context, ListRequest, read
from jimu.records.schema import build_schema
from jimu.storage import Store
from tests.access.judgement import Row, World
from tests.access.test_organisations import changes, exported, listed, opens
from tests.access.world import COUNTS, OBJECTS, Made, build_manifest, worlds
from tests.databases import fresh_database
from tests.records.project import Project, empty_project, make_tables

Check = Callable[[World], None]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """backend -> the URL of a database with the tables of the drawn objects; roles and rules need no others."""
    known: dict[str, str] = {}
    with ExitStack() as stack:

        def url_of(backend: str) -> str:
            if backend not in known:
                known[backend] = stack.enter_context(fresh_database(backend, tmp_path_factory.mktemp(backend)))
                make_tables(known[backend], _FILES)
            return known[backend]

        yield url_of


_FILES = {f"objects/x/{name}.yaml": text for name, text in OBJECTS.items()}
# An object with a pool has columns for it.
_FILES["flows/pools/pool0.yaml"] = "object: lead\nlabel: Pool\nmembers: [{users: [nobody@example.com]}]\n"


@pytest.fixture
def check(backend: str, tables: Callable[[str], str]) -> Check:
    """Make a world and hold every way of reading against the judgement."""

    def check_one(world: World) -> None:
        with empty_project(tables(backend), _FILES) as empty:
            manifest = build_manifest(world)
            project = Project(manifest, empty.database, Store(empty.database, build_schema(manifest)))
            made = Made(project, world)
            for person in range(len(world.people)):
                assert_all(made, world, person)

    return check_one


# A world is some seconds of work: making it smaller would take hours.
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
_QUIET = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large)


@settings(max_examples=4, suppress_health_check=_QUIET, derandomize=True, phases=_PHASES)
@given(worlds())
def test_what_is_seen_is_the_same_everywhere(check: Check, world: World) -> None:
    check(world)


@pytest.mark.slow
@settings(max_examples=int(os.environ.get("JIMU_WORLDS", "150")), suppress_health_check=_QUIET, phases=_PHASES)
@given(worlds())
def test_what_is_seen_is_the_same_everywhere_in_many_worlds(check: Check, world: World) -> None:
    check(world)


def assert_all(made: Made, world: World, person: int) -> None:
    context = made.acting(person)
    for object in COUNTS:
        expected = [row for row in world.of(object) if world.may(person, "read", row)]
        if listed(object, context) is None:
            assert not expected, (person, object)
            assert_nothing_is_told(world.of(object), object, context)
            continue
        assert_same_records(world, object, person, expected, context)
        assert_same_fields(world, object, person, expected, context)
    assert_guarded(world, person, context)
    assert_same_changes(world, person, context)
    assert_hangs_on(made, world, person, context)


def assert_nothing_is_told(rows: list[Row], object: str, context: Context) -> None:
    assert not any(opens(row, context) for row in rows)
    assert not [hit for row in rows for hit in read.search(row.word, context, [object])]
    assert read.resolve_titles([row.id for row in rows], context) == {}
    with pytest.raises(NotFound):
        read.aggregate(AggregateRequest(object), context)


def assert_same_records(world: World, object: str, person: int, expected: list[Row], context: Context) -> None:
    rows, ids = world.of(object), {row.id for row in expected}
    assert listed(object, context) == ids, (person, object)
    assert {row.id for row in rows if opens(row, context)} == ids, (person, object)
    by_worth = read.list_records(ListRequest(object, limit=100, order=("-created_at",)), context).records
    assert {record.id for record in by_worth} == ids
    page = read.list_records(ListRequest(object, limit=1, count="exact"), context)
    assert page.count is not None
    assert page.count.value == len(ids)
    assert read.aggregate(AggregateRequest(object), context).rows == [{"count": len(ids)}]
    assert read.resolve_titles([row.id for row in rows], context).keys() == ids
    assert {row.id for row in rows if read.search(row.word, context, [object])} == ids
    for row in rows:
        if row.id not in ids:
            with pytest.raises(NotFound):
                read.history(object, row.id, context)
    told = exported(object, context)
    if told is not None:
        assert told == {encode_id(row.id) for row in expected if world.may(person, "export", row)}, (person, object)


def assert_same_fields(world: World, object: str, person: int, expected: list[Row], context: Context) -> None:
    records = read.list_records(ListRequest(object, limit=100), context).records
    masks = {row.id: world.masks(person, row) for row in expected}
    for name in ("hint", "worth", "rich"):
        seen = world.sees(person, object, name)
        is_masked = name != "rich" and world.level(person, object, name) == "mask"
        for record in records:
            assert (name in record.values) == (seen or is_masked), (person, object, name)
            in_part = is_masked or (seen and name in masks[record.id])
            assert isinstance(record.values.get(name), Masked) == in_part, (person, object, name)
        if seen:
            assert_asked(object, name, [row for row in expected if name not in masks[row.id]], context)
        else:
            assert_refused(world, object, name, context)
    finds = world.sees(person, object, "hint")
    for row in expected:
        found = read.list_records(ListRequest(object, search=row.hint), context).records
        is_found = finds and "hint" not in masks[row.id]
        assert bool(read.search(row.hint, context, [object])) == is_found, (person, row)
        assert [r.id for r in found] == ([row.id] if is_found else [])
        told = str(read.history(object, row.id, context))
        assert (row.hint in told) <= is_found, (person, row)


CONDITIONS = {"hint": "hint != 'x'", "worth": "worth >= 0", "rich": "rich or not rich"}


def assert_asked(object: str, name: str, meant: list[Row], context: Context) -> None:
    """A question that uses the field sees the records in which it is not masked, and no others."""
    ids = {row.id for row in meant}
    for request in (
        ListRequest(object, where=CONDITIONS[name], limit=100),
        ListRequest(object, order=(name,), limit=100),
        ListRequest(object, order=(f"-{name}",), limit=100),
    ):
        assert {r.id for r in read.list_records(request, context).records} == ids, (object, name)
    [counted] = read.aggregate(AggregateRequest(object, measures=(f"count({name})",)), context).rows
    assert list(counted.values()) == [len(ids)]
    groups = read.aggregate(AggregateRequest(object, groups=(name,), measures=("count()",)), context).rows
    assert sum(group["count"] for group in groups) == len(ids)
    if name == "worth":
        [summed] = read.aggregate(AggregateRequest(object, measures=("sum(worth)",)), context).rows
        assert list(summed.values()) == [sum(row.worth for row in meant) if meant else None]


def assert_refused(world: World, object: str, name: str, context: Context) -> None:
    for ask in (
        lambda: read.list_records(ListRequest(object, where=CONDITIONS[name]), context),
        lambda: read.list_records(ListRequest(object, order=(name,)), context),
        lambda: read.aggregate(AggregateRequest(object, measures=(f"count({name})",)), context),
        lambda: read.aggregate(AggregateRequest(object, groups=(name,)), context),
    ):
        with pytest.raises(BadRequest) as refused:
            ask()
        assert not any(row.hint in str(refused.value) for row in world.rows)


def assert_guarded(world: World, person: int, context: Context) -> None:
    """Filters and groups over a lookup, and what is expanded, tell only of records that may be read."""
    if listed("deal", context) is None or listed("firm", context) is None:
        return
    seen = [row for row in world.of("deal") if world.may(person, "read", row)]
    for firm in world.of("firm"):
        told = {row.id for row in seen if row.above is firm and world.may(person, "read", firm)}
        where = f"firm.name == 'The {firm.word}'"
        assert {r.id for r in read.list_records(ListRequest("deal", where=where), context).records} == told
        if world.may(person, "read", firm):
            related = read.related("firm", firm.id, "deal", "firm", ListRequest("deal"), context)
            assert {r.id for r in related.records} == told
        else:
            with pytest.raises(NotFound):
                read.related("firm", firm.id, "deal", "firm", ListRequest("deal"), context)
    names = {f"The {row.above.word}" for row in seen if row.above and world.may(person, "read", row.above)}
    groups = read.aggregate(AggregateRequest("deal", groups=("firm.name",)), context).rows
    assert {row["firm.name"] for row in groups} - {None} == names
    for record in read.list_records(ListRequest("deal", limit=100, expand=("firm",)), context).records:
        firm = next((row for row in world.of("firm") if row.id == record.values["firm"]), None)
        is_told = firm is not None and world.may(person, "read", firm)
        assert ("firm" in record.expanded, bool(firm and firm.id in record.titles)) == (is_told, is_told)


def assert_same_changes(world: World, person: int, context: Context) -> None:
    for row in world.rows:
        readable = world.may(person, "read", row)
        expected = readable and world.may(person, "update", row)
        assert changes(row, {}, context) == expected, (person, row)
        if expected:
            editable = world.level(person, row.object, "worth") == "edit"
            assert changes(row, {"worth": row.worth}, context) == editable, (person, row)


def assert_hangs_on(made: Made, world: World, person: int, context: Context) -> None:
    """Team members and comments are seen by who sees the record, files by who sees the field in which they are."""
    told = listed("team_member", context) or set()
    rows = read.list_records(ListRequest("team_member", limit=100), made.project.system).records
    seen = {row.id: row for row in world.rows if world.may(person, "read", row)}
    assert told == {r.id for r in rows if r.values["record"] in seen}, person
    assert listed("comment", context) == {row.comment for row in seen.values() if row.comment}, person
    files = {
        row.paper
        for row in seen.values()
        if row.paper and world.sees(person, row.object, "paper") and "paper" not in world.masks(person, row)
    }
    assert (listed("attachment", context) or set()) == files, person
    assert {row.paper for row in world.rows if row.paper and opens_file(row.paper, context)} == files, person


def opens_file(id: int, context: Context) -> bool:
    try:
        return read.get("attachment", id, context).id == id
    except NotFound:
        return False
