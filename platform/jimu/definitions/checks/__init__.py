"""What must hold of a whole configuration beyond the shape of its files and the types of its formulas; a file per
topic.
"""

from collections.abc import Callable

from jimu.definitions.checks.checking import Checking
from jimu.definitions.checks.data import check_data
from jimu.definitions.checks.inheritance import check_inheritance
from jimu.definitions.checks.keys import check_keys
from jimu.definitions.checks.labels import strict_diagnostics
from jimu.definitions.checks.names import check_names
from jimu.definitions.checks.ownership import check_ownership
from jimu.definitions.checks.picklists import check_picklists
from jimu.definitions.checks.record_types import check_record_types
from jimu.definitions.checks.roles import check_roles
from jimu.definitions.checks.size import check_size
from jimu.definitions.checks.sparse import check_sparse
from jimu.definitions.checks.workspace import check_workspace

CHECKS: tuple[Callable[[Checking], None], ...] = (
    check_workspace,
    check_names,
    check_keys,
    check_size,
    check_sparse,
    check_picklists,
    check_record_types,
    check_ownership,
    check_inheritance,
    check_roles,
    check_data,
)

__all__ = ["CHECKS", "Checking", "strict_diagnostics"]
