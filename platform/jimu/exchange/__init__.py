"""Exchange: records in from files and seeds, and out into files. Everything goes through ``records``.

``import_file`` and ``run_plan`` import CSV and Excel, ``export_file`` writes them, ``load_seeds`` loads seed data.
Reading files knows no records, mapping knows no database, generators know no objects. Knows no HTTP, no terminal and
no SQL.
"""

from jimu.exchange.checks import check_import_plans, check_seeds
from jimu.exchange.exporting.export import ExportRequest, export_file, export_to, format_of
from jimu.exchange.importing.importer import ImportOptions, import_file
from jimu.exchange.importing.report import ImportReport, Progress, RejectedRow
from jimu.exchange.importing.step import ImportStep, read_step
from jimu.exchange.importing.suggest import suggest_step
from jimu.exchange.plan import run_plan
from jimu.exchange.readers import ReadOptions, UnreadableFile, open_table
from jimu.exchange.seeding.accounts import DemoAccount, demo_accounts
from jimu.exchange.seeding.load import SeedReport, load_seeds

__all__ = [
    "DemoAccount",
    "ExportRequest",
    "ImportOptions",
    "ImportReport",
    "ImportStep",
    "Progress",
    "ReadOptions",
    "RejectedRow",
    "SeedReport",
    "UnreadableFile",
    "check_import_plans",
    "check_seeds",
    "demo_accounts",
    "export_file",
    "export_to",
    "format_of",
    "import_file",
    "load_seeds",
    "open_table",
    "read_step",
    "run_plan",
    "suggest_step",
]
