"""Where every definition is used: a reference index over a manifest, built once per manifest from what it links.

``build_uses(manifest)`` reads each definition as it stands there, so a kind of definition that refers to others is one
walker in ``WALKERS``. Knows no data and no rights: the faces leave out what their reader may not know.
"""

from jimu.definitions.use import HOW, Use
from jimu.definitions.uses.index import Uses, build_uses

__all__ = ["HOW", "Use", "Uses", "build_uses"]
