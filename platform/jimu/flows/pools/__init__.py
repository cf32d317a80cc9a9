"""Pools at work: claim, return, assign, take back, and the day's run that brings back what nobody follows up.

Everything is one change of a record's owner through ``records.write``; the ownership history is kept there. Who is
first, limits and waiting times are decided under locks, so that they hold however many come at once.
"""

from jimu.flows.pools.assigning import assign
from jimu.flows.pools.claiming import claim
from jimu.flows.pools.limits import Usage, usage_of
from jimu.flows.pools.membership import managed_pools, pools_for_member, require_manager, require_pool
from jimu.flows.pools.outcome import Outcome
from jimu.flows.pools.preview import Forecast, foresee, next_return
from jimu.flows.pools.returning import give_back
from jimu.flows.pools.running import PoolRun, latest_runs, run_pool, undo_run

__all__ = [
    "Forecast",
    "Outcome",
    "PoolRun",
    "Usage",
    "assign",
    "claim",
    "foresee",
    "give_back",
    "latest_runs",
    "managed_pools",
    "next_return",
    "pools_for_member",
    "require_manager",
    "require_pool",
    "run_pool",
    "undo_run",
    "usage_of",
]
