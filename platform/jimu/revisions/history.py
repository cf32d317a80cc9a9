"""The revisions that were applied: list them, read one again, go back to one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from jimu.definitions import Manifest, load_files
from jimu.errors import DefinitionErrors, NotFound
from jimu.messages import Message
from jimu.revisions.applying import Applied, apply
from jimu.revisions.deployment import Deployment, Origin
from jimu.storage import Database, RevisionRow


def list_revisions(database: Database, limit: int = 50, before: int | None = None) -> list[RevisionRow]:
    """Newest first, without their files; ``before``: the number of the last one of the page before."""
    with database.read() as transaction:
        return transaction.list_revisions(limit, before)


def revision_before(database: Database, number: int) -> RevisionRow | None:
    """The one that ``number`` took the place of, with its files; None: it was the first."""
    with database.read() as transaction:
        return transaction.revision_before(number)


def find_revision(database: Database, number_or_hash: int | str) -> RevisionRow:
    """One revision with its files. Raises NotFound."""
    with database.read() as transaction:
        row = transaction.find_revision(number_or_hash)
    if row is None:
        raise NotFound(Message("There is no revision {revision}.", {"revision": number_or_hash}))
    return row


def load_revision(deployment: Deployment, row: RevisionRow) -> Manifest:
    """The configuration of a stored revision. Raises DefinitionErrors if this version of the engine cannot read it."""
    manifest, diagnostics = load_files(row.files, plugins=deployment.plugins)
    if manifest is None:
        raise DefinitionErrors(diagnostics)
    return manifest


def rollback(
    deployment: Deployment, number_or_hash: int | str, origin: Origin | None = None, *, allow: Iterable[str] = ()
) -> Applied:
    """Apply a stored revision again, as a new one. Fields that came since are hidden and keep their values.

    Raises NotFound, DefinitionErrors, Refused.
    """
    row = find_revision(deployment.database, number_or_hash)
    note = (origin.note if origin else "") or f"rollback to revision {row.id}"
    found = replace(origin or Origin(), commit=row.commit, note=note, is_rollback=True)
    return apply(deployment, load_revision(deployment, row), found, allow=allow)
