"""Looking through all records: clusters, who sees them, and what is remembered."""

from __future__ import annotations

import pytest

from jimu.care.clusters import Groups, weakest_links
from jimu.care.scanning import scan
from jimu.care.workbench import dismiss, find_clusters, get_cluster, merged_objects
from jimu.errors import NotFound
from tests.records.project import Project


def test_records_connected_over_several_steps_are_one_group() -> None:
    groups = Groups()
    for one, other in [(1, 2), (5, 6), (2, 3), (6, 7), (9, 9)]:
        groups.join(one, other)
    assert sorted(groups.all()) == [[1, 2, 3], [5, 6, 7], [9]]


def test_a_scan_finds_what_was_there_before_and_finds_the_same_again(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    names = ["Acme Trading", "Acme Tradingg", "ACME TRADING Ltd.", "Other", "Globex", "Globex GmbH"]
    ids = [shop.create("company", name=name) for name in names]
    for _ in range(2):
        assert scan("company", shop.system) == 2
    page = find_clusters("company", boss)
    assert [set(c.members) for c in page.clusters] == [set(ids[:3]), set(ids[4:])]
    assert (page.total, page.next, merged_objects(boss)) == (2, None, ["company", "person", "prospect", "vendor"])


def test_somebody_sees_only_their_own_records_in_clusters(shop: Project) -> None:
    ann, bob = shop.acting(shop.user("ann", "seller")), shop.acting(shop.user("bob", "seller"))
    mine = [shop.create("company", ann, name="Initech") for _ in range(2)]
    shop.create("company", bob, name="Initech")
    scan("company", shop.system)
    (cluster,) = find_clusters("company", ann).clusters
    assert (set(cluster.members), cluster.hidden) == (set(mine), 1)
    assert not find_clusters("company", bob).clusters
    with pytest.raises(NotFound):
        get_cluster(cluster.id, bob)


def test_what_was_said_to_be_different_is_not_found_again(shop: Project) -> None:
    boss = shop.acting(shop.user("ann", "boss"))
    for name in ("Umbrella", "Umbrela"):
        shop.create("company", name=name)
    scan("company", shop.system)
    (cluster,) = find_clusters("company", boss).clusters
    dismiss(cluster, boss)
    dismiss(cluster, boss)
    assert not find_clusters("company", boss).clusters
    assert scan("company", shop.system) == 0


def test_a_group_is_no_more_alike_than_the_two_that_hold_it_together_least() -> None:
    pairs = [(1.0, 1, 2), (1.0, 3, 4), (0.9, 2, 3), (0.86, 1, 4), (0.95, 8, 9)]
    assert weakest_links(pairs) == {1: 0.9, 8: 0.95}
