"""Finding the user that a command names, by id, e-mail or name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jimu.errors import Invalid, NotFound
from jimu.messages import Message

if TYPE_CHECKING:
    from jimu.records.commands import Record
    from jimu.records.context import Context


def get_user(context: Context, name: str) -> Record:
    """The user record whose id, e-mail, name or part of the e-mail before the @ (in this order) is ``name``. Raises
    NotFound, Invalid if several are.
    """
    from jimu.fieldtypes.ids import decode_id
    from jimu.records import ListRequest, read

    try:
        return read.get("user", decode_id(name), context)
    except (ValueError, NotFound):
        pass
    for where in (f"email == {name.lower()!r}", f"name == {name!r}", f"starts_with(email, {name.lower() + '@'!r})"):
        found = read.list_records(ListRequest("user", where=where, limit=2), context).records
        if len(found) > 1:
            raise Invalid(Message("Several users are called {name}; give the e-mail address.", {"name": name}))
        if found:
            return found[0]
    raise NotFound(Message("There is no user {name}. List them with: jimu user list", {"name": name}))
