"""What a run has measured as a Markdown table: a row per workload, quotients at one client and at eight."""

WORKLOADS = (
    # cell, name, gate and aim on PostgreSQL
    ("W1", "create", "0.40", "0.60"),
    ("W2", "read one record", "0.50", "0.75"),
    ("W3", "list, filtered, sorted, exact total", "0.90 (0.70 at 8; SQLite 0.60)", "0.90"),
    ("W3e", "the same, total counted to 1,000", "1.5", "2.5"),
    ("W4", "contains-search in the same list, exact total", "4", "0.6 of an indexed one"),
    ("W5", "sum by group, field marked `summed`", "1.0", "1.5 (SQLite 5)"),
    ("W7", "update with history", "0.40", "0.60"),
    ("W11", "list under an owner rule, not an admin", "0.40", "0.70"),
    ("W8l", "list page as HTML", "0.85", ""),
    ("W8f", "form page as HTML", "0.35", "0.60"),
    ("W6", "bulk create with history, records a second", "6,000", "15,000"),
)


def markdown(results):
    """``results``: column title → cell → what was measured."""
    head = ["workload", *results, "gate", "aim"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for cell, name, gate, aim in WORKLOADS:
        shown = [_shown(measured, cell) for measured in results.values()]
        lines.append(f"| {' | '.join([name, *shown, gate, aim])} |")
    return "\n".join(lines)


def _shown(measured, cell):
    if cell == "W6" and cell in measured:
        return f"{measured[cell]['rows_s']:,} ({measured[cell]['ratio']:.2f} of the other's)"
    found = [measured[c] for c in (cell, f"{cell}c8") if c in measured]
    return " / ".join(f"{m['ratio']:.2f}" + (" with errors" if m["errors"] else "") for m in found) or "–"
