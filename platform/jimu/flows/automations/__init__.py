"""Automations: when something happens to a record, or a time comes, if a condition holds, do this.

``before`` ones run on the write path (``before``), the others as jobs written in the transaction of what set them off
(``following``), by cron or by day (``schedules``); ``running`` does their actions, keeps a log of every run and tries
failed ones again; ``trying`` tells what one would do. Order is by ``order``, then name; a circle of automations is
stopped and told with its trace.
"""

from jimu.flows.automations.following import approval_ended, set_off
from jimu.flows.automations.running import discard, run_again
from jimu.flows.automations.trying import Trial, try_out

__all__ = ["Trial", "approval_ended", "discard", "run_again", "set_off", "try_out"]
