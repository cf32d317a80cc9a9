"""Notices on the write path, their jobs and the timer of the digest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jimu.flows.actions.calls import WEBHOOK_JOB
from jimu.flows.notices.delivering import (
    DIGEST_JOB,
    PLAN_JOB,
    SEND_JOB,
    follow_notifications,
    plan_deliveries,
    send_delivery,
    send_digests,
)
from jimu.flows.notices.webhooks import WEBHOOK_SEND_JOB, deliver_webhook, queue_webhook
from jimu.hookspecs import hookimpl
from jimu.jobs.timers import Timer


@hookimpl
def jimu_follow_write(wave: Any) -> None:
    follow_notifications(wave)


@hookimpl
def jimu_timers(manifest: Any) -> list[Timer]:
    return [Timer("digest", "0 8 * * *", DIGEST_JOB, manifest.workspace.time_zone)]


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {
        PLAN_JOB: plan_deliveries,
        SEND_JOB: send_delivery,
        DIGEST_JOB: send_digests,
        WEBHOOK_JOB: queue_webhook,
        WEBHOOK_SEND_JOB: deliver_webhook,
    }
