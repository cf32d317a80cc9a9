"""History, jobs, numbers, revisions, accounts, answers kept for repeated requests."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from jimu.storage import Database, HistoryEntry, IdempotentAnswer, JobRow, Store
from tests.storage.samples import NOW, stamps

LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize("copies", [1, 100])
def test_history_is_read_back_newest_first(store: Store, copies: int) -> None:
    changes = {"amount": [None, Decimal("1.50")], "on": [date(2026, 1, 2), NOW], "took": [timedelta(minutes=1), ["a"]]}
    entries = [HistoryEntry(7, "lead", NOW, "update", 3, "api", "because", n, changes) for n in range(copies)]
    with store.write() as tx:
        tx.append_history(entries)
        tx.append_history([HistoryEntry(8, "lead", NOW, "create")])
        found = tx.history(7, limit=1000)
        assert [e.version for e in found] == list(reversed(range(copies)))
        assert tx.history(7, limit=5, before=found[0].id) == found[1:6]
    assert found[0].changes == {"amount": [None, "1.50"], "on": ["2026-01-02", "2026-03-04T05:06:07.890123Z"],
                                "took": [60, ["a"]]}
    assert (found[0].actor, found[0].via, found[0].reason, found[0].at) == (3, "api", "because", NOW)


def test_a_job_is_taken_once_and_comes_back_when_its_lease_runs_out(database: Database) -> None:
    with database.write() as tx:
        (second,) = tx.emit([JobRow("b", run_at=LATER)])
        assert tx.next_job_at() == LATER
        (first,) = tx.emit([JobRow("a", {"n": Decimal(1)})])
        assert tx.next_job_at() is not None
    with database.write() as tx:
        [job] = tx.claim_jobs(NOW, LATER, 10, "w1")
        assert (job.id, job.kind, job.payload, job.attempts) == (first, "a", {"n": "1"}, 1)
        assert tx.claim_jobs(NOW, LATER, 10, "w2") == []
    with database.write() as tx:
        again = tx.claim_jobs(LATER, LATER + timedelta(hours=1), 10, "w2")
        assert [(j.id, j.attempts) for j in again] == [(second, 1), (first, 2)]
        assert not tx.finish_job(first, "w1", LATER)
        assert tx.finish_job(first, "w2", LATER)
        assert tx.bury_job(second, "w2", LATER, "broken")
        assert tx.count_jobs() == {"done": 1, "dead": 1}
        assert tx.list_jobs("dead")[0]["error"] == "broken"
        assert tx.revive_job(second, LATER)
        assert tx.remove_done_jobs(LATER + timedelta(days=1)) == 1


def test_figures_of_jobs_tell_of_each_kind(database: Database) -> None:
    with database.write() as tx:
        tx.emit([JobRow("sum"), JobRow("sum"), JobRow("sum"), JobRow("mail", run_at=NOW), JobRow("mail", run_at=LATER)])
        first, second, third, mail = tx.claim_jobs(NOW, LATER, 10, "w")
        assert tx.finish_job(first.id, "w", NOW + timedelta(seconds=2))
        assert tx.finish_job(second.id, "w", NOW + timedelta(seconds=4))
        assert tx.bury_job(third.id, "w", NOW, "broken")
        assert tx.release_job(mail.id, "w", NOW)
    with database.read() as tx:
        by_kind = {figures.kind: figures for figures in tx.job_figures(NOW + timedelta(minutes=1))}
        sums, mails = by_kind["sum"], by_kind["mail"]
        assert (sums.waiting, sums.running, sums.dead, sums.done, sums.oldest) == (0, 0, 1, 2, None)
        assert (sums.quantile(0), sums.quantile(0.95)) == (2, 4)
        assert (mails.waiting, mails.done, mails.oldest, mails.quantile(0.5)) == (2, 0, NOW, None)
        assert {f.kind for f in tx.job_figures(NOW + timedelta(days=2)) if f.done} == set()


def test_a_waiting_key_is_not_doubled(database: Database) -> None:
    with database.write() as tx:
        assert len(tx.emit([JobRow("a", key="k"), JobRow("a", key="k"), JobRow("a")])) == 2
        jobs = tx.claim_jobs(NOW, LATER, 10, "w")
        assert len(tx.emit([JobRow("a", key="k")])) == 1
        assert all(tx.retry_job(j.id, "w", LATER, "again") for j in jobs)
        assert tx.count_jobs() == {"waiting": 2, "done": 1}


def test_gapless_numbers_come_back_when_the_transaction_fails(database: Database) -> None:
    with database.write() as tx:
        assert list(tx.next_numbers("n", 2, gapless=True)) == [1, 2]
    with pytest.raises(RuntimeError), database.write() as tx:  # noqa: PT012
        tx.next_numbers("n", gapless=True)
        raise RuntimeError
    with database.write() as tx:
        assert list(tx.next_numbers("n", gapless=True)) == [3]


def test_other_numbers_are_never_given_twice(database: Database) -> None:
    given: list[int] = []
    for n in (1, 3, 100, 1):
        with database.write() as tx:
            given += tx.next_numbers("n", n)
    assert len(set(given)) == len(given) == 105


def test_revisions_move_the_pulse(database: Database) -> None:
    before = database.pulse()
    with database.write() as tx:
        assert tx.current_revision() is None
        first = tx.add_revision("abc1", {"a.yaml": "x"}, at=NOW, author="Ann", commit="c0ffee", note="n")
        second = tx.add_revision("abd2", {"a.yaml": "y"}, at=LATER)
    assert database.pulse() > before
    with database.read() as tx:
        current = tx.current_revision()
        assert current is not None
        assert (current.id, current.hash, current.files, current.at) == (second, "abd2", {"a.yaml": "y"}, LATER)
        assert [r.id for r in tx.list_revisions()] == [second, first]
        for asked, found in (("abc", first), ("ab", second), (first, first), ("%", None), ("zz", None)):
            revision = tx.find_revision(asked)
            assert (revision.id if revision else None) == found or asked == "%"


def test_answers_are_kept_once(database: Database) -> None:
    answer = IdempotentAnswer("h", 201, "{}", NOW)
    with database.write() as tx:
        assert tx.put_answer("7", "k", answer)
        assert not tx.put_answer("7", "k", answer)
        assert tx.get_answer("7", "k") == answer
        assert tx.get_answer("8", "k") is None
        assert tx.remove_answers(LATER) == 1


def test_accounts(store: Store) -> None:
    with store.write() as tx:
        [user] = tx.insert("user", [{**stamps(), "email": "a@example.com"}])
        tx.put_credential(user, "hash", NOW)
        tx.put_credential(user, "other", LATER, must_change=True)
        found = tx.find_credential(user)
        assert found is not None
        assert (found.password_hash, found.changed_at, found.must_change) == ("other", LATER, True)
        id = tx.add_session("key", user, NOW, LATER, "127.0.0.1", "browser")
        tx.add_session("second", user, NOW, LATER)
        session = tx.find_session("key")
        assert session is not None
        assert (session.id, session.user_id, session.expires_at, session.pulse) == (id, user, LATER, tx.pulse())
        tx.touch_session(id, LATER, LATER)
        assert next(s.id for s in tx.list_sessions(user)) == id
        assert tx.end_sessions(user, keep_key="key") == 1
        token = tx.add_token("t", user, "ci", {"read"}, NOW)
        row = tx.find_token("t")
        assert row is not None
        assert (row.scopes, row.expires_at, row.pulse) == (frozenset({"read"}), None, tx.pulse())
        assert tx.revoke_token(token)
        tx.add_login_attempt(["a", "b"], NOW)
        tx.add_login_attempt(["a"], LATER)
        assert tx.count_login_attempts(["a", "b", "c"], NOW) == {"a": 2, "b": 1, "c": 0}
        tx.remove_login_attempts(["a"])
        assert tx.count_login_attempts(["a"], NOW) == {"a": 0}
        tx.purge("user", [user])
        assert tx.find_session("key") is None
