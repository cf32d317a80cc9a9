"""Small workspaces for tests: texts in, manifest and diagnostics out."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from jimu.definitions import Manifest, load_files
from jimu.diagnostics import Diagnostic

BASE = {
    "workspace.yaml": "name: acme\nlabel: Acme\ncurrency: CNY\n",
    "objects/m/company.yaml": """\
        label: {en: Company, zh-CN: 公司, zh-TW: 公司}
        fields:
          name: {type: text, required: true}
          employees: {type: integer}
          industry: {type: picklist, options: [steel, software]}
        """,
    "objects/m/person.yaml": """\
        label: {en: Person, zh-CN: 人员, zh-TW: 人員}
        plural: {en: People, zh-CN: 人员, zh-TW: 人員}
        fields:
          name: {type: text, required: true}
          email: {type: email}
          company: {type: lookup, to: company}
          salary: {type: currency}
        """,
}


def loaded(files: Mapping[str, str], base: Mapping[str, str] = BASE) -> tuple[Manifest | None, list[Diagnostic]]:
    """What loading ``base`` and ``files`` together gives."""
    return load_files({path: textwrap.dedent(text) for path, text in {**base, **files}.items()})


def manifest_of(files: Mapping[str, str], base: Mapping[str, str] = BASE) -> Manifest:
    """The manifest, which must load without an error."""
    manifest, diagnostics = loaded(files, base)
    assert manifest is not None, "\n".join(f"{d.place}: {d.message} [{d.code}]" for d in diagnostics)
    return manifest


def codes(diagnostics: list[Diagnostic]) -> list[str]:
    return [d.code for d in diagnostics]
