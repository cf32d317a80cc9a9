"""The write path as data: one tuple of steps per action. A step takes a ``Wave`` and looks only at its open drafts.

The order is the argument: nothing is revealed before access is judged, nothing is judged before it is final, nothing is
stored before it is judged, and what follows from storing happens in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jimu.records.duplicates.judging import check_duplicates, check_restored, refuse_unasked
from jimu.records.duplicates.keeping import keep_match_keys
from jimu.records.wave import Wave
from jimu.records.write_steps.access_records import audit_access, check_access_records, check_restrictions
from jimu.records.write_steps.authorise import authorise_action, load_before
from jimu.records.write_steps.changes import find_changes
from jimu.records.write_steps.choices import check_choices
from jimu.records.write_steps.conditions import check_conditions
from jimu.records.write_steps.default_teams import add_default_teams
from jimu.records.write_steps.deletion import gather_dependents, store_deletion, store_purge
from jimu.records.write_steps.events import emit_events
from jimu.records.write_steps.formulas import compute_formulas
from jimu.records.write_steps.grants import check_grants, check_removals
from jimu.records.write_steps.hierarchy import check_hierarchy
from jimu.records.write_steps.history import append_history
from jimu.records.write_steps.hooks import run_before_hooks, run_following_hooks, run_judging_hooks
from jimu.records.write_steps.judge import judge
from jimu.records.write_steps.last_holder import check_last_holder, check_last_removed
from jimu.records.write_steps.mentions import notify_mentioned
from jimu.records.write_steps.numbers import number_records
from jimu.records.write_steps.organisation import check_memberships, follow_organisation
from jimu.records.write_steps.ownership import keep_owner, note_owner
from jimu.records.write_steps.references import check_references
from jimu.records.write_steps.restoration import (
    gather_deleted_together,
    refuse_merged,
    require_living_parents,
    store_restoration,
)
from jimu.records.write_steps.rollups import follow_rates, update_rollups
from jimu.records.write_steps.rules import check_rules
from jimu.records.write_steps.store import store_records
from jimu.records.write_steps.titles import refresh_titles
from jimu.records.write_steps.uniques import check_uniques
from jimu.records.write_steps.values import apply_defaults, coerce_values, reject_unwritable_fields
from jimu.records.write_steps.version import check_version

Step = Callable[[Wave], None]

_VALUES: tuple[Step, ...] = (
    reject_unwritable_fields,  # loud, never silently dropped
    coerce_values,  # everything after works on typed values
    apply_defaults,  # default formulas read the given values
    run_before_hooks,  # may still change values
    keep_owner,  # what a pool sets when a record changes hands
    compute_formulas,  # after hooks, before rules
    find_changes,  # an update that changes nothing ends here
    check_references,  # the final values are judged, all problems at once:
    check_hierarchy,  # no department is part of itself
    check_memberships,
    check_choices,
    check_grants,  # nobody hands out more than they have
    check_access_records,  # nor opens what cannot be opened
    check_restrictions,
    check_last_holder,  # nor takes from all what only that one has
    check_conditions,
    check_rules,
    check_uniques,
    check_duplicates,  # dear, so last; but with all other problems
    run_judging_hooks,  # stages, locks: what is configured above the write path
    refuse_unasked,  # what has to be approved and nobody took on
    judge,
)

_STORE: tuple[Step, ...] = (
    number_records,  # only for what will be stored: refused records leave no holes
    store_records,
    keep_match_keys,  # by which the next write finds these
    append_history,  # same transaction, or none
    note_owner,  # who had it is written after it, by the engine itself
    update_rollups,
    refresh_titles,  # of records that show this one in their title
    add_default_teams,  # after the records that they are of
    notify_mentioned,  # what follows from a comment is written after it, by the engine itself
    run_following_hooks,
    follow_organisation,  # its history, and memberships and users in step, by the engine itself
    audit_access,
    follow_rates,
    emit_events,
)

_REMOVE: tuple[Step, ...] = (
    authorise_action,
    load_before,
    check_removals,  # nobody removes the account of the mightier
    check_last_removed,
    check_version,
    run_before_hooks,
    run_judging_hooks,
    judge,
    gather_dependents,
)

# What a preview runs: everything up to storing.
BEFORE_STORING: Mapping[str, tuple[Step, ...]] = {
    "create": (authorise_action, *_VALUES),
    "update": (
        authorise_action,  # before anything is revealed
        load_before,  # locks; later steps compare
        check_version,  # cheap, before work
        *_VALUES,
    ),
    "delete": _REMOVE,
    "purge": _REMOVE,
    "restore": (
        authorise_action,
        load_before,
        run_before_hooks,
        check_restored,  # else the recycle bin were a way round the rules
        judge,
        refuse_merged,  # those come back with the whole merge
        gather_deleted_together,
        require_living_parents,
    ),
}

STORING: Mapping[str, tuple[Step, ...]] = {
    "create": _STORE,
    "update": _STORE,
    "delete": (store_deletion, follow_organisation, run_following_hooks, audit_access, follow_rates, emit_events),
    "purge": (store_purge, run_following_hooks, follow_rates, emit_events),
    "restore": (store_restoration, follow_organisation, run_following_hooks, follow_rates, emit_events),
}
