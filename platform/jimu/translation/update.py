"""Bringing the .po files up to date with the sources: new templates come in blank, gone ones go, translations stay."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from jimu.translation.catalogue import GETTEXT_NAMES, LOCALE_FOLDER, load_catalogue
from jimu.translation.extract import Found, collect

# Written by hand, since Babel's own would change with every run.
HEADER = r"""# Translations of Jimu's own texts. The English template is the key.
msgid ""
msgstr ""
"Project-Id-Version: jimu\n"
"Language: {name}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""


def update(folder: Path = LOCALE_FOLDER, sources: Path | None = None) -> dict[str, list[str]]:
    """Rewrite every catalogue in ``folder`` from ``sources`` (default: the package around it); what is missing."""
    found = collect(sources or folder.parent)
    for name in GETTEXT_NAMES.values():
        path = folder / name / "messages.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = _rebuilt(name, found, path)
        with path.open("wb") as file:
            file.write(HEADER.format(name=name).encode("utf-8"))
            write_po(file, catalogue, width=120, omit_header=True, sort_output=True, include_lineno=False)
    return missing(found, folder)


def missing(found: Iterable[Found], folder: Path = LOCALE_FOLDER) -> dict[str, list[str]]:
    """Locale -> templates among ``found`` that have no translation in it."""
    wanted = [x for x in found if not x.variable]
    result = {}
    for locale in GETTEXT_NAMES:
        catalogue = load_catalogue(folder, locale)
        result[locale] = sorted({
            x.template for x in wanted if x.template not in (catalogue.plurals if x.plural else catalogue.messages)
        })
    return result


def _rebuilt(name: str, found: Iterable[Found], path: Path) -> Catalog:
    old = _read(path)
    catalogue = Catalog(locale=name, charset="utf-8", fuzzy=False)
    for x in found:
        if x.variable:
            continue
        key: str | tuple[str, str] = (x.template, x.plural) if x.plural else x.template
        known = old.get(key) if old else None
        catalogue.add(key, string=known.string if known else None, locations=[(x.file, x.line)])
    return catalogue


def _read(path: Path) -> Catalog | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return read_po(file, ignore_obsolete=True)
