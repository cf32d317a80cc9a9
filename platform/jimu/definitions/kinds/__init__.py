"""Further kinds of definition: those that the rest of ``definitions`` need not know by name.

**A new kind = one file here + its JSON Schema + one line in ``KINDS``.** The file (``kinds/calendar.py`` is a short
example) holds the frozen ``…Def`` and a ``DefinitionKind`` whose ``build`` turns a merged, shape-checked document into
a linked definition and reports findings by their places. Reading, overlaying, the JSON Schema for editors, the
reference pages, plan and diff, where-used and the list in the administration follow from the entry.
``manifest.all("calendar")`` gives the definitions by name.
"""

from jimu.definitions.kinds.assignment import ASSIGNMENT
from jimu.definitions.kinds.automation import AUTOMATION
from jimu.definitions.kinds.calendar import CALENDAR
from jimu.definitions.kinds.conversion import CONVERSION
from jimu.definitions.kinds.duplicate_reviews import APPROVAL
from jimu.definitions.kinds.email import EMAIL
from jimu.definitions.kinds.kind import Definition, DefinitionKind, Linking
from jimu.definitions.kinds.pool import POOL
from jimu.definitions.kinds.restriction import RESTRICTION
from jimu.definitions.kinds.sharing import SHARING
from jimu.definitions.kinds.sla import SLA
from jimu.definitions.kinds.stages import STAGES

# A kind that refers to definitions of another stands after it.
KINDS: tuple[DefinitionKind, ...] = (
    CALENDAR,
    SHARING,
    RESTRICTION,
    POOL,
    ASSIGNMENT,
    STAGES,
    EMAIL,
    APPROVAL,
    CONVERSION,
    AUTOMATION,
    SLA,
)

__all__ = ["KINDS", "Definition", "DefinitionKind", "Linking"]
