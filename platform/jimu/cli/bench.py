"""``jimu bench``: how long this database takes for what people ask of it all day. It only reads.

Figures of one machine at one time: compare two runs, not two machines. The comparison with a hand-written
application is ``make bench``.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

import click

from jimu.cli.output import format_option, print_json, print_table
from jimu.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jimu.definitions.model import ListLayoutDef
    from jimu.records import ListRequest
    from jimu.records.context import Context

PAGE = 50


@dataclass(frozen=True)
class Timing:
    """``median_ms`` over the rounds, after one that is not counted; ``queries`` of one round."""

    object: str
    question: str
    median_ms: float
    queries: int


@click.command("bench")
@click.argument("objects", nargs=-1)
@click.option("--rounds", type=click.IntRange(1, 100), default=7, show_default=True, help="Times each is asked.")
@format_option
@pass_session
def bench_command(session: Session, objects: tuple[str, ...], rounds: int, output_format: str) -> None:
    """Time every list of OBJECTS (default: all), its exact count, and the opening of one record. Changes nothing."""
    context = session.context()
    names = objects or [n for n, o in context.manifest.objects.items() if not o.retired]
    found = [_time(name, question, ask, rounds) for name in names for question, ask in _questions(name, context)]
    if output_format == "json":
        print_json([asdict(t) for t in found])
    else:
        rows = [(t.object, t.question, f"{t.median_ms:.2f}", t.queries) for t in found]
        print_table(("object", "question", "ms", "queries"), rows)


def _time(object: str, question: str, ask: Callable[[], object], rounds: int) -> Timing:
    from jimu.storage.metering import counted

    with counted() as meter:
        ask()
    spent = []
    for _ in range(rounds):
        start = time.perf_counter()
        ask()
        spent.append((time.perf_counter() - start) * 1000)
    return Timing(object, question, round(statistics.median(spent), 2), meter.queries)


def _questions(name: str, context: Context) -> Iterator[tuple[str, Callable[[], object]]]:
    from jimu.definitions import default_list
    from jimu.records import ListRequest, read

    context.manifest.object(name)
    layouts = context.manifest.lists_for(name) or [default_list(context.manifest, name)]
    for layout in layouts:
        yield f"list {layout.name}", partial(read.list_records, _request(layout), context)
    yield "exact count", partial(read.list_records, ListRequest(name, limit=1, count="exact"), context)
    first = read.list_records(ListRequest(name, limit=1), context).records
    if first:
        yield "one record", partial(read.get, name, first[0].id, context)


def _request(layout: ListLayoutDef) -> ListRequest:
    from jimu.records import ListRequest

    return ListRequest(layout.object, also=(layout.where,) if layout.where else (), order=layout.sort, limit=PAGE)
