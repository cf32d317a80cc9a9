"""The chain of automations that led to a write, so that a circle is seen and stopped.

An automation writes as the engine, through ``VIA``, for a reason that names the chain: it is in the history of what
was written, and the write path finds it there when the write sets off further automations. What an approval does that
an automation has begun is part of the chain, as long as nobody had to decide anything on the way.
"""

from __future__ import annotations

from dataclasses import replace

from jimu.access import SYSTEM
from jimu.records import Context

VIA = "automation"
_WORD, _ARROW = "automation ", " > "
# The same automation so often in one chain, or so many in all, is a circle.
MOST_TIMES, MOST_STEPS = 3, 20

Chain = tuple[str, ...]


def chain_of(context: Context) -> Chain:
    """The automations that led to what ``context`` does; () if it is no automation's doing."""
    if context.actor.via != VIA or not context.reason.startswith(_WORD):
        return ()
    return tuple(context.reason.removeprefix(_WORD).split(_ARROW))


def in_chain(chain: Chain, context: Context) -> Context:
    """The context in which the last automation of ``chain`` acts: as the engine."""
    return replace(context, actor=replace(SYSTEM, via=VIA), reason=_WORD + _ARROW.join(chain))


def led_on(context: Context, link: str) -> Context:
    """``context`` with ``link`` at the end of the chain that it is in; unchanged if it is in none."""
    chain = chain_of(context)
    return in_chain((*chain, link), context) if chain else context


def is_circle(chain: Chain, name: str) -> bool:
    """Whether setting off ``name`` at the end of ``chain`` goes round and round."""
    return chain.count(name) >= MOST_TIMES or len(chain) >= MOST_STEPS


def trace(chain: Chain) -> str:
    """The chain as people read it."""
    return _ARROW.join(chain)
