"""A plan says what a change does to the data, in words and counts."""

from __future__ import annotations

import pytest

from jimu.revisions import Finding, Refused, Severity
from jimu.storage import counted
from tests.revisions.conftest import MACHINE, Workshop


@pytest.fixture
def full(workshop: Workshop) -> Workshop:
    """Four machines: two prices are the same, one is missing; one text is long."""
    rows = (("Lathe", "10", "new"), ("Mill", "10", "used"), ("Saw", "30", "broken"), ("Drill", None, None))
    for name, price, state in rows:
        workshop.add(name=name, price=price, state=state)
    return workshop


def finding(workshop: Workshop, code: str, manifest: object) -> Finding:
    found = [f for f in workshop.plan(manifest).findings if f.code == code]  # type: ignore[arg-type]
    assert len(found) == 1, workshop.plan(manifest).dump()  # type: ignore[arg-type]
    return found[0]


def test_a_new_check_counts_the_records_that_fail_it_and_names_some(full: Workshop) -> None:
    manifest = full.machine(more="checks:\n  - {name: cheap, check: 'price <= 10', message: Too dear}\n")
    found = finding(full, "check_fails", manifest)
    assert (found.count, found.total, found.severity) == (2, 4, Severity.WARNING)
    assert set(found.examples) == {"Saw", "Drill"}
    assert str(found.message) == "Check cheap; records that fail it: 2 of 4."
    assert full.apply(manifest).changed


def test_a_check_on_a_field_that_comes_with_it_is_counted_too(full: Workshop) -> None:
    more = "checks:\n  - {name: weighed, check: 'not is_blank(weight)', message: Weigh it}\n"
    manifest = full.machine("weight: {type: integer}", more=more)
    assert finding(full, "check_fails", manifest).count == 4


def test_a_required_field_counts_the_blank_ones(full: Workshop) -> None:
    manifest = full.machine(base=MACHINE.replace("scale: 2}", "scale: 2, required: true}"))
    found = finding(full, "required_blank", manifest)
    assert (found.count, found.total, found.severity) == (1, 4, Severity.WARNING)


def test_a_narrower_bound_counts_the_values_beyond_it(full: Workshop) -> None:
    manifest = full.machine(base=MACHINE.replace("scale: 2}", "scale: 2, max: 29.5, min: 10}"))
    found = finding(full, "values_out_of_bounds", manifest)
    assert (found.count, found.total, found.severity) == (1, 4, Severity.WARNING)
    assert "above 29.5" in str(found.message)


def test_a_new_unique_key_lists_the_duplicates_and_cannot_be_forced(full: Workshop) -> None:
    manifest = full.machine(base=MACHINE.replace("scale: 2}", "scale: 2, unique: true}"))
    found = finding(full, "unique_duplicates", manifest)
    assert (found.count, found.severity, found.can_be_allowed) == (2, Severity.BLOCKING, False)
    assert found.examples == ("10.00 (2×)",)
    with pytest.raises(Refused) as refused:
        full.apply(manifest, allow=("all",))
    assert [f.code for f in refused.value.findings] == ["unique_duplicates"]


def test_a_unique_key_over_several_fields_is_looked_at_as_a_whole(full: Workshop) -> None:
    manifest = full.machine(more="unique: [[price, state]]\n")
    assert not [f for f in full.plan(manifest).findings if f.code == "unique_duplicates"]
    full.apply(manifest)


def test_values_that_do_not_fit_a_new_type_block_until_they_are_given_up(full: Workshop) -> None:
    full.apply(full.machine("code: {type: text, max_length: 20}"))
    for name, code in (("A", "12"), ("B", "x-9"), ("C", None)):
        full.add(name=name, code=code)
    manifest = full.machine("code: {type: integer}")
    found = finding(full, "type_misfit", manifest)
    assert (found.count, found.severity, found.examples) == (1, Severity.BLOCKING, ("x-9",))
    with pytest.raises(Refused):
        full.apply(manifest)
    full.apply(manifest, allow=("type_misfit",))
    assert full.values("code")[:3] == [12, None, None]


def test_a_removed_choice_that_is_still_used_is_counted(full: Workshop) -> None:
    manifest = full.machine(base=MACHINE.replace("[new, used, broken]", "[new, used]"))
    found = finding(full, "choices_used", manifest)
    assert (found.count, found.examples, found.severity) == (1, ("broken (1×)",), Severity.WARNING)


def test_a_retired_object_counts_its_records(full: Workshop) -> None:
    full.write("objects/workshop/tool.yaml", "label: Tool\ntitle: '{name}'\nfields:\n  name: {type: text}\n")
    full.apply(full.machine())
    manifest = full.machine(more="retired: true\n")
    found = finding(full, "object_retired", manifest)
    assert (found.count, found.severity) == (4, Severity.WARNING)


def test_a_plan_can_be_read_by_a_program(full: Workshop) -> None:
    manifest = full.machine(more="checks:\n  - {name: cheap, check: 'price <= 10', message: Too dear}\n")
    dumped = full.plan(manifest).dump()
    assert dumped["severity"] == "warning"
    assert dumped["is_empty"] is False
    assert {"code", "severity", "address", "message", "count", "total", "examples", "can_be_allowed"} == set(
        dumped["findings"][0])


def test_a_plan_changes_nothing(full: Workshop) -> None:
    before = full.runtime.database.pulse()
    manifest = full.machine("weight: {type: integer}", more="unique: [[name, weight]]\n")
    assert full.plan(manifest).dump() == full.plan(manifest).dump()
    assert full.runtime.database.pulse() == before


def checks(count: int) -> str:
    lines = [f"  - {{name: check_{n}, check: 'price > {n} and name != \"M{n}\"', message: No}}" for n in range(count)]
    return "checks:\n" + "\n".join(lines) + "\n"


def test_many_checks_are_counted_in_one_pass(full: Workshop) -> None:
    def statements(count: int) -> int:
        manifest = full.machine(more=checks(count))
        with counted() as meter:
            planned = full.plan(manifest)
        failing = [f for f in planned.findings if f.code == "check_fails"]
        assert [f.count for f in failing] == [sum(p <= n for p in (10, 10, 30, -1)) for n in range(count)]
        assert all(set(f.examples) <= {"Lathe", "Mill", "Saw", "Drill"} and f.examples for f in failing)
        return meter.queries

    assert statements(2) == statements(40)


def test_a_check_that_reads_over_a_lookup_is_counted_with_the_others(full: Workshop) -> None:
    field = "part_of: {type: lookup, to: machine}"
    full.apply(full.machine(field))
    full.add(name="Chuck", price="5", part_of=full.add(name="Base", price="1"))
    more = ("checks:\n  - {name: whole, check: 'part_of.price > 3', message: No}\n"
            "  - {name: dear, check: 'price > 3', message: No}\n")
    counts = {f.address: f.count for f in full.plan(full.machine(field, more=more)).findings if f.code == "check_fails"}
    assert counts == {"machine#check:whole": 6, "machine#check:dear": 2}
