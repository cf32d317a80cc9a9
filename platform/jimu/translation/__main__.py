"""``python -m jimu.translation``: update the .po files; exit code 1 lists what has no translation yet."""

from __future__ import annotations

import sys

from jimu.translation.catalogue import LOCALE_FOLDER
from jimu.translation.extract import check_literal, collect
from jimu.translation.update import update


def main() -> int:
    absent = update()
    for locale, templates in absent.items():
        for template in templates:
            print(f"{locale}: {template}")
    variable = check_literal(collect(LOCALE_FOLDER.parent))
    for place in variable:
        print(f"{place}: a template must be a literal")
    return 1 if variable or any(absent.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
