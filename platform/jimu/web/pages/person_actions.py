"""What administrators do from a person's own record: open the account, ask what they may do, see with their eyes.

Asks the same rules as the pages it leads to, which ask them again; called by the record page.
"""

from __future__ import annotations

from jimu.access.loading import load_actor
from jimu.access.managing import may_see_as, may_see_with_others_eyes
from jimu.access.rights import has_right
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records.reading import reading
from jimu.web.pages.model import Action
from jimu.web.pages.reader import Reader


def person_actions(person: int, reader: Reader) -> list[Action]:
    found = []
    if has_right(reader.actor, reader.manifest, "users"):
        account, access = f"/admin/users/{encode_id(person)}", f"/admin/access?user={encode_id(person)}"
        found.append(Action(reader.render(Message("Account")), account, "user-cog"))
        found.append(Action(reader.render(Message("Effective access")), access, "shield-check"))
    if _may_see_as(person, reader):
        eyes = f"/users/{encode_id(person)}/view-as"
        found.append(Action(reader.render(Message("See with their eyes")), eyes, "eye", method="post"))
    return found


def _may_see_as(person: int, reader: Reader) -> bool:
    if not may_see_with_others_eyes(reader.actor, reader.manifest):
        return False
    with reading(reader.context) as transaction:
        other = load_actor(transaction, reader.manifest, person)
    return other is not None and may_see_as(reader.actor, reader.manifest, other)
