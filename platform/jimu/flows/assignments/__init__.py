"""Assignment at work: who gets a record without an owner, by the rules of its object, and who does if they do not take
it up in time.

``place`` chooses and writes, under the lock of the rule's turn, so that turns are fair however many come at once;
``explain`` tells what it would do; ``accept`` is for whoever was given a record.
"""

from jimu.flows.assignments.accepting import accept, accepts_for
from jimu.flows.assignments.explaining import Explanation, explain
from jimu.flows.assignments.placing import assign_by_rule, place

__all__ = ["Explanation", "accept", "accepts_for", "assign_by_rule", "explain", "place"]
