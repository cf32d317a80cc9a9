"""Webhooks: a signed POST to another system, written down as a delivery and tried again until it is taken.

Signed like Stripe's and the Standard Webhooks: ``Jimu-Signature: t=<seconds>,v1=<hex HMAC-SHA-256 of "t.body">``, so
that the other side can tell a forged or replayed request; ``Jimu-Delivery`` stays the same when it is sent again.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import orjson

from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.notices.delivering import DELIVERY, is_written
from jimu.jobs import RetryLater
from jimu.jobs.backoff import compute_delay
from jimu.records import Context, write
from jimu.records.commands import Create, Update

WEBHOOK = "webhook"
WEBHOOK_SEND_JOB = "webhooks.deliver"
_SECONDS = 15


def queue_webhook(job: Any, context: Context) -> None:
    """The handler of what an action queued: the delivery is written once, however often the job runs."""
    payload, key = job.payload, f"webhook/{job.id}"
    with write.unit_of_work(context) as inside:
        if is_written(key, inside):
            return
        values = {
            "key": key,
            "channel": WEBHOOK,
            "recipient": payload["url"],
            "subject": f"{payload['body'].get('object', '')} {payload['body'].get('id', '')}".strip(),
            "state": "waiting",
            "attempts": 0,
            "content": {"body": payload["body"], "secret": payload.get("secret", "")},
        }
        made = write.write(Create(DELIVERY, values), inside)
        inside.transaction.add_job(WEBHOOK_SEND_JOB, {"id": encode_id(made.id)})


def deliver_webhook(job: Any, context: Context) -> None:
    """Send it. An answer of 2xx is taken for received; anything else is noted and tried again."""
    import requests  # takes a tenth of a second to import, and most processes never send one

    id = decode_id(job.payload["id"])
    with context.store.read() as transaction:
        row = transaction.fetch(DELIVERY, [id]).get(id)
    if row is None or row["state"] == "sent":
        return
    content = row["content"] or {}
    body = orjson.dumps(content.get("body", {}))
    headers = {"Content-Type": "application/json", "Jimu-Delivery": row["key"], "User-Agent": "Jimu"}
    secret = secret_of(content.get("secret", ""), context)
    if secret:
        headers["Jimu-Signature"] = signature(secret, int(context.clock().timestamp()), body)
    try:
        answer = requests.post(row["recipient"], body, headers=headers, timeout=_SECONDS, allow_redirects=False)
        status: int | None = answer.status_code
        error = None if 200 <= answer.status_code < 300 else f"{answer.status_code}: {answer.text[:500]}"
    except requests.RequestException as failure:
        status, error = None, f"{type(failure).__name__}: {failure}"[:5000]
    last = job.attempts >= job.max_attempts
    state = "sent" if error is None else "failed" if last else "waiting"
    values = {"state": state, "status": status, "error": error, "attempts": job.attempts}
    write.write(Update(DELIVERY, id, {**values, "sent_at": context.clock() if error is None else None}), context)
    if error is not None:
        raise RetryLater(compute_delay(job.id, job.attempts), error)


def signature(secret: str, at: int, body: bytes) -> str:
    """The header's value; ``at`` in seconds since 1970."""
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


def secret_of(name: str, context: Context) -> str:
    """The secret that signs: what the environment has under JIMU_SECRET_<NAME>; without a name one made of the key of
    this installation, told on the page of deliveries.
    """
    secrets = context.settings.get("webhook_secrets") or {}
    if name:
        return str(secrets.get(name.lower(), ""))
    key = context.settings.get("secret_key") or b""
    raw = key if isinstance(key, bytes) else str(key).encode()
    return hmac.new(raw, b"webhooks", hashlib.sha256).hexdigest()
