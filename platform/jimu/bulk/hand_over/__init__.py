"""Hand-over: all that a person holds goes to others, by a rule, now or on a day to come, as one unit.

``holdings_of`` tells what they hold, ``foresee`` who would get how much, ``start_hand_over`` begins it. Knows no object
but users: what a person holds is every reference to them that is somebody's work.
"""

from jimu.bulk.hand_over.asked import HandOver, Part
from jimu.bulk.hand_over.holdings import Holding, holdings_of, may_hand_over, require_hand_over
from jimu.bulk.hand_over.others import OtherWork, find_other_work
from jimu.bulk.hand_over.running import carry_hand_over_on, foresee, require_plan, start_hand_over

__all__ = [
    "HandOver",
    "Holding",
    "OtherWork",
    "Part",
    "carry_hand_over_on",
    "find_other_work",
    "foresee",
    "holdings_of",
    "may_hand_over",
    "require_hand_over",
    "require_plan",
    "start_hand_over",
]
