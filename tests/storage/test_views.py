"""Views for reports: who may read a view needs no right on the tables, and keeps it when the view changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest

from jimu.storage import Database, Store
from jimu.storage.schema import Schema
from tests.storage.samples import Kind as K
from tests.storage.samples import column, sample_schema, stamps

Apply = Callable[[Schema], Store]


@pytest.fixture
def role(database: Database) -> Iterator[str]:
    if not database.capabilities.comments:
        pytest.skip("this database has no roles")
    name = f"jimu_reporting_{uuid4().hex[:12]}"
    with database.writing() as connection:
        connection.run(f"CREATE ROLE {name}")
    yield name
    with database.writing() as connection:
        connection.run(f"DROP OWNED BY {name}")
        connection.run(f"DROP ROLE {name}")


def as_role(database: Database, role: str, text: str) -> list[tuple[object, ...]]:
    with database.writing() as connection:
        connection.run(f"SET LOCAL ROLE {role}")
        return connection.rows(text)


def test_a_role_reads_the_views_it_was_given_and_no_table(database: Database, apply: Apply, role: str) -> None:
    store = apply(sample_schema())
    with store.write() as tx:
        [account] = tx.insert("account", [{**stamps(), "title": "Acme"}])
        tx.insert("lead", [{**stamps(), "title": "L", "account": account}])
    with database.writing() as connection:
        connection.run(f"GRANT USAGE ON SCHEMA public TO {role}")
        connection.run(f"GRANT SELECT ON v_lead TO {role}")
    asked = "SELECT title, account_title FROM v_lead"
    assert as_role(database, role, asked) == [("L", "Acme")]
    for forbidden in ("o_lead", "record", "v_account"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_role(database, role, f"SELECT * FROM {forbidden}")
    apply(sample_schema(column("more"), column("amount", K.INTEGER)))
    assert as_role(database, role, asked) == [("L", "Acme")]
