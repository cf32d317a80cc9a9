"""The audit's chain: kept with the commit, never changed, and whoever meddles with it shows."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from jimu.access.actor import SYSTEM
from jimu.access.audit import AuditEntry, AuditVerdict, record_audit, verify_audit
from jimu.storage import Database
from jimu.storage.audit import FOREIGN_HEAD, AuditSearch
from tests.storage.samples import NOW

KEY = b"the key of the installation"


@pytest.fixture
def audited(database: Database) -> Database:
    """Five entries, in transactions of one, two and two."""
    database.audit_key = lambda: KEY
    for names in (("a",), ("b", "c"), ("d", "e")):
        with database.write() as tx:
            for name in names:
                record_audit(tx, AuditEntry("login.ok", SYSTEM, NOW, text=f"Name {name}", details={"n": [1, name]}))
    return database


def _verify(database: Database, noted: tuple[int, str] | None = None) -> AuditVerdict:
    with database.read() as tx:
        return verify_audit(tx, KEY, noted)


def _meddle(database: Database, *statements: str) -> None:
    """As somebody would who has the database and no respect for its triggers."""
    off = {
        "sqlite": ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"],
        "postgresql": ["DROP TRIGGER audit_guard ON audit"],
    }[database.engine.dialect.name]
    with database.engine.connect() as connection:
        for statement in [*off, *statements]:
            connection.exec_driver_sql(statement)


def test_entries_are_numbered_without_gaps_and_chained(audited: Database) -> None:
    with audited.read() as tx:
        rows = list(tx.each_audit())
        head = tx.audit_head()
    assert [r.id for r in rows] == [1, 2, 3, 4, 5]
    assert [r.text[-1] for r in rows] == list("abcde")
    assert head.hash == rows[-1].hash
    assert head.count == 5
    assert _verify(audited).is_whole


def test_what_is_rolled_back_leaves_no_entry(audited: Database) -> None:
    entry = AuditEntry("login.ok", SYSTEM, NOW)
    with pytest.raises(RuntimeError), audited.write() as tx:  # noqa: PT012
        record_audit(tx, entry)
        raise RuntimeError
    with audited.write() as tx:
        record_audit(tx, entry)
        with pytest.raises(RuntimeError), tx.savepoint():  # noqa: PT012
            record_audit(tx, entry)
            raise RuntimeError
    with audited.read() as tx:
        assert tx.audit_head().count == 6


@pytest.mark.parametrize("statement, place, reason", [
    ("UPDATE audit SET text = 'Name x' WHERE id = 3", 3, "changed"),
    ("UPDATE audit SET actor = 7 WHERE id = 1", 1, "changed"),
    ("UPDATE audit SET details = 'gone' WHERE id = 2", 2, "changed"),
    ("DELETE FROM audit WHERE id = 2", 2, "gap"),
    ("DELETE FROM audit WHERE id = 5", 5, "cut"),
    ("DELETE FROM audit WHERE id = 1", 1, "gap"),
])  # fmt: skip
def test_the_first_entry_that_somebody_meddled_with_is_found(
    audited: Database, statement: str, place: int, reason: str
) -> None:
    _meddle(audited, statement)
    verdict = _verify(audited)
    assert (verdict.place, verdict.reason) == (place, reason)


def test_cutting_the_end_and_the_count_off_together_shows_in_the_signature(audited: Database) -> None:
    with audited.read() as tx:
        third = list(tx.each_audit())[2]
    _meddle(audited, "DELETE FROM audit WHERE id > 3", f"UPDATE audit_head SET count = 3, hash = '{third.hash}'")
    assert _verify(audited).reason == "foreign_head"
    with audited.write() as tx:
        record_audit(tx, AuditEntry("login.ok", SYSTEM, NOW))
    with audited.read() as tx:
        assert [r.kind for r in tx.each_audit(after=3)] == [FOREIGN_HEAD, "login.ok"]


def test_a_head_noted_elsewhere_proves_even_a_replaced_database(audited: Database) -> None:
    with audited.read() as tx:
        rows = list(tx.each_audit())
    assert _verify(audited, (4, rows[3].hash)).is_whole
    assert _verify(audited, (4, rows[2].hash)).reason == "not_noted"
    assert _verify(audited, (9, rows[3].hash)).reason == "not_noted"


def test_the_database_itself_refuses_to_change_entries(audited: Database) -> None:
    for statement in ("UPDATE audit SET text = ''", "DELETE FROM audit"):
        with audited.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="only added to"):
            connection.exec_driver_sql(statement)
    assert _verify(audited).is_whole


def test_archived_entries_leave_an_anchor_from_which_the_chain_goes_on(audited: Database) -> None:
    with audited.write() as tx:
        rows = list(tx.each_audit())
        assert tx.drop_archived(rows[2]) == 3
    assert _verify(audited).is_whole
    with audited.read() as tx:
        assert [r.id for r in tx.each_audit()] == [4, 5]
        assert [r.id for r in tx.search_audit(AuditSearch(), 10).rows] == [5, 4]
    _meddle(audited, "DELETE FROM audit WHERE id = 4")
    assert (_verify(audited).place, _verify(audited).reason) == (4, "gap")


def test_many_at_once_make_one_chain(database: Database) -> None:
    database.audit_key = lambda: KEY
    failures: list[BaseException] = []

    def add() -> None:
        try:
            for _ in range(10):
                with database.write() as tx:
                    record_audit(tx, AuditEntry("login.ok", SYSTEM, NOW))
        except BaseException as error:  # noqa: BLE001 - reported by the test
            failures.append(error)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert (_verify(database).checked, _verify(database).is_whole) == (40, True)


def test_entries_are_found_by_what_they_say(audited: Database) -> None:
    with audited.write() as tx:
        late = NOW + timedelta(hours=1)
        record_audit(tx, AuditEntry("read.list", SYSTEM, late, object="lead", subject=9, text="Äpfel 100%_"))
        record_audit(tx, AuditEntry("read.record", SYSTEM, late, object="lead", record=5, details={"f": "客户"}))
    with audited.read() as tx:
        def ids(**search: object) -> list[int]:
            return [r.id for r in tx.search_audit(AuditSearch(**search), 10).rows]  # type: ignore[arg-type]

        assert ids(object="lead") == [7, 6]
        assert ids(record=5) == [7]
        assert ids(subject=9) == [6]
        assert ids(kinds=("read.list", "export.audit")) == [6]
        assert ids(since=late) == [7, 6]
        assert ids(until=late) == [5, 4, 3, 2, 1]
        assert ids(text="100%_") == [6]
        assert ids(text="客户") == [7]
        assert ids(text="NAME c") == [3]
        page = tx.search_audit(AuditSearch(), 3)
        assert ([r.id for r in page.rows], page.before) == ([7, 6, 5], 5)
        assert [r.id for r in tx.search_audit(AuditSearch(), 10, page.before).rows] == [4, 3, 2, 1]
        narrow = tx.search_audit(AuditSearch(text='"a"'), 3, window=4)
        assert (narrow.rows, narrow.before) == ([], 4)
        assert [r.id for r in tx.search_audit(AuditSearch(text='"a"'), 3, 4, window=4).rows] == [1]
