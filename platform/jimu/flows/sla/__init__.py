"""Service levels: clocks that run on records, judged on the write path, watched by a timer.

``clock`` is the arithmetic, pure; ``following`` moves the clocks of what is written and keeps their state in the
record's own fields, where it filters and sorts; ``watching`` warns, tells what was missed, and counts anew when targets
or calendars change.
"""

from jimu.flows.sla.clock import Clock, Facts, advance

__all__ = ["Clock", "Facts", "advance"]
