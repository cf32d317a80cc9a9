"""``python -m jimu.cli`` is ``jimu``."""

from jimu.cli import main

main()
