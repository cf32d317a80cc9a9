"""The incoming webhook: a system without an account says, signed, that something has happened to a record.

What guards it: a secret of its own for each automation (JIMU_SECRET_HOOK_<NAME>), the signature that outgoing webhooks
carry as well, a moment in it that may be five minutes off, and the memory of what was taken: the same signature, or the
same ``Jimu-Delivery``, is answered as it was the first time and does nothing. No cookie plays a part, so there is no
CSRF token. A wrong signature, an unknown automation and one without a secret look alike from outside.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, request

from jimu.access.actor import SYSTEM
from jimu.access.networks import is_allowed, refused
from jimu.api.answers import Answer
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.endpoints import WRITE_ERRORS, Endpoint
from jimu.api.flows import find_automation, record_of
from jimu.api.idempotency import MAX_KEY, answered_before, to_keep
from jimu.errors import BadRequest, Conflict, Problem, Unauthenticated
from jimu.flows.automations import set_off
from jimu.flows.notices import signature
from jimu.messages import Message
from jimu.records import read, write
from jimu.runtime import Runtime
from jimu.settings import Settings
from jimu.translation import negotiate

log = logging.getLogger(__name__)

NAME = "hook"
SIGNATURE, DELIVERY = "Jimu-Signature", "Jimu-Delivery"
MOST_BYTES = 64 * 1024
_MOST_SECONDS = 300
_WRITTEN = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")
_UNSIGNED = Message("The signature is missing, wrong or older than five minutes.")


def authenticate_hook(runtime: Runtime, name: str) -> Call:
    """The call of a signed request: made by the engine itself, for this one endpoint. Raises Unauthenticated."""
    request.max_content_length = MOST_BYTES
    address = request.remote_addr or ""
    written = _WRITTEN.fullmatch(request.headers.get(SIGNATURE, ""))
    at = int(written[1]) if written else 0
    secret = (runtime.context(SYSTEM).settings.get("webhook_secrets") or {}).get(f"hook_{name}", "")
    made = signature(secret, at, request.get_data(cache=True))
    is_signed = written is not None and hmac.compare_digest(written[0], made)
    if not (secret and is_signed and abs(runtime.clock().timestamp() - at) <= _MOST_SECONDS):
        log.warning("an incoming webhook for %r from %s was refused: its signature does not hold", name, address)
        raise Unauthenticated(_UNSIGNED)
    snapshot = runtime.refresh()
    if not is_allowed(address, runtime.settings.allowed_addresses, snapshot.manifest):
        raise refused(address)
    context = runtime.context(SYSTEM, via="api", snapshot=snapshot)
    return Call(runtime, snapshot, context, negotiate(request.headers.get("Accept-Language"), default="en"), hook=name)


def hook_view(call: Call, parameters: Mapping[str, Any], name: str) -> Answer | Response:
    scope, keys = f"hook:{name}", _keys()
    digest = hashlib.sha256(request.get_data(cache=True)).hexdigest()
    with write.unit_of_work(call.context) as context:
        for key in keys:
            kept = context.transaction.get_answer(scope, key)
            if kept is not None and kept.request_hash != digest:
                raise Conflict(Message("This {header} was used for another request.", {"header": DELIVERY}))
            if kept is not None:
                log.info("an incoming webhook for %r came again: %s", name, key)
                return answered_before(kept)
        inside = replace(call, context=context)
        answer = _perform(inside, name)
        if not all(context.transaction.put_answer(scope, key, to_keep(answer, digest, inside)) for key in keys):
            raise Conflict(Message("The same request is being worked on just now."))
    log.info("an incoming webhook set off %r: %s from %s", name, keys[-1], request.remote_addr)
    return answer


def _perform(call: Call, name: str) -> Answer:
    automation, record = find_automation(call, name), record_of(read_object())
    read.get(automation.object, record, call.context)
    set_off(automation, record, call.context)
    return Answer({"queued": True}, 202)


def _keys() -> list[str]:
    """By what the same request is known again: its signature, and the sender's number of the delivery if it has one."""
    signed = f"signature {request.headers[SIGNATURE]}"
    number = request.headers.get(DELIVERY)
    if number is None:
        return [signed]
    if not number.strip() or len(number) > MAX_KEY or not number.isprintable():
        values = {"header": DELIVERY, "max": MAX_KEY}
        problem = Problem("bad_key", Message("{header} must be 1 to {max} printable characters.", values), DELIVERY)
        raise BadRequest(Message("The request cannot be understood."), [problem])
    return [signed, f"delivery {number}"]


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            "POST",
            "/hooks/{name}",
            hook_view,
            "Set an automation off for a record, signed instead of signed in: {record}",
            "flows",
            NAME,
            body="any",
            result="any",
            status=202,
            errors=(*WRITE_ERRORS, 413),
            signed=True,
        ),
    )
