"""The reference index: who uses a definition, found from what the manifest links."""

from __future__ import annotations

import pytest

from jimu.definitions import Manifest, load
from jimu.definitions.uses import HOW, Uses, build_uses

FILES = {
    "workspace.yaml": "name: shop\nlabel: Shop\nextends: []\n",
    "objects/options/sizes.yaml": "label: Sizes\noptions: [small, large]\n",
    "objects/roles/clerk.yaml": "label: Clerk\nobjects:\n  machine: {read: all, fields: {price: none}}\n",
    "objects/shop/maker.yaml": """
label: Maker
title: "{name}"
fields:
  name: {type: text, unique: true}
  turnover: {type: rollup, of: machine.maker, function: sum, field: price, where: "sold"}
  rank: {type: formula, returns: decimal, formula: "turnover * 2"}
""",
    "objects/shop/machine.yaml": """
label: Machine
title: "{name} {maker.name}"
fields:
  name: {type: text}
  sold: {type: boolean}
  maker: {type: lookup, to: maker, filter: "name != 'x'"}
  size: {type: picklist, options: {list: sizes}}
  price: {type: decimal, scale: 2, required_when: "sold", default: {formula: "100"}}
  gross: {type: formula, returns: decimal, formula: "price * 1.2"}
  origin: {type: formula, returns: text, formula: "maker.name"}
checks:
  - {name: not_free, check: "price > 0", message: Not free., fields: [price]}
""",
    "layouts/pages/machine.yaml": """
object: machine
label: Machine
highlights: [price]
sections: [{label: All, fields: [name, {field: price, visible_when: "sold"}]}]
""",
    "layouts/lists/machine.yaml": """
object: machine
label: Machines
columns: [name, maker.name]
sort: [-price]
where: "price > 10"
quick_filters: [size]
roles: [clerk]
""",
    "layouts/apps/shop.yaml": "label: Shop\nitems: [{object: machine, list: machine, label: M}]\n",
    "seed/first.yaml": """
steps:
  - {object: maker, key: name, records: [{name: Acme}]}
  - object: machine
    key: name
    generate: {count: 2, fields: {name: {text: "m"}, price: 3}}
""",
    "seed/imports/old.yaml": """
label: Old
steps: [{file: a.csv, object: machine, key: name, columns: {what: name, cost: {field: price}}}]
""",
}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    folder = tmp_path_factory.mktemp("uses")
    for name, text in FILES.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.lstrip(), "utf-8")
    manifest, diagnostics = load(folder)
    assert manifest is not None, diagnostics
    return manifest


@pytest.fixture(scope="module")
def uses(manifest: Manifest) -> Uses:
    return build_uses(manifest)


@pytest.mark.parametrize(
    ("target", "source", "how"),
    [
        ("machine.price", "machine.gross", "formula"),
        ("machine.sold", "machine.price", "required_when"),
        ("machine.price", "maker.turnover", "rollup"),
        ("machine.sold", "maker.turnover", "rollup"),
        ("machine.maker", "maker.turnover", "rollup"),
        ("maker.turnover", "maker.rank", "formula"),
        ("maker.name", "machine.origin", "formula"),
        ("machine.maker", "machine.origin", "formula"),
        ("maker.name", "machine.maker", "filter"),
        ("maker", "machine.maker", "points_at"),
        ("maker.name", "machine", "title"),
        ("maker.name", "maker", "unique"),
        ("options:sizes", "machine.size", "options"),
        ("machine.price", "machine#check:not_free", "check"),
        ("machine.price", "machine#check:not_free", "check_shown"),
        ("machine.price", "page:machine", "highlight"),
        ("machine.price", "page:machine", "layout"),
        ("machine.sold", "page:machine", "visible_when"),
        ("maker.name", "list:machine", "column"),
        ("machine.price", "list:machine", "sort"),
        ("machine.price", "list:machine", "where"),
        ("machine.size", "list:machine", "quick_filter"),
        ("role:clerk", "list:machine", "limited_to"),
        ("list:machine", "app:shop", "menu"),
        ("machine", "app:shop", "menu"),
        ("machine.price", "role:clerk", "permission"),
        ("machine.price", "seed:first", "seed"),
        ("maker.name", "seed:first", "seed"),
        ("machine.price", "import_plan:old", "import"),
    ],
)
def test_every_kind_of_use_is_found(uses: Uses, target: str, source: str, how: str) -> None:
    assert (source, how) in {(use.source, use.how) for use in uses.of(target)}
    assert (target, how) in {(use.target, use.how) for use in uses.by(source)}


def test_every_use_says_where_its_source_is_written(uses: Uses, manifest: Manifest) -> None:
    for used in uses.by_target.values():
        for use in used:
            assert use.place.file in manifest.files, use
            assert use.how in HOW


def test_what_is_used_exists(uses: Uses, manifest: Manifest) -> None:
    for target in uses.by_target:
        if "." in target and ":" not in target:
            object, _, field = target.partition(".")
            assert field in manifest.objects[object].fields, target


def test_dependencies_are_followed_in_both_directions(uses: Uses) -> None:
    edges = uses.around("maker.turnover")
    assert ("machine.price", "maker.turnover") in edges
    assert ("maker.turnover", "maker.rank") in edges
    assert ("machine.price", "machine.gross") not in edges
    assert len({name for edge in uses.around("machine.price", most=2) for name in edge}) <= 2
