"""Actions done: what ``definitions.kinds.actions`` describes, for many records at once.

``perform`` does a list of actions to a list of subjects within the caller's transaction, set-wise: one batch of writes
per action, not per record. What fails for a subject is told for that subject; the caller decides what becomes of the
rest. A further kind of action is one function here and one builder there.
"""

from jimu.flows.actions.perform import Performed, perform
from jimu.flows.actions.subject import Doing, Subject, find_subjects

__all__ = ["Doing", "Performed", "Subject", "find_subjects", "perform"]
