"""Whatever the roles: every way of reading tells of the same records and fields, and a judgement of its own agrees.

``JIMU_ORGANISATIONS`` says how many organisations are drawn per database; each is named by its number, so that one
that fails can be drawn again.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from jimu.errors import BadRequest, Forbidden, JimuError, NotFound
from jimu.exchange import ExportRequest, export_to
from jimu.fieldtypes.ids import encode_id
from jimu.records import AggregateRequest, Context, ListRequest, Update, read, write
from tests.access.organisation import OBJECTS, Organisation, Row, draw_files, populate
from tests.records.project import Project, open_project

# One is drawn in the quick run; the others take as long again each.
NUMBERS = [
    pytest.param(number, marks=[pytest.mark.slow] if number else [])
    for number in range(int(os.environ.get("JIMU_ORGANISATIONS", "3")))
]


@pytest.fixture(params=NUMBERS)
def drawn(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[tuple[Project, Organisation]]:
    random = Random(request.param)
    files, roles = draw_files(random)
    with open_project(database_url, files) as project:
        yield project, populate(project, roles, random)


def test_what_is_seen_is_the_same_everywhere(drawn: tuple[Project, Organisation]) -> None:
    project, made = drawn
    for person in made.people:
        context = project.acting(person)
        for object in OBJECTS:
            expected = [row for row in made.of(object) if made.may(person, "read", row)]
            if listed(object, context) is None:
                assert not expected, (person, object)
                assert_nothing_is_told(made, object, context)
                continue
            assert_same_records(made, object, expected, context)
            assert_same_fields(made, object, expected, person, context)
        assert_guarded(made, person, context)
        assert_same_changes(made, person, context)


def listed(object: str, context: Context) -> set[int] | None:
    """What a list tells of; None where the object itself is not there."""
    try:
        return {r.id for r in read.list_records(ListRequest(object, limit=100), context).records}
    except NotFound:
        return None


def opens(row: Row, context: Context) -> bool:
    try:
        return read.get(row.object, row.id, context).id == row.id
    except NotFound:
        return False


def assert_nothing_is_told(made: Organisation, object: str, context: Context) -> None:
    assert not any(opens(row, context) for row in made.of(object))
    assert not [hit for row in made.of(object) for hit in read.search(row.word, context)]
    assert read.resolve_titles([row.id for row in made.of(object)], context) == {}
    with pytest.raises(NotFound):
        read.aggregate(AggregateRequest(object), context)


def assert_same_records(made: Organisation, object: str, expected: list[Row], context: Context) -> None:
    rows, ids = made.of(object), {row.id for row in expected}
    assert listed(object, context) == ids
    assert {row.id for row in rows if opens(row, context)} == ids
    page = read.list_records(ListRequest(object, limit=1, count="exact"), context)
    assert page.count is not None
    assert page.count.value == len(ids)
    assert read.aggregate(AggregateRequest(object), context).rows == [{"count": len(ids)}]
    assert read.resolve_titles([row.id for row in rows], context).keys() == ids
    assert {row.id for row in rows if read.search(row.word, context)} == ids
    by_list = (read.list_records(ListRequest(object, search=row.word), context).records for row in rows)
    assert {r.id for records in by_list for r in records} == ids
    for row in rows:
        if row.id not in ids:
            with pytest.raises(NotFound):
                read.history(object, row.id, context)
    assert exported(object, context) in (None, {encode_id(id) for id in ids})


def exported(object: str, context: Context) -> set[str] | None:
    file = io.BytesIO()
    try:
        export_to(file, ExportRequest(object, mark=False), context)
    except (Forbidden, NotFound):
        return None
    return {row["id"] for row in csv.DictReader(io.StringIO(file.getvalue().decode()))}


def assert_same_fields(made: Organisation, object: str, expected: list[Row], person: int, context: Context) -> None:
    for name in ("hint", "worth", "rich"):
        seen = made.sees(person, object, name)
        records = read.list_records(ListRequest(object, limit=100), context).records
        assert all((name in record.values) == seen for record in records), (object, name)
        condition = {"hint": "hint != 'x'", "worth": "worth >= 0", "rich": "rich or not rich"}[name]
        for ask in (
            lambda c=condition: read.list_records(ListRequest(object, where=c), context),
            lambda n=name: read.list_records(ListRequest(object, order=(n,)), context),
            lambda n=name: read.list_records(ListRequest(object, fields=(n,)), context),
            lambda n=name: read.aggregate(AggregateRequest(object, measures=(f"count({n})",)), context),
            lambda n=name: read.aggregate(AggregateRequest(object, groups=(n,)), context),
        ):
            if seen:
                ask()
            else:
                with pytest.raises(BadRequest):
                    ask()
    finds = made.sees(person, object, "hint")
    for row in expected:
        assert bool(read.search(row.hint, context)) == finds
        found = read.list_records(ListRequest(object, search=row.hint), context).records
        assert [r.id for r in found] == ([row.id] if finds else [])


def assert_guarded(made: Organisation, person: int, context: Context) -> None:
    """Filters and groups over a lookup tell only of records that may be read."""
    if listed("deal", context) is None or listed("firm", context) is None:
        return
    seen = [row for row in made.of("deal") if made.may(person, "read", row)]
    for firm in made.of("firm"):
        told = {row.id for row in seen if row.above is firm and made.may(person, "read", firm)}
        where = f"firm.name == 'The {firm.word}'"
        assert {r.id for r in read.list_records(ListRequest("deal", where=where), context).records} == told
    names = {f"The {row.above.word}" for row in seen if row.above and made.may(person, "read", row.above)}
    groups = read.aggregate(AggregateRequest("deal", groups=("firm.name",)), context).rows
    assert {row["firm.name"] for row in groups} - {None} == names
    for record in read.list_records(ListRequest("deal", limit=100, expand=("firm",)), context).records:
        firm = next((row for row in made.of("firm") if row.id == record.values["firm"]), None)
        is_told = firm is not None and made.may(person, "read", firm)
        assert ("firm" in record.expanded, bool(firm and firm.id in record.titles)) == (is_told, is_told)


def assert_same_changes(made: Organisation, person: int, context: Context) -> None:
    for row in made.rows:
        readable = made.may(person, "read", row)
        expected = readable and made.may(person, "update", row)
        assert changes(row, {}, context) == expected, (person, row)
        if expected:
            editable = made.level(person, row.object, "worth") == "edit"
            assert changes(row, {"worth": row.worth}, context) == editable, (person, row)


def changes(row: Row, values: dict[str, int], context: Context) -> bool:
    try:
        write.write(Update(row.object, row.id, values), context)
    except JimuError:
        return False
    return True
