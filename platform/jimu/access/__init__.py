"""Who may do what. Every answer is either yes/no, a level per field, or a storage ``Filter`` that a query adds.

``load_actor`` tells who acts, ``require_action``/``record_filter`` which records, ``field_access`` which fields,
``has_right`` which system rights; ``accounts`` keeps passwords, sessions and API tokens. Knows no HTTP and no SQL.
"""

from jimu.access.actor import NOBODY, SYSTEM, Actor
from jimu.access.fields import field_access, readable_fields
from jimu.access.loading import load_actor, organisation_at
from jimu.access.organisation import Organisation
from jimu.access.organisation_past import organisation_as_of
from jimu.access.rights import RIGHTS, has_right, require_right, rights_of
from jimu.access.rules import ACTIONS, action_allowed, record_filter, require_action

__all__ = [
    "ACTIONS",
    "NOBODY",
    "RIGHTS",
    "SYSTEM",
    "Actor",
    "Organisation",
    "action_allowed",
    "field_access",
    "has_right",
    "load_actor",
    "organisation_as_of",
    "organisation_at",
    "readable_fields",
    "record_filter",
    "require_action",
    "require_right",
    "rights_of",
]
