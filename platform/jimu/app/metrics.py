"""``/metrics``: figures for Prometheus, in its text format. Off unless the setting ``metrics_token`` is given.

Everything is asked of the database when it is scraped, so it is the same whichever process answers, and nothing is
counted twice; ``prometheus_client`` would keep figures of its own in each process. What requests do is in the log.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, request

import jimu
from jimu.runtime import Runtime
from jimu.storage.job_figures import JobFigures

QUANTILES = (0.5, 0.95)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[dict[str, str], float]


@dataclass(frozen=True, slots=True)
class Metric:
    """All gauges: what is now, or was within the last day."""

    name: str
    help: str
    samples: list[Sample]

    def lines(self) -> Iterator[str]:
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} gauge"
        for labels, value in self.samples:
            inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
            yield f"{self.name}{{{inside}}} {value}" if inside else f"{self.name} {value}"


def build_metrics_blueprint(runtime: Runtime) -> Blueprint:
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        """404 where it is off, 401 without the token."""
        token = runtime.settings.metrics_token
        if not token:
            abort(404)
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            return Response("", 401, {"WWW-Authenticate": "Bearer"})
        return Response(render(gather(runtime)), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})

    return blueprint


def gather(runtime: Runtime) -> list[Metric]:
    now = runtime.clock()
    with runtime.database.read() as transaction:
        figures = transaction.job_figures(now)
        paused = transaction.paused_kinds()
    facts = runtime.database.facts()
    revision = runtime.current.manifest.revision[:12]
    return [
        Metric("jimu_info", "Version and revision.", [({"version": jimu.__version__, "revision": revision}, 1)]),
        Metric("jimu_database_bytes", "Size of the database on disk.", [({}, facts.bytes)]),
        *_of_jobs(figures, now),
        Metric("jimu_jobs_paused", "Kinds of job that no worker takes.", [({"kind": kind}, 1) for kind in paused]),
    ]


def _of_jobs(figures: Iterable[JobFigures], now: datetime) -> list[Metric]:
    states: list[Sample] = []
    oldest: list[Sample] = []
    done: list[Sample] = []
    durations: list[Sample] = []
    for one in figures:
        for state, count in (("waiting", one.waiting), ("running", one.running), ("dead", one.dead)):
            states.append(({"kind": one.kind, "state": state}, count))
        age = max((now - one.oldest).total_seconds(), 0) if one.oldest is not None else 0
        oldest.append(({"kind": one.kind}, age))
        done.append(({"kind": one.kind}, one.done))
        for share in QUANTILES:
            found = one.quantile(share)
            if found is not None:
                durations.append(({"kind": one.kind, "quantile": f"{share:g}"}, found))
    return [
        Metric("jimu_jobs", "Jobs by kind and state, counted up to 10,000.", states),
        Metric("jimu_job_oldest_due_seconds", "How long the oldest due job of a kind has waited.", oldest),
        Metric("jimu_jobs_done_last_day", "Jobs done within the last day.", done),
        Metric("jimu_job_duration_seconds", "How long jobs of the last day took.", durations),
    ]


def render(metrics: Iterable[Metric]) -> str:
    return "".join(f"{line}\n" for metric in metrics for line in metric.lines())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
