"""Stages: records go through the options of a picklist as ``flows/stages`` says.

Judged and followed on the one write path (``plugin`` implements its hooks), so the form, the API, an import of later
changes, an approval's effect and an automation are held to the same way. ``progress`` tells how far a record is, for
pages and the API; ``watching`` tells owners of records that stay too long. Knows no HTTP and no SQL.
"""

from jimu.flows.stages.finding import stages_of
from jimu.flows.stages.progress import Progress, Step, progress_of

__all__ = ["Progress", "Step", "progress_of", "stages_of"]
